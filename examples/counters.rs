//! Counters: increments are atomic, across threads and processes.
//!
//! `cargo run --bin counters` prints:
//!
//! ```text
//! page 42: 1000 views
//! ada has 95 left
//! the same by hand: Some(95)
//! bob's quota cannot change: NotANumber
//! ada's quota was deleted: true, and is now None
//! ```

use std::thread;

use cache_runtime::{Config, Error, counter};

/// Expires a day after its first increment; later ones do not extend that.
#[counter(key = "page:views:{page_id}", expires_in = "1 day")]
fn page_views(page_id: u64);

#[counter(key = "quota:{user}", expires_in = never)]
fn quota(user: &str);

fn main() -> Result<(), Error> {
    cache_runtime::init(Config::from_address("sqlite::memory:")?)?;

    // Four threads increment at once, and no increment is lost.
    let count = || (0..250).try_for_each(|_| page_views(42).increment().map(drop));
    thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(count)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("a counter does not panic"))
    })?;
    println!("page 42: {} views", page_views(42).get()?.unwrap_or(0));

    // A number that is set is a counter too, and a counter can be read as a number.
    let cache = cache_runtime::cache();
    cache.set("quota:ada", &100)?;
    println!("ada has {} left", quota("ada").decrement_by(5)?);
    println!("the same by hand: {:?}", cache.get::<u8>("quota:ada")?);

    // A value that is not a whole number cannot be incremented, and stays as it is.
    cache.set("quota:bob", "unlimited")?;
    let error = quota("bob").decrement().expect_err("\"unlimited\" is not a number");
    println!("bob's quota cannot change: {:?}", error.kind());

    println!("ada's quota was deleted: {}, and is now {:?}", quota("ada").reset()?, quota("ada").get()?);
    Ok(())
}
