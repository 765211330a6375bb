//! Checks of rate limits, beside `governor` and a script for Redis written by hand.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cache_runtime::Cache;
use cache_runtime::limit::{Algorithm, RateLimiter};
use governor::{Quota, RateLimiter as Governor};

/// How many clients take turns.
const CLIENTS: u32 = 1_000;

/// Takes longer than the bench, so that what should pass does.
const HIGH: u64 = 1_000_000_000;

const ROUNDS: usize = 9;

struct Case<'a> {
    name: &'static str,
    checks: u32,
    check: Box<dyn FnMut(u32) -> bool + 'a>,
    expected: bool,
    nanos: Vec<f64>,
}

impl<'a> Case<'a> {
    fn new(name: &'static str, checks: u32, expected: bool, check: impl FnMut(u32) -> bool + 'a) -> Self {
        Case { name, checks, check: Box::new(check), expected, nanos: Vec::new() }
    }

    fn round(&mut self) {
        let begun = Instant::now();
        for number in 0..self.checks {
            assert_eq!(black_box((self.check)(number % CLIENTS)), self.expected, "{}", self.name);
        }
        self.nanos.push(begun.elapsed().as_nanos() as f64 / f64::from(self.checks));
    }

    fn median(&mut self) -> f64 {
        self.nanos.sort_by(f64::total_cmp);
        self.nanos[ROUNDS / 2]
    }
}

/// A server that ends with this.
struct Server(Child, u16);

impl Server {
    fn start() -> Option<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let arguments = ["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        let child = Command::new("redis-server").args(arguments).stdout(Stdio::null()).spawn().ok()?;
        let server = Server(child, port);
        (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            server.connection().is_ok()
        });
        Some(server)
    }

    fn connection(&self) -> redis::RedisResult<redis::Connection> {
        redis::Client::open(format!("redis://127.0.0.1:{}", self.1))?.get_connection()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn limiter(cache: &Cache, to: u64, algorithm: Algorithm) -> RateLimiter {
    RateLimiter::new(cache, "bench").to(to).within(3_600).algorithm(algorithm).expect("the store can")
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = Cache::open(&format!("sqlite://{}", folder.path().join("cache.sqlite3").display())).expect("an address");
    let memory = Cache::memory();
    let server = Server::start();
    let governor = Governor::keyed(Quota::per_second(NonZeroU32::new(HIGH as u32).expect("not 0")));

    let mut cases = vec![Case::new("`governor`, in one process", 200_000, true, |who| governor.check_key(&who).is_ok())];
    let ours = [
        ("SQLite in memory, fixed window", &memory, Algorithm::FixedWindow),
        ("SQLite in memory, sliding window", &memory, Algorithm::SlidingWindow),
        ("SQLite in memory, GCRA", &memory, Algorithm::Gcra),
        ("SQLite in a file, fixed window", &file, Algorithm::FixedWindow),
        ("SQLite in a file, GCRA", &file, Algorithm::Gcra),
    ];
    for (name, cache, algorithm) in ours {
        let limiter = limiter(cache, if algorithm == Algorithm::Gcra { 1_000_000 } else { HIGH }, algorithm);
        cases.push(Case::new(name, 20_000, true, move |who| limiter.check(&who).expect("it answers").allowed));
    }
    // A new file is trusted after some seconds: see the guide's page on what is kept near.
    for (name, cache) in [("SQLite in memory, refused", &memory), ("SQLite in a file, refused", &file)] {
        let limiter = limiter(cache, 0, Algorithm::FixedWindow);
        cases.push(Case::new(name, 100_000, false, move |who| limiter.check(&who).expect("it answers").allowed));
    }
    std::thread::sleep(Duration::from_secs(5));
    if let Some(server) = &server {
        let mut connection = server.connection().expect("it answers");
        let script = redis::Script::new(
            "local count = redis.call('INCR', KEYS[1])
             if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
             return count",
        );
        cases.push(Case::new("Redis, `INCR` and `PEXPIRE` in a script by hand", 5_000, true, move |who| {
            let count: u64 =
                script.key(format!("hand:{who}")).arg(3_600_000).invoke(&mut connection).expect("it answers");
            count <= HIGH
        }));
        let cache = Cache::open(&format!("redis://127.0.0.1:{}", server.1)).expect("an address");
        for (name, algorithm) in [
            ("Redis, fixed window", Algorithm::FixedWindow),
            ("Redis, sliding window", Algorithm::SlidingWindow),
            ("Redis, GCRA", Algorithm::Gcra),
        ] {
            let limiter = limiter(&cache, if algorithm == Algorithm::Gcra { 1_000_000 } else { HIGH }, algorithm);
            cases.push(Case::new(name, 5_000, true, move |who| limiter.check(&who).expect("it answers").allowed));
        }
    }
    for _ in 0..ROUNDS {
        cases.iter_mut().for_each(Case::round);
    }
    report(&mut cases);
}

fn report(cases: &mut [Case<'_>]) {
    println!("| | ns a check | checks a second |\n|---|---:|---:|");
    for case in cases {
        let median = case.median();
        println!("| {} | {median:.0} | {:.0} |", case.name, 1e9 / median);
    }
}
