//! A program that starts servers, says where they are, and ends as it is told: `end`, `panic`, or `wait` for a signal.

#![expect(clippy::print_stdout, reason = "the test reads it")]

use std::thread;

use cache_servers::{Memcached, Redis};

fn main() {
    let (Some(redis), Some(memcached)) = (Redis::start(), Memcached::shared()) else {
        println!("passed over");
        return;
    };
    println!("{} {} {}", redis.port(), memcached.port(), redis.unix_socket().display());
    match std::env::args().nth(1).as_deref() {
        Some("panic") => panic!("on purpose"),
        Some("wait") => thread::park(),
        _ => {}
    }
}
