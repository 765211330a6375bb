//! The suite over one server.

use cache_runtime::Cache;
use cache_runtime::testing::Chaos;

use crate::scenery::shared;

fn cache() -> Cache {
    shared().unwrap_or_else(|| cache_suite::skip())
}

cache_suite::run! { one_server, cache }
cache_suite::run_store! { one_server_by_the_contract, || Chaos::over(&cache()) }
cache_suite::run_claims! { claims_on_one_server, || Chaos::over(&cache()) }
