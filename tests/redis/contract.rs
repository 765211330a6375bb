//! The suite over one server and over a cluster.

use cache_runtime::Cache;
use cache_runtime::testing::Chaos;

use crate::common::{in_cluster, open, shared};

fn cache() -> Cache {
    shared().unwrap_or_else(|| cache_store_suite::skip())
}

/// With the newer protocol, whose replies have other types.
fn with_resp3() -> Cache {
    let redis = cache_servers::Redis::shared().unwrap_or_else(|| cache_store_suite::skip());
    open(&format!("{}?protocol=resp3&namespace={}:", redis.url(), cache_servers::own_name()))
}

fn cluster() -> Cache {
    in_cluster().unwrap_or_else(|| cache_store_suite::skip())
}

cache_store_suite::run! { one_server, cache }
cache_store_suite::run_store! { one_server_by_the_contract, || Chaos::over(&cache()) }
cache_store_suite::run_claims! { claims_on_one_server, || Chaos::over(&cache()) }
cache_store_suite::run_store! { one_server_with_resp3, || Chaos::over(&with_resp3()) }
cache_store_suite::run_limits! { limits_on_one_server, || Chaos::over(&cache()) }
cache_store_suite::run! { in_a_cluster, cluster }
cache_store_suite::run_store! { a_cluster_by_the_contract, || Chaos::over(&cluster()) }
cache_store_suite::run_claims! { claims_in_a_cluster, || Chaos::over(&cluster()) }
cache_store_suite::run_limits! { limits_in_a_cluster, || Chaos::over(&cluster()) }
