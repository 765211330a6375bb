//! A batched function: every element has an entry of its own.
//!
//! `cargo run --bin batched_function` prints:
//!
//! ```text
//! one query for [1, 2]
//! one query for [3]
//! 3 users, the second is user 2
//! user 2 is invalidated
//! one query for [2]
//! ```

use std::collections::HashMap;

use cache_runtime::{Config, Error, cached};

/// The body is run once, for the ids that are not in the cache. In the key `{id}` is one of them.
#[cached(each = ids, key = "user:{id}", expires_in = "5m")]
fn load_users(ids: &[u64]) -> HashMap<u64, String> {
    println!("one query for {ids:?}");
    ids.iter().map(|id| (*id, format!("user {id}"))).collect()
}

fn main() -> Result<(), Error> {
    cache_runtime::init(Config::from_address("sqlite::memory:")?)?;

    load_users(&[1, 2]);
    let users = load_users(&[1, 2, 3]);
    println!("{} users, the second is {}", users.len(), users[&2]);

    // The companions take one element.
    load_users::invalidate(2)?;
    println!("user 2 is invalidated");
    load_users(&[1, 2, 3]);
    Ok(())
}
