//! Batches: many keys in one step of the store.
//!
//! `cargo run --bin batches` prints:
//!
//! ```text
//! hits: user:1 = Ada, user:2 = Grace
//! computing the missing user:3
//! all: user:1 = Ada, user:2 = Grace, user:3 = the user of user:3
//! deleted: 2
//! hits: user:3 = the user of user:3
//! ```

use std::collections::{BTreeMap, HashMap};

use cache_runtime::{Cache, Error};

fn main() -> Result<(), Error> {
    let cache = Cache::memory();
    let keys = ["user:1", "user:2", "user:3"];

    cache.write_multi([("user:1", "Ada"), ("user:2", "Grace")])?;
    println!("hits: {}", list(cache.read_multi(keys)?));

    println!("all: {}", list(cache.get_or_set_multi(keys, load)));

    println!("deleted: {}", cache.delete_multi(["user:1", "user:2", "user:4"])?);
    println!("hits: {}", list(cache.read_multi(keys)?));
    Ok(())
}

/// Is called once, with the keys that are not in the cache.
fn load(missing: &[String]) -> HashMap<String, String> {
    println!("computing the missing {}", missing.join(", "));
    missing.iter().map(|key| (key.clone(), format!("the user of {key}"))).collect()
}

/// The values in the order of their keys.
fn list(values: HashMap<String, String>) -> String {
    let sorted: BTreeMap<_, _> = values.into_iter().collect();
    sorted.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ")
}
