//! What Redis's errors mean to a caller, and to the connection that they came by.

use redis::{ErrorKind as Kind, RedisError, ServerErrorKind as Server};

use crate::{Error, ErrorKind};

/// One place that knows what Redis's errors mean to a caller.
pub(super) fn explained(error: RedisError) -> Error {
    let (kind, message) = match (error.kind(), code(&error).as_deref()) {
        (Kind::Io, _) if error.is_timeout() => (ErrorKind::Unavailable, "the server did not answer in time"),
        (Kind::Io, _) if error.is_connection_refusal() => (ErrorKind::Unavailable, "nobody listens there"),
        (Kind::Io | Kind::ClusterConnectionNotFound, _) => (ErrorKind::Unavailable, "the connection was lost"),
        (Kind::AuthenticationFailed, _) | (_, Some("NOAUTH" | "WRONGPASS")) => {
            (ErrorKind::Store, "the server refused the user name or password")
        }
        (Kind::Server(Server::NoPerm), _) => (ErrorKind::Store, "this user may not do that"),
        (Kind::Server(Server::ReadOnly), _) => (ErrorKind::Unavailable, "the server is a replica that takes no writes"),
        (Kind::Server(Server::Moved | Server::Ask), _) => {
            (ErrorKind::Store, "the server is one of a cluster; write the url as \"redis-cluster://…\"")
        }
        (_, Some("OOM")) => (ErrorKind::Unavailable, "the server's memory is full"),
        (_, Some("MISCONF" | "BUSY" | "NOREPLICAS"))
        | (Kind::MasterNameNotFoundBySentinel | Kind::EmptySentinelList, _)
        | (Kind::Server(Server::BusyLoading | Server::TryAgain | Server::ClusterDown | Server::MasterDown), _) => {
            (ErrorKind::Unavailable, "the server cannot serve at this moment")
        }
        (_, Some("WRONGTYPE")) => (ErrorKind::Entry, "another program keeps something else under that name"),
        _ if error.to_string().contains("exceeds maximum allowed size") => {
            (ErrorKind::Entry, "the value is larger than the server allows")
        }
        _ if error.to_string().contains("max number of clients") => {
            (ErrorKind::Unavailable, "the server takes no more connections")
        }
        _ => (ErrorKind::Store, "the server refused it"),
    };
    Error::new(kind, message).with_source(error)
}

/// The server's word for what is wrong; of many commands in one go that of the first which it refused.
pub(super) fn code(error: &RedisError) -> Option<String> {
    let first = || Some(error.clone().into_server_errors()?.first()?.1.code().to_owned());
    error.code().map(str::to_owned).or_else(first)
}

/// Whether the connection is not to be used again: it was lost, its replies would come late, or it leads to a server
/// that is no longer the one in charge.
pub(super) fn ends_connection(error: &RedisError) -> bool {
    match error.kind() {
        Kind::Io | Kind::Parse | Kind::AuthenticationFailed | Kind::ClusterConnectionNotFound => true,
        Kind::Server(Server::ReadOnly | Server::MasterDown) => true,
        _ => error.is_unrecoverable_error(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(refusal: &str) -> ErrorKind {
        let reply = redis::parse_redis_value(format!("-{refusal}\r\n").as_bytes()).expect("a reply");
        explained(reply.extract_error().expect_err("a refusal")).kind()
    }

    #[test]
    fn what_concerns_one_entry_is_told_from_what_concerns_all() {
        for refusal in [
            "WRONGTYPE Operation against a key holding the wrong kind of value",
            "WRONGTYPE Operation against a key holding the wrong kind of value script: 1, on @user_script:1.",
            "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
        ] {
            assert_eq!(kind(refusal), ErrorKind::Entry, "{refusal}");
        }
        for refusal in [
            "OOM command not allowed when used memory > 'maxmemory'.",
            "READONLY You can't write against a read only replica.",
            "LOADING Redis is loading the dataset in memory",
            "BUSY Redis is busy running a script.",
            "MISCONF Redis is configured to save RDB snapshots",
            "MASTERDOWN Link with MASTER is down",
            "CLUSTERDOWN Hash slot not served",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "ERR max number of clients reached",
        ] {
            assert_eq!(kind(refusal), ErrorKind::Unavailable, "{refusal}");
        }
        for refusal in [
            "NOAUTH Authentication required.",
            "WRONGPASS invalid username-password pair or user is disabled.",
            "NOPERM this user has no permissions to run the 'get' command",
            "MOVED 3999 127.0.0.1:6381",
            "ASK 3999 127.0.0.1:6381",
            "ERR unknown command 'EVALSHA'",
        ] {
            assert_eq!(kind(refusal), ErrorKind::Store, "{refusal}");
        }
    }
}
