//! What the tests have in common.

use std::sync::OnceLock;

use cache_runtime::Cache;
use cache_servers::{Cluster, Redis, own_name};

/// A cache with a namespace of its own, in a server that the tests share.
pub(crate) fn shared() -> Option<Cache> {
    let redis = Redis::shared()?;
    Some(open(&format!("{}?namespace={}:", redis.url(), own_name())))
}

/// A cache with a namespace of its own, in a cluster that the tests share.
pub(crate) fn in_cluster() -> Option<Cache> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let nodes = CLUSTER.get_or_init(Cluster::start).as_ref()?.nodes();
    let hosts: Vec<String> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port())).collect();
    Some(open(&format!("redis-cluster://{}?namespace={}:", hosts.join(","), own_name())))
}

/// A cache at an address.
pub(crate) fn open(address: &str) -> Cache {
    Cache::open(address).expect("a good address")
}
