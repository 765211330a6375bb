//! One memcached server.

use std::sync::OnceLock;
use std::time::Duration;

use crate::lifecycle::lifecycle;
use crate::process::{Process, folder};
use crate::wire::Wire;
use crate::{PATIENCE, is_installed, port};

const PROGRAM: &str = "memcached";

/// A memcached server of this test's own.
#[derive(Debug)]
pub struct Memcached {
    process: Process,
    port: u16,
}

lifecycle!(Memcached);

impl Memcached {
    /// Starts a server with nothing in it.
    ///
    /// `None` where memcached is not installed: then the test is to be passed over.
    pub fn start() -> Option<Memcached> {
        Memcached::start_with([])
    }

    /// Starts a server with options that `memcached` knows, as in `["-I", "4m"]`.
    pub fn start_with<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Option<Memcached> {
        if !is_installed(PROGRAM) {
            return None;
        }
        let arguments: Vec<&str> = arguments.into_iter().collect();
        // Somebody else may have taken the port meanwhile: then another one is tried.
        let started = (0..10).find_map(|_| Memcached::start_on(port::free(), &arguments));
        Some(started.expect("a port of ten is free"))
    }

    /// The server that the tests of this process share.
    ///
    /// None may stop it, freeze it or empty it. A test keeps to a namespace of its [own](crate::own_name).
    pub fn shared() -> Option<&'static Memcached> {
        static SHARED: OnceLock<Option<Memcached>> = OnceLock::new();
        SHARED.get_or_init(Memcached::start).as_ref()
    }

    /// `None` if it is another server that answers there.
    fn start_on(port: u16, arguments: &[&str]) -> Option<Memcached> {
        // As root it wants to be told whom to become.
        let mut all = ["-l", "127.0.0.1", "-U", "0", "-u", "nobody", "-p"].map(str::to_owned).to_vec();
        all.push(port.to_string());
        all.extend(arguments.iter().map(|&argument| argument.to_owned()));
        let memcached = Memcached { process: Process::new(folder(), PROGRAM, &all), port };
        memcached.run().then_some(memcached)
    }

    /// The port of 127.0.0.1 that it listens on, which stays the same when it is started again.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address: `127.0.0.1:port`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Says a line to it, and returns the first line of its answer.
    pub fn ask(&self, line: &str) -> String {
        let answer = Wire::connect(self.port, PATIENCE).and_then(|mut wire| {
            wire.say(&format!("{line}\r\n"))?;
            wire.line()
        });
        answer.unwrap_or_else(|error| panic!("memcached at {} does not answer: {error}", self.port))
    }

    /// Forgets all that it keeps.
    pub fn flush(&self) {
        self.ask("flush_all");
    }

    /// The number of the process that answers. What is no memcached is none of ours: 0.
    fn answering(&self) -> Option<u32> {
        let mut wire = Wire::connect(self.port, Duration::from_secs(2)).ok()?;
        wire.say("stats\r\n").ok()?;
        let first = wire.line().ok()?; // `STAT pid 4711`
        Some(first.strip_prefix("STAT pid ").and_then(|number| number.trim().parse().ok()).unwrap_or(0))
    }
}
