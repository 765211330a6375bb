//! Throw-away servers for tests: Redis alone, as a cluster, with a sentinel; memcached; PostgreSQL.
//!
//! A server listens on a free port of 127.0.0.1 and has its own folder. It ends when its value is dropped or its
//! process ends, in whatever way. No test uses a server that it did not start.
//!
//! ```
//! use cache_servers::Redis;
//!
//! # fn main() {
//! let Some(redis) = Redis::start() else { return };
//! redis.ask(["SET", "greeting", "hello"]);
//! assert_eq!(redis.ask(["GET", "greeting"]).text(), Some("hello"));
//! redis.restart(); // on the same port, and empty
//! assert_eq!(redis.ask(["GET", "greeting"]).text(), None);
//! # }
//! ```
//!
//! Most tests need no server of their own: [`Redis::shared`], [`Memcached::shared`] and [`Postgres::shared`] start one for the
//! whole process, and [`own_name`] makes a namespace for each test.
//!
//! If a server is not installed, starting it returns `None` and reports this to standard error, which the test harness
//! does not capture. With the variable `CI` set it panics instead, so that no test is skipped unnoticed there.

#![expect(clippy::missing_panics_doc, reason = "for tests: every failure panics")]

mod cluster;
mod lifecycle;
mod memcached;
mod port;
mod postgres;
mod process;
mod proxy;
mod redis;
mod sentinel;
mod wire;

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::id;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub use self::cluster::Cluster;
pub use self::memcached::Memcached;
pub use self::postgres::Postgres;
pub use self::proxy::Proxy;
pub use self::redis::{Redis, RedisOptions};
pub use self::sentinel::Sentinel;
pub use self::wire::Reply;

/// A name that no other test has, for a namespace on a shared server.
pub fn own_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test-{}-{}", id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Whether a program is installed. If not, it reports this, and panics if `CI` is set.
pub fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    is_installed_in(program, folders.iter().map(PathBuf::as_path))
}

/// As [`is_installed`], in some folders.
fn is_installed_in<'a>(program: &str, mut folders: impl Iterator<Item = &'a Path>) -> bool {
    let found = folders.any(|folder| folder.join(program).is_file());
    if !found {
        assert!(env::var_os("CI").is_none(), "{program} is not installed; `tests/run` installs it");
        // Not by a macro, because the harness hides what a passing test prints by these.
        let _ = writeln!(io::stderr(), "\nskipped: {program} is not installed");
    }
    found
}

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until a condition holds.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        sleep(Duration::from_millis(5));
    }
}
