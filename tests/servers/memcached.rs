//! A memcached server.

use std::sync::OnceLock;
use std::time::Duration;

use crate::lifecycle::lifecycle;
use crate::process::{Process, folder};
use crate::wire::Wire;
use crate::{PATIENCE, is_installed, port};

const PROGRAM: &str = "memcached";

/// A memcached server of a single test.
#[derive(Debug)]
pub struct Memcached {
    process: Process,
    port: u16,
}

lifecycle!(Memcached);

impl Memcached {
    /// Starts an empty server.
    ///
    /// `None` if memcached is not installed: the test is to be skipped.
    pub fn start() -> Option<Memcached> {
        Memcached::start_with([])
    }

    /// Starts a server with options of `memcached`, such as `["-I", "4m"]`.
    pub fn start_with<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Option<Memcached> {
        if !is_installed(PROGRAM) {
            return None;
        }
        let arguments: Vec<&str> = arguments.into_iter().collect();
        // Another process may have taken the port meanwhile: another port is tried.
        let started = (0..10).find_map(|_| Memcached::start_on(port::free(), &arguments));
        Some(started.expect("a port of ten is free"))
    }

    /// The server that the tests of this process share.
    ///
    /// No test may stop, freeze or flush it. A test uses a namespace of its [own](crate::own_name).
    pub fn shared() -> Option<&'static Memcached> {
        static SHARED: OnceLock<Option<Memcached>> = OnceLock::new();
        SHARED.get_or_init(Memcached::start).as_ref()
    }

    /// `None` if another server answers on the port.
    fn start_on(port: u16, arguments: &[&str]) -> Option<Memcached> {
        // As root it needs the user to run as.
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

    /// Sends a line to it, and returns the first line of its answer.
    pub fn ask(&self, line: &str) -> String {
        let answer = Wire::connect(self.port, PATIENCE).and_then(|mut wire| {
            wire.say(&format!("{line}\r\n"))?;
            wire.line()
        });
        answer.unwrap_or_else(|error| panic!("memcached at {} does not answer: {error}", self.port))
    }

    /// Deletes everything in it.
    pub fn flush(&self) {
        self.ask("flush_all");
    }

    /// The id of the process that answers, or 0 if that is no memcached.
    fn answering(&self) -> Option<u32> {
        let mut wire = Wire::connect(self.port, Duration::from_secs(2)).ok()?;
        wire.say("stats\r\n").ok()?;
        let first = wire.line().ok()?; // `STAT pid 4711`
        Some(first.strip_prefix("STAT pid ").and_then(|number| number.trim().parse().ok()).unwrap_or(0))
    }
}
