//! What the tests have in common.

use cache_runtime::Cache;
use cache_servers::{Redis, own_name};

/// A cache with a namespace of its own, in a server that the tests share.
pub(crate) fn shared() -> Option<Cache> {
    let redis = Redis::shared()?;
    Some(open(&format!("{}?namespace={}:", redis.url(), own_name())))
}

/// A cache at an address.
pub(crate) fn open(address: &str) -> Cache {
    Cache::open(address).expect("a good address")
}
