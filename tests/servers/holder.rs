//! A program that starts servers, prints their addresses, and then does what its argument says: `end`, `panic`, or
//! `wait` for a signal.

#![expect(clippy::print_stdout, reason = "the test reads it")]

use std::thread;

use cache_servers::{Memcached, Redis};

fn main() {
    let (Some(redis), Some(memcached)) = (Redis::start(), Memcached::shared()) else {
        println!("skipped");
        return;
    };
    println!("{} {} {}", redis.port(), memcached.port(), redis.unix_socket().display());
    match std::env::args().nth(1).as_deref() {
        Some("panic") => panic!("on purpose"),
        Some("wait") => thread::park(),
        _ => {}
    }
}
