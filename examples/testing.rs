//! Tests of cached functions. Run: `cargo test --bin testing`
//!
//! Most tests should run without a cache, so that no test sees the values of another. With this feature nothing is
//! cached, whatever the configuration says:
//!
//! ```toml
//! [dev-dependencies]
//! cache-runtime = { version = "0.1", features = ["no-cache"] }
//! ```
//!
//! A test about caching opens a scope with a cache of its own, as below. It works with and without the feature, and
//! tests that run at the same time are independent.

use cache_runtime::{cached, counter};

#[cached(key = "price:{sku}", expires_in = "5m")]
fn price(sku: u64) -> u64 {
    // Counts how often the body runs.
    let _ = computations().increment();
    sku * 100
}

#[counter(key = "price:computations")]
fn computations();

fn main() {
    println!("the price is {}; for the tests run: cargo test --bin testing", price(7));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cache_runtime::{Cache, Error, testing};

    use super::{computations, price};

    #[test]
    fn the_price_is_cached_for_five_minutes() -> Result<(), Error> {
        let _scope = testing::scope(Cache::memory());
        assert_eq!((price(7), price(7)), (700, 700));
        assert_eq!(computations().get()?, Some(1));

        testing::advance(Duration::from_secs(5 * 60)); // without sleeping
        assert_eq!(price(7), 700);
        assert_eq!(computations().get()?, Some(2));
        Ok(())
    }

    #[test]
    fn the_price_is_computed_again_after_its_key_is_deleted() -> Result<(), Error> {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        price(7);
        assert!(cache.delete("price:7")?);
        price(7);
        assert_eq!(computations().get()?, Some(2));
        Ok(())
    }

    #[test]
    fn without_a_cache_the_price_is_computed_each_time() {
        let _scope = testing::scope(Cache::none());
        assert_eq!((price(7), price(7)), (700, 700));
    }
}
