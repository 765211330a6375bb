//! Caches for the tests of this binary.

use std::sync::OnceLock;

use cache_runtime::Cache;
use cache_servers::{Cluster, Redis, own_name};

/// A cache with its own namespace, on a server that the tests share.
pub(crate) fn shared() -> Option<Cache> {
    let redis = Redis::shared()?;
    Some(open(&format!("{}?namespace={}:", redis.url(), own_name())))
}

/// The cluster that the tests share.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start).as_ref()
}

/// A cache with its own namespace, in the shared cluster.
pub(crate) fn in_cluster() -> Option<Cache> {
    Some(in_namespace(cluster()?.nodes(), &format!("{}:", own_name())))
}

/// A cache with a namespace on one server, or in a cluster of several.
pub(crate) fn in_namespace(nodes: &[Redis], namespace: &str) -> Cache {
    let scheme = if nodes.len() == 1 { "redis" } else { "redis-cluster" };
    let hosts: Vec<String> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port())).collect();
    open(&format!("{scheme}://{}?timeout=10&namespace={}", hosts.join(","), namespace.replace('?', "%3F")))
}

/// A cache at an address.
pub(crate) fn open(address: &str) -> Cache {
    Cache::open(address).expect("a good address")
}
