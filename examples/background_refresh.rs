//! Background refresh: nobody waits for an expired entry.
//!
//! `cargo run --bin background_refresh` prints:
//!
//! ```text
//! edition 1, computed for the first caller
//! edition 1, computed for the first caller
//! after a minute: edition 1, computed for the first caller
//! soon after that: edition 2, computed in the background
//! ```

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use cache_runtime::{Cache, Error, cached, testing};

static EDITION: AtomicU32 = AtomicU32::new(1);

/// It expires after a minute. For ten more, callers are served the stale value while a background task recomputes.
#[cached(key = "front_page", expires_in = "1m", race_ttl = "10m", background)]
fn front_page() -> String {
    let edition = EDITION.fetch_add(1, Ordering::Relaxed);
    let is_main = thread::current().name() == Some("main");
    format!("edition {edition}, computed {}", if is_main { "for the first caller" } else { "in the background" })
}

fn main() -> Result<(), Error> {
    // A scope takes the place of a configuration, and its time moves by hand.
    let _scope = testing::scope(Cache::memory());

    println!("{}", front_page()); // nothing is stored yet, so this caller waits
    println!("{}", front_page());

    testing::advance(Duration::from_secs(61));
    println!("after a minute: {}", front_page()); // at once; it also starts the background task

    while front_page::peek()?.is_none() {
        thread::sleep(Duration::from_millis(1)); // the background task runs in real time
    }
    println!("soon after that: {}", front_page());
    Ok(())
}
