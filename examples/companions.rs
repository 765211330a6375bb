//! Companions: functions that inspect and change the entries of a cached function.
//!
//! `cargo run --bin companions` prints:
//!
//! ```text
//! key: price:7:EUR
//! peek: None
//! computing the price of 7 in EUR
//! peek: Some(630)
//! prime: the price is now 640
//! computing the price of 7 in EUR
//! uncached: 630, and the cache still says 640
//! computing the price of 7 in EUR
//! refresh: 630, and the cache says 630
//! invalidate: true, and the cache says None
//! invalidate the stock: true
//! ```

use cache_runtime::{Config, Error, cached};

/// The companions are in a type of the function's name, and take the function's arguments.
#[cached(key = "price:{sku}:{currency}", expires_in = "1h")]
fn price(sku: u64, currency: &str) -> u64 {
    println!("computing the price of {sku} in {currency}");
    sku * if currency == "EUR" { 90 } else { 100 }
}

struct Shop {
    id: u64,
}

impl Shop {
    /// The companions of a method are methods, and start with its name.
    #[cached(key = "shop:{self.id}:stock:{sku}", expires_in = "1m")]
    fn stock(&self, sku: u64) -> u64 {
        sku * 10
    }
}

fn main() -> Result<(), Error> {
    cache_runtime::init(Config::from_address("sqlite::memory:")?)?;

    println!("key: {}", price::key(7, "EUR"));
    println!("peek: {:?}", price::peek(7, "EUR")?); // it never runs the body
    price(7, "EUR");
    println!("peek: {:?}", price::peek(7, "EUR")?);

    price::prime(7, "EUR", &640)?; // stores a value without running the body
    println!("prime: the price is now {}", price(7, "EUR"));

    let computed = price::uncached(7, "EUR"); // runs the body and leaves the cache alone
    println!("uncached: {computed}, and the cache still says {}", price(7, "EUR"));

    let computed = price::refresh(7, "EUR"); // runs the body and stores the result
    println!("refresh: {computed}, and the cache says {}", price(7, "EUR"));

    let was_there = price::invalidate(7, "EUR")?; // the next call computes
    println!("invalidate: {was_there}, and the cache says {:?}", price::peek(7, "EUR")?);

    let shop = Shop { id: 1 };
    shop.stock(7);
    println!("invalidate the stock: {}", shop.stock_invalidate(7)?);
    Ok(())
}
