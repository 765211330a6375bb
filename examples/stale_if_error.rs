//! Stale if error: the old value replaces an error.
//!
//! `cargo run --bin stale_if_error` prints:
//!
//! ```text
//! asking the bank
//! a euro costs 1.09 dollars
//! the bank is down, and the entry has expired
//! asking the bank
//! a euro costs 1.09 dollars
//! asking the bank
//! a euro costs 1.09 dollars
//! an hour later
//! asking the bank
//! no rate: the bank is down
//! ```

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cache_runtime::{Cache, cached, testing};

static BANK_IS_UP: AtomicBool = AtomicBool::new(true);

/// An `Err` is never stored. For an hour after expiry callers get the old value instead of it.
#[cached(key = "rate:{currency}", expires_in = "10m", stale_if_error = "1h")]
fn dollars(currency: &str) -> Result<f64, String> {
    println!("asking the bank");
    match (BANK_IS_UP.load(Ordering::Relaxed), currency) {
        (false, _) => Err("the bank is down".to_owned()),
        (true, "EUR") => Ok(1.09),
        (true, _) => Err(format!("the bank knows no {currency}")),
    }
}

fn show_rate() {
    match dollars("EUR") {
        Ok(rate) => println!("a euro costs {rate} dollars"),
        Err(error) => println!("no rate: {error}"),
    }
}

fn main() {
    // A scope takes the place of a configuration, and its time moves by hand.
    let _scope = testing::scope(Cache::memory());
    show_rate();

    BANK_IS_UP.store(false, Ordering::Relaxed);
    testing::advance(Duration::from_secs(10 * 60));
    println!("the bank is down, and the entry has expired");
    show_rate();
    show_rate(); // each call tries again

    testing::advance(Duration::from_secs(60 * 60));
    println!("an hour later");
    show_rate();
}
