//! This library: annotated functions on a cache in memory and on a file.

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use cache_runtime::{Cache, Config, cached};

use crate::measure::Contestant;
use crate::value_of;

/// Sets up the caches of the functions.
pub fn init(folder: &Path) -> Result<(), Box<dyn Error>> {
    let file = Cache::open(&format!("sqlite://{}", folder.join("cache.sqlite3").display()))?;
    Ok(cache_runtime::init(Config::builder().default(Cache::memory()).named("file", file))?)
}

#[cached(key = "text:{id}", expires_in = 3600)]
fn text(id: u64) -> String {
    value_of(id)
}

#[cached(key = "shared:{id}", expires_in = 3600)]
fn shared(id: u64) -> Arc<str> {
    value_of(id).into()
}

#[cached(key = "in-a-file:{id}", expires_in = 3600, cache = "file")]
fn in_a_file(id: u64) -> String {
    value_of(id)
}

/// A cache by its handle, in memory.
fn by_hand(id: u64) -> usize {
    static CACHE: LazyLock<Cache> = LazyLock::new(Cache::memory);
    CACHE.get_or_set(&format!("text:{id}"), || value_of(id)).len()
}

pub fn contestants() -> Vec<Contestant> {
    vec![
        Contestant { name: "`#[cached]`, memory, `String`", call: |id| text(id).len() },
        Contestant { name: "`#[cached]`, memory, `Arc<str>`", call: |id| shared(id).len() },
        Contestant { name: "`#[cached]`, file, `String`", call: |id| in_a_file(id).len() },
        Contestant { name: "`get_or_set`, memory", call: by_hand },
    ]
}
