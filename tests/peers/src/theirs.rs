//! The peers: caches in the memory of one process.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use std::time::Duration;

use crate::measure::Contestant;
use crate::{IDS, value_of};

#[cached::macros::cached(ttl_secs = 3600)]
fn cached_with_lifetime(id: u64) -> String {
    value_of(id)
}

#[cached::macros::cached]
fn cached_without_lifetime(id: u64) -> String {
    value_of(id)
}

#[cached::macros::concurrent_cached(ttl_secs = 3600)]
fn concurrent_cached(id: u64) -> String {
    value_of(id)
}

#[memoize::memoize(SharedCache, TimeToLive: Duration::from_secs(3600))]
fn memoized(id: u64) -> String {
    value_of(id)
}

fn moka(id: u64) -> usize {
    static CACHE: LazyLock<moka::sync::Cache<u64, String>> = LazyLock::new(|| {
        moka::sync::Cache::builder().max_capacity(2 * IDS).time_to_live(Duration::from_secs(3600)).build()
    });
    CACHE.get_with(id, || value_of(id)).len()
}

fn quick_cache(id: u64) -> usize {
    static CACHE: LazyLock<quick_cache::sync::Cache<u64, String>> =
        LazyLock::new(|| quick_cache::sync::Cache::new(2 * IDS as usize));
    CACHE.get_or_insert_with(&id, || Ok::<_, std::convert::Infallible>(value_of(id))).map_or(0, |text| text.len())
}

fn locked_map(id: u64) -> usize {
    static MAP: LazyLock<RwLock<HashMap<u64, String>>> = LazyLock::new(RwLock::default);
    let found = MAP.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
    found.unwrap_or_else(|| MAP.write().unwrap_or_else(PoisonError::into_inner).entry(id).or_insert_with(|| value_of(id)).clone()).len()
}

fn locked_map_of_shared(id: u64) -> usize {
    static MAP: LazyLock<RwLock<HashMap<u64, Arc<str>>>> = LazyLock::new(RwLock::default);
    let found = MAP.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
    found.unwrap_or_else(|| MAP.write().unwrap_or_else(PoisonError::into_inner).entry(id).or_insert_with(|| value_of(id).into()).clone()).len()
}

pub fn contestants() -> Vec<Contestant> {
    vec![
        Contestant { name: "`cached` 4: `#[cached(ttl_secs)]`", call: |id| cached_with_lifetime(id).len() },
        Contestant { name: "`cached` 4: `#[cached]`", call: |id| cached_without_lifetime(id).len() },
        Contestant { name: "`cached` 4: `#[concurrent_cached(ttl_secs)]`", call: |id| concurrent_cached(id).len() },
        Contestant { name: "`memoize`, with a lifetime", call: |id| memoized(id).len() },
        Contestant { name: "`moka`: `get_with`, with a lifetime", call: moka },
        Contestant { name: "`quick_cache`", call: quick_cache },
        Contestant { name: "`RwLock<HashMap>`, `String`", call: locked_map },
        Contestant { name: "`RwLock<HashMap>`, `Arc<str>`", call: locked_map_of_shared },
    ]
}
