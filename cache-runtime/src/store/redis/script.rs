//! What Redis does in one step that nobody can come between: scripts, and how they are called.

use std::sync::LazyLock;

use redis::{Cmd, ErrorKind, RedisResult, ServerErrorKind, ToRedisArgs, Value, cmd};

use super::connection::Link;

/// A script, and the hash that Redis knows it by once it has seen it.
pub(super) struct Script {
    text: &'static str,
    hash: LazyLock<String>,
}

/// A script, behind what all of them have in common.
macro_rules! script {
    ($file:literal) => {{
        const TEXT: &str = concat!(include_str!("script/common.lua"), include_str!($file));
        Script { text: TEXT, hash: LazyLock::new(|| redis::Script::new(TEXT).get_hash().to_owned()) }
    }};
}

/// Takes a claim down, unless an exclusive one is in the way.
pub(super) static CLAIM: Script = script!("script/claim.lua");
/// Keeps a value if the claim to compute it was not broken.
pub(super) static COMPLETE: Script = script!("script/complete.lua");
/// Ends a claim.
pub(super) static RELEASE: Script = script!("script/release.lua");
/// Deletes an entry with its claims.
pub(super) static FORGET: Script = script!("script/forget.lua");
/// Writes an entry if it is still the one that was read.
pub(super) static REPLACE: Script = script!("script/replace.lua");
/// Adds to a number.
pub(super) static INCREMENT: Script = script!("script/increment.lua");

impl Script {
    /// A call of it, to which its arguments are to be added.
    pub(super) fn call(&self, names: &[String]) -> Cmd {
        let mut command = cmd("EVALSHA");
        command.arg(&*self.hash).arg(names.len()).arg(names);
        command
    }

    /// Runs a call of it.
    pub(super) async fn run<L: Link>(&self, link: &mut L, call: &Cmd) -> RedisResult<Value> {
        match link.send(call).await {
            Err(error) if error.kind() == UNKNOWN => {
                self.load(link).await?;
                link.send(call).await
            }
            reply => reply,
        }
    }

    /// Runs many calls of it, in one go.
    pub(super) async fn run_all<L: Link>(&self, link: &mut L, calls: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        match link.send_all(calls.clone()).await {
            // Those that were known elsewhere in a cluster run twice, which does no harm to what is deleted.
            Err(error) if error.kind() == UNKNOWN => {
                self.load(link).await?;
                link.send_all(calls).await
            }
            replies => replies,
        }
    }

    async fn load<L: Link>(&self, link: &mut L) -> RedisResult<()> {
        let mut load = cmd("SCRIPT");
        load.arg("LOAD").arg(self.text);
        link.send(&load).await.map(drop)
    }
}

/// Redis does not know the script: it is new there, or Redis was started anew.
const UNKNOWN: ErrorKind = ErrorKind::Server(ServerErrorKind::NoScript);

/// A yes or no, as scripts are given one.
pub(super) fn flag(is: bool) -> impl ToRedisArgs {
    u8::from(is)
}
