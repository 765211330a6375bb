//! So many requests a minute from each address. Run: `cargo run --bin rate_limiter`

use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use cache_runtime::{Config, Error, counter};

const LIMIT: i64 = 3;

/// One counter for each address and minute. It outlives its minute a little, and then goes by itself.
#[counter(key = "requests:{address}:{minute}", expires_in = "2m")]
fn requests(address: IpAddr, minute: u64);

/// Whether a request may pass.
///
/// The window is fixed: around the turn of a minute an address may get through twice the limit. Processes that share
/// a cache share the limit.
fn may_pass(address: IpAddr, minute: u64) -> bool {
    match requests(address, minute).increment() {
        Ok(count) => count <= LIMIT,
        // The store is away. For most pages an open door is better than a closed one; for a login answer `false`.
        Err(error) => {
            eprintln!("not limited: {error}");
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
    for request in 1..=5 {
        println!("request {request} from {one}: {}", answer(may_pass(one, minute)));
    }
    println!("request 1 from {other}: {}", answer(may_pass(other, minute)));
    println!("in the next minute {one}: {}", answer(may_pass(one, minute + 1)));
    Ok(())
}

fn answer(may_pass: bool) -> &'static str {
    if may_pass { "200 OK" } else { "429 Too Many Requests" }
}
