//! A rate limiter: three requests a minute from each address.
//!
//! `cargo run --bin rate_limiter` prints:
//!
//! ```text
//! request 1 from 192.0.2.1: 200 OK
//! request 2 from 192.0.2.1: 200 OK
//! request 3 from 192.0.2.1: 200 OK
//! request 4 from 192.0.2.1: 429 Too Many Requests
//! request 1 from 2001:db8::1: 200 OK
//! in the next minute 192.0.2.1: 200 OK
//! ```

use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use cache_runtime::{Config, Error, counter};

const LIMIT: i64 = 3;

/// Each address has a counter for each minute. It expires soon after that minute.
#[counter(key = "requests:{address}:{minute}", expires_in = "2m")]
fn requests(address: IpAddr, minute: u64);

/// Whether a request may pass.
///
/// The window is fixed, so an address may use up its limit at the end of one minute and again at the start of the next.
/// Processes that share a cache share the limit.
fn may_pass(address: IpAddr, minute: u64) -> bool {
    match requests(address, minute).increment() {
        Ok(count) => count <= LIMIT,
        // The store is unavailable. Most pages should then let everybody pass; a login should return `false`.
        Err(error) => {
            eprintln!("there is no limit now: {error}");
            true
        }
    }
}

fn this_minute() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 60)
}

fn main() -> Result<(), Error> {
    cache_runtime::init(Config::from_address("sqlite::memory:")?)?;

    let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1]));
    let minute = this_minute();
    for request in 1..=4 {
        println!("request {request} from {one}: {}", answer(may_pass(one, minute)));
    }
    println!("request 1 from {other}: {}", answer(may_pass(other, minute)));
    println!("in the next minute {one}: {}", answer(may_pass(one, minute + 1)));
    Ok(())
}

fn answer(may_pass: bool) -> &'static str {
    if may_pass { "200 OK" } else { "429 Too Many Requests" }
}
