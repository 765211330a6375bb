//! The smallest program: a cached function and a counter.
//!
//! `cargo run --bin hello` prints:
//!
//! ```text
//! computing the primes below 10000
//! there are 1229
//! there are 1229
//! page 42 was seen 2 times
//! ```

use cache_runtime::{Config, Error, cached, counter};

#[cached(key = "primes:{below}", expires_in = "5m")]
fn primes(below: u32) -> Vec<u32> {
    println!("computing the primes below {below}");
    (2..below).filter(|n| (2..*n).all(|divisor| n % divisor != 0)).collect()
}

#[counter(key = "page:views:{page_id}", expires_in = "1 day")]
fn page_views(page_id: u64);

fn main() -> Result<(), Error> {
    cache_runtime::init(Config::from_address("sqlite::memory:")?)?;

    println!("there are {}", primes(10_000).len());
    println!("there are {}", primes(10_000).len()); // a hit: the body does not run

    page_views(42).increment()?;
    page_views(42).increment()?;
    println!("page 42 was seen {} times", page_views(42).get()?.unwrap_or(0));
    Ok(())
}
