//! A Redis server.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use crate::lifecycle::lifecycle;
use crate::process::{Process, folder};
use crate::wire::{Reply, Wire};
use crate::{PATIENCE, is_installed, port};

const PROGRAM: &str = "redis-server";

/// How long a server may take for an answer during its start.
const SHORTLY: Duration = Duration::from_secs(2);

/// A Redis server of a single test, which writes nothing to the disk.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    port: u16,
    password: Option<String>,
}

lifecycle!(Redis);

/// Options of a server to start.
#[derive(Clone, Debug, Default)]
pub struct RedisOptions {
    password: Option<String>,
    arguments: Vec<String>,
}

/// Start.
impl Redis {
    /// Starts an empty server.
    ///
    /// `None` if Redis is not installed: the test is to be skipped.
    pub fn start() -> Option<Redis> {
        Redis::options().start()
    }

    /// Options to start a server with.
    #[must_use]
    pub fn options() -> RedisOptions {
        RedisOptions::default()
    }

    /// The server that the tests of this process share.
    ///
    /// No test may stop, freeze or flush it. A test uses a namespace of its [own](crate::own_name).
    pub fn shared() -> Option<&'static Redis> {
        static SHARED: OnceLock<Option<Redis>> = OnceLock::new();
        SHARED.get_or_init(Redis::start).as_ref()
    }
}

impl RedisOptions {
    /// Requires a password for each connection.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self.arguments(["--requirepass", password, "--masterauth", password])
    }

    /// Limits the memory, as in `2mb`, and evicts the least recently used keys above it.
    #[must_use]
    pub fn max_memory(self, size: &str) -> Self {
        self.arguments(["--maxmemory", size, "--maxmemory-policy", "allkeys-lru"])
    }

    /// Makes it a replica of another server; both have the same password, if any.
    #[must_use]
    pub fn replica_of(self, master: &Redis) -> Self {
        self.arguments(["--replicaof", &format!("127.0.0.1 {}", master.port)])
    }

    /// Adds options of `redis-server`, such as `["--appendonly", "yes"]`.
    #[must_use]
    pub fn arguments<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.arguments.extend(arguments.into_iter().map(str::to_owned));
        self
    }

    /// Starts the server, and returns when it answers. `None` if Redis is not installed.
    pub fn start(self) -> Option<Redis> {
        if !is_installed(PROGRAM) {
            return None;
        }
        // Another process may have taken the port meanwhile: another port is tried.
        let started = (0..10).find_map(|_| self.clone().start_on(port::free()));
        Some(started.expect("a port of ten is free"))
    }

    /// `None` if another server answers on the port.
    fn start_on(self, port: u16) -> Option<Redis> {
        let folder = folder();
        let mut arguments = ["--bind", "127.0.0.1", "--save", "", "--daemonize", "no"].map(str::to_owned).to_vec();
        arguments.extend(["--port".to_owned(), port.to_string()]);
        arguments.extend(["--dir".to_owned(), folder.display().to_string()]);
        arguments.extend(["--unixsocket".to_owned(), socket(&folder).display().to_string()]);
        arguments.extend(self.arguments);
        let process = Process::new(folder, PROGRAM, &arguments);
        let redis = Redis { process, port, password: self.password };
        redis.run().then_some(redis)
    }
}

fn socket(folder: &std::path::Path) -> PathBuf {
    folder.join("redis.sock")
}

/// Its addresses.
impl Redis {
    /// The port of 127.0.0.1 that it listens on, which stays the same when it is started again.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address with the password: `redis://:password@127.0.0.1:port`.
    pub fn url(&self) -> String {
        let password = self.password.as_ref().map(|password| format!(":{password}@")).unwrap_or_default();
        format!("redis://{password}127.0.0.1:{}", self.port)
    }

    /// The path of its unix socket.
    pub fn unix_socket(&self) -> PathBuf {
        socket(self.process.folder())
    }

    pub(crate) fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }
}

/// Commands.
impl Redis {
    /// Sends a command, such as `["SET", "key", "value"]`, over a connection of its own.
    pub fn ask<W: AsRef<[u8]>>(&self, words: impl IntoIterator<Item = W>) -> Reply {
        let words: Vec<W> = words.into_iter().collect();
        let answer = self.connect(PATIENCE).and_then(|mut wire| wire.ask(&words));
        answer.unwrap_or_else(|error| panic!("Redis at {} does not answer: {error}\n{}", self.port, self.process.log()))
    }

    /// Deletes everything in it.
    pub fn flush(&self) {
        self.ask(["FLUSHALL"]);
    }

    /// Shuts it down as an administrator does, and returns when it is gone. It can be started again.
    pub fn shut_down(&self) {
        // There is no answer: the connection ends.
        let _ = self.connect(PATIENCE).and_then(|mut wire| wire.ask(&["SHUTDOWN", "NOSAVE"]));
        crate::wait_until("the end of a server", || self.connect(SHORTLY).is_err());
    }

    /// The id of the process that answers, or 0 if that is no Redis with the same password.
    fn answering(&self) -> Option<u32> {
        let mut wire = self.connect(SHORTLY).ok()?;
        let answer = wire.ask(&["INFO"]).ok()?;
        // While it loads its files it answers this command, but no others.
        if answer.text().is_some_and(|text| text.contains("\nloading:1")) {
            return None;
        }
        let number = answer.text().and_then(|text| text.lines().find_map(|line| line.strip_prefix("process_id:")));
        Some(number.and_then(|number| number.trim().parse().ok()).unwrap_or(0))
    }

    fn connect(&self, patience: Duration) -> std::io::Result<Wire> {
        let mut wire = Wire::connect(self.port, patience)?;
        if let Some(password) = &self.password {
            wire.ask(&["AUTH", password])?;
        }
        Ok(wire)
    }
}
