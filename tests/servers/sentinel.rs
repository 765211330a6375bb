//! A Redis sentinel, which knows the master and promotes a replica.

use std::fs;

use crate::process::{Process, folder};
use crate::wire::{Reply, Wire};
use crate::{PATIENCE, Redis, is_installed, port, wait_until};

/// As a sentinel it needs a writable configuration file.
const PROGRAM: &str = "redis-server";

/// A sentinel that watches one master, and promotes a replica half a second after the master has died.
#[derive(Debug)]
pub struct Sentinel {
    process: Process,
    port: u16,
    name: String,
}

impl Sentinel {
    /// Starts a sentinel for `master` under a name.
    ///
    /// It finds the master's replicas within a second. `None` if Redis is not installed: the test is to be skipped.
    pub fn watching(name: &str, master: &Redis) -> Option<Sentinel> {
        if !is_installed(PROGRAM) {
            return None;
        }
        let (folder, port) = (folder(), port::free());
        let file = folder.join("sentinel.conf");
        fs::write(&file, configuration(name, port, master)).expect("a file for the sentinel");
        let process = Process::new(folder, PROGRAM, &[file.display().to_string(), "--sentinel".to_owned()]);
        process.start();
        let sentinel = Sentinel { process, port, name: name.to_owned() };
        wait_until("the sentinel sees the master", || sentinel.master() == Some(master.port()));
        Some(sentinel)
    }

    /// The port of 127.0.0.1 that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port of the present master.
    pub fn master(&self) -> Option<u16> {
        let mut wire = Wire::connect(self.port, PATIENCE).ok()?;
        let answer = wire.ask(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", &self.name]).ok()?;
        let Reply::List(address) = answer else { return None };
        address.get(1)?.text()?.parse().ok()
    }

    /// Makes it promote a replica although the master works, as soon as it knows one.
    pub fn fail_over(&self) {
        let words = ["SENTINEL", "FAILOVER", &self.name];
        wait_until("the sentinel begins", || {
            let answer = Wire::connect(self.port, PATIENCE).and_then(|mut wire| wire.ask(&words));
            answer.is_ok_and(|answer| answer.text() == Some("OK"))
        });
    }

    /// Makes it hang: it accepts connections and answers nothing.
    pub fn freeze(&self) {
        self.process.freeze();
    }

    /// Continues it after [`freeze`](Sentinel::freeze).
    pub fn thaw(&self) {
        self.process.thaw();
    }

    /// The number of replicas that it has found.
    pub fn replicas(&self) -> usize {
        let answer =
            Wire::connect(self.port, PATIENCE).and_then(|mut it| it.ask(&["SENTINEL", "REPLICAS", &self.name]));
        if let Ok(Reply::List(replicas)) = answer { replicas.len() } else { 0 }
    }
}

fn configuration(name: &str, port: u16, master: &Redis) -> String {
    let password = master.password().map(|password| format!("sentinel auth-pass {name} {password}\n"));
    format!(
        "port {port}\nbind 127.0.0.1\n\
         sentinel monitor {name} 127.0.0.1 {} 1\n{}\
         sentinel down-after-milliseconds {name} 500\n\
         sentinel failover-timeout {name} 2000\n",
        master.port(),
        password.unwrap_or_default(),
    )
}
