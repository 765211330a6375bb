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
        (_, Some("WRONGTYPE")) => (ErrorKind::Store, "another program keeps something else under that name"),
        _ if error.to_string().contains("max number of clients") => {
            (ErrorKind::Unavailable, "the server takes no more connections")
        }
        _ => (ErrorKind::Store, "the server refused it"),
    };
    Error::new(kind, message).because(error)
}

/// The server's word for what is wrong; of many commands in one go that of the first which it refused.
fn code(error: &RedisError) -> Option<String> {
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
