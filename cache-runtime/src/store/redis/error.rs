//! What an error of Redis means to the caller, and to the connection.

use redis::{ErrorKind as Kind, RedisError, ServerErrorKind as Server};

use crate::{Error, ErrorKind};

/// The error as the caller gets it.
pub(super) fn explained(error: RedisError) -> Error {
    let text = error.to_string();
    let says = |words: &str| text.contains(words);
    // Of a cluster that cannot be reached the client tells the cause in words alone.
    let (kind, message) = match (error.kind(), code(&error).as_deref()) {
        (Kind::AuthenticationFailed, _) | (_, Some("NOAUTH" | "WRONGPASS")) => AUTHENTICATION_FAILED,
        (Kind::Io, _) if says("NOAUTH") || says("WRONGPASS") || says("authentication failed") => AUTHENTICATION_FAILED,
        (Kind::Io, _) if error.is_timeout() => (ErrorKind::Unavailable, "the server did not answer in time"),
        (Kind::Io, _) if error.is_connection_refusal() || says("Connection refused") => {
            (ErrorKind::Unavailable, "connection refused")
        }
        (Kind::Io, _) if says("lookup address") => (ErrorKind::Unavailable, "the host name cannot be resolved"),
        (Kind::Io | Kind::ClusterConnectionNotFound, _) => (ErrorKind::Unavailable, LOST),
        // No outage: the other commands work.
        (Kind::Server(Server::NoPerm), _) => (ErrorKind::Config, "the user has no permission for this command"),
        _ if says("switch database") || says("DB index is out of range") => {
            (ErrorKind::Store, "the server has no database of this number")
        }
        _ if says("unknown command") => (ErrorKind::Config, "the server does not know this command"),
        (Kind::Server(Server::ReadOnly), _) => {
            (ErrorKind::Unavailable, "the server is a replica, which accepts no writes")
        }
        (Kind::Server(Server::Moved | Server::Ask), _) => {
            (ErrorKind::Store, "the server is a node of a cluster; write the url as \"redis-cluster://…\"")
        }
        (_, Some("OOM")) => (ErrorKind::Unavailable, "the server's memory is full"),
        (_, Some("MISCONF" | "BUSY" | "NOREPLICAS"))
        | (Kind::MasterNameNotFoundBySentinel | Kind::EmptySentinelList, _)
        | (Kind::Server(Server::BusyLoading | Server::TryAgain | Server::ClusterDown | Server::MasterDown), _) => {
            (ErrorKind::Unavailable, "the server cannot serve requests at the moment")
        }
        (_, Some("WRONGTYPE")) => (ErrorKind::Entry, "the key holds data of another program"),
        _ if says("exceeds maximum allowed size") => (ErrorKind::Entry, "the value is larger than the server allows"),
        _ if says("max number of clients") => (ErrorKind::Unavailable, "the server accepts no more connections"),
        _ => (ErrorKind::Store, "the server refused the command"),
    };
    // A lost connection is made anew by the next operation.
    let is_unreachable = error.kind() == Kind::Io && message != LOST || message == AUTHENTICATION_FAILED.1;
    let explained = Error::new(kind, message).with_source(error);
    if is_unreachable { explained.unreachable() } else { explained }
}

const AUTHENTICATION_FAILED: (ErrorKind, &str) =
    (ErrorKind::Store, "authentication failed: the server rejected the user name or password");

const LOST: &str = "the connection was lost";

/// The error of a server that has not answered in time.
pub(super) fn timed_out() -> Error {
    explained(RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut)))
}

/// The server's code for an error; for many commands sent at once, the code of the first refused one.
pub(super) fn code(error: &RedisError) -> Option<String> {
    let first = || Some(error.clone().into_server_errors()?.first()?.1.code().to_owned());
    error.code().map(str::to_owned).or_else(first)
}

/// Whether the connection must not be used again: it was lost, late replies may still arrive on it, or its server is no
/// longer in charge.
pub(super) fn ends_connection(error: &RedisError) -> bool {
    match error.kind() {
        Kind::Io | Kind::Parse | Kind::AuthenticationFailed | Kind::ClusterConnectionNotFound => true,
        Kind::Server(Server::ReadOnly | Server::MasterDown) => true,
        // It is said instead of the first reply, and then the server closes the connection.
        Kind::Server(_) if error.to_string().contains("max number of clients") => true,
        _ => error.is_unrecoverable_error(),
    }
}

#[cfg(test)]
mod tests;
