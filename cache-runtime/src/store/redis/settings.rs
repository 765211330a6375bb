//! The options of Redis in the configuration.

use std::time::Duration;

use redis::ProtocolVersion;

use super::address::{self, Login};
use super::endpoint::Endpoint;
use super::keys::is_namespace;
use crate::Result;
use crate::config::Options;

/// Reads `url`, `username`, `password`, `db`, `protocol`, and for sentinels `sentinel_username` and `sentinel_password`.
pub(super) fn endpoint(options: &Options) -> Result<Endpoint> {
    let login = Login {
        username: options.find("username")?,
        password: options.find("password")?,
        db: options.find("db")?,
        protocol: protocol(options)?,
        sentinel_username: options.find("sentinel_username")?,
        sentinel_password: options.find("sentinel_password")?,
    };
    let url = options.get::<String>("url")?;
    address::parse(&url, login).map_err(|problem| options.error(problem.option, problem.message))
}

fn protocol(options: &Options) -> Result<Option<ProtocolVersion>> {
    match options.find::<String>("protocol")?.as_deref() {
        None => Ok(None),
        Some("resp2") => Ok(Some(ProtocolVersion::RESP2)),
        Some("resp3") => Ok(Some(ProtocolVersion::RESP3)),
        Some(_) => Err(options.error("protocol", "unknown protocol; write \"resp2\" or \"resp3\"")),
    }
}

/// The prefix of every Redis key.
pub(super) fn namespace(options: &Options) -> Result<String> {
    let namespace = options.find::<String>("namespace")?.unwrap_or_else(|| "cache:".to_owned());
    if namespace.is_empty() {
        return Err(
            options.error("namespace", "empty, so `clear` would empty the database; write a name, such as \"shop:\"")
        );
    }
    if is_namespace(&namespace) {
        return Ok(namespace);
    }
    Err(options.error("namespace", "braces mark a hash tag in Redis; write none, or a complete tag such as \"{app}:\""))
}

/// How long to wait for a connection, and for a reply.
pub(super) fn timeout(options: &Options) -> Result<Duration> {
    match options.duration("timeout")? {
        Some(Duration::ZERO) => Err(options.error("timeout", "0 would wait for ever; write seconds, such as 0.5")),
        timeout => Ok(timeout.unwrap_or(Duration::from_secs(1))),
    }
}

/// How many connections the threads may use at once.
pub(super) fn connections(options: &Options) -> Result<u32> {
    match options.find("connections")? {
        Some(0) => Err(options.error("connections", "0 allows no connection; write 1 or more")),
        connections => Ok(connections.unwrap_or(10)),
    }
}
