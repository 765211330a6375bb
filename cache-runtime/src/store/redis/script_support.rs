//! Servers that run no scripts: some hosted ones, proxies, and those whose ACL has `-@scripting`.
//!
//! Such a server keeps values and deletes them. What needs a script cannot be had there, and a line in the log says so once.

use std::sync::atomic::{AtomicBool, Ordering};

use redis::{ErrorKind as Kind, RedisError, ServerErrorKind as Server};

/// Whether a server runs scripts, as far as is known.
#[derive(Debug, Default)]
pub(super) struct ScriptSupport {
    are_refused: AtomicBool,
}

impl ScriptSupport {
    pub(super) fn are_allowed(&self) -> bool {
        !self.are_refused.load(Ordering::Relaxed)
    }

    /// Records an error of a script.
    pub(super) fn record(&self, error: &RedisError) {
        if is_refused(error) && !self.are_refused.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "cache: the Redis server lets this user run no scripts ({error}); values are cached, but counters and \
                 `touch` fail, and each process computes for itself; allow `EVAL` and `EVALSHA`"
            );
        }
    }
}

/// Whether the server refuses a command whatever its arguments: this user may not send it, or the server does not know it.
pub(super) fn is_refused(error: &RedisError) -> bool {
    error.kind() == Kind::Server(Server::NoPerm) || error.to_string().to_lowercase().contains("unknown command")
}
