//! Observing: events tell a program when its store fails and recovers.
//!
//! `cargo run --bin observing` prints:
//!
//! ```text
//! event: get failed, Unavailable
//! event: get failed, Unavailable
//! event: get failed, Unavailable
//! event: circuit opened, Everything
//! the price is 700
//! event: price:7 was computed and not stored
//! event: circuit closed, Everything
//! the price is 700, and is stored: true
//! ```

use std::sync::mpsc;

use cache_runtime::testing::Chaos;
use cache_runtime::{Cache, Error, Event, cached, testing};

#[cached(key = "price:{sku}", expires_in = "5m")]
fn price(sku: u64) -> u64 {
    sku * 100
}

fn main() -> Result<(), Error> {
    // `Chaos` wraps a store, and fails when it is told to. The scope takes the place of a configuration.
    let chaos = Chaos::over(&Cache::memory());
    let cache = Cache::new(chaos.clone());
    let _scope = testing::scope(cache.clone());

    // An observer runs inside a caller's operation and should be quick: this one only sends a line to `main`.
    let (sender, lines) = mpsc::channel();
    cache.observe(move |event| {
        let _ = describe(event).map(|line| sender.send(line));
    });
    let show = |count| lines.iter().take(count).for_each(|line| println!("event: {line}"));

    chaos.fail(true);
    for _ in 0..3 {
        let _ = cache.get::<u64>("price:7"); // returns the error; three in a row open the circuit
    }
    show(4);

    println!("the price is {}", price(7)); // computed, without asking the store
    show(1);

    chaos.fail(false);
    show(1); // within half a second a probe finds that the store answers
    println!("the price is {}, and is stored: {}", price(7), cache.exists("price:7")?);
    Ok(())
}

fn describe(event: &Event<'_>) -> Option<String> {
    match event {
        Event::StoreFailed { operation, error, .. } => Some(format!("{operation} failed, {:?}", error.kind())),
        Event::CircuitOpened { outage, .. } => Some(format!("circuit opened, {outage:?}")),
        Event::CircuitClosed { outage, .. } => Some(format!("circuit closed, {outage:?}")),
        Event::NotStored { key, .. } => Some(format!("{key} was computed and not stored")),
        _ => None, // operations skipped while the circuit is open, for example
    }
}
