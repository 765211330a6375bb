//! Lua scripts, which Redis runs atomically, and how they are called.

use std::sync::LazyLock;

use redis::{Arg, Cmd, ErrorKind, RedisResult, ServerErrorKind, ToRedisArgs, Value, cmd};

use super::connection::Connection;
use super::script_support::is_refused;

/// A script, and the hash by which Redis knows it once it is loaded.
pub(super) struct Script {
    text: &'static str,
    hash: LazyLock<String>,
}

/// A script, after the functions that all of them share.
macro_rules! script {
    ($file:literal) => {{
        const TEXT: &str = concat!(include_str!("script/common.lua"), include_str!($file));
        Script { text: TEXT, hash: LazyLock::new(|| redis::Script::new(TEXT).get_hash().to_owned()) }
    }};
}

/// Records a claim, unless it is exclusive and another exclusive one holds.
pub(super) static CLAIM: Script = script!("script/claim.lua");
/// Stores a value if its claim is unbroken.
pub(super) static COMPLETE: Script = script!("script/complete.lua");
/// Extends a claim, unless it is broken.
pub(super) static RENEW: Script = script!("script/renew.lua");
/// Ends a claim.
pub(super) static RELEASE: Script = script!("script/release.lua");
/// Deletes an entry with its claims.
pub(super) static DELETE: Script = script!("script/delete.lua");
/// Replaces an entry if it is still the one that was read.
pub(super) static REPLACE: Script = script!("script/replace.lua");
/// Adds to a number.
pub(super) static INCREMENT: Script = script!("script/increment.lua");

/// Takes all steps of counts, or none.
///
/// Without the functions that the others share: it runs for each check of a limit, and Redis would define all of them.
pub(super) static COUNT_WITHIN: Script = {
    const TEXT: &str = include_str!("script/count_within.lua");
    Script { text: TEXT, hash: LazyLock::new(|| redis::Script::new(TEXT).get_hash().to_owned()) }
};

impl Script {
    /// A call of the script, to which its arguments are added.
    pub(super) fn call(&self, keys: &[String]) -> Cmd {
        let mut command = cmd("EVALSHA");
        command.arg(&*self.hash).arg(keys.len()).arg(keys);
        command
    }

    /// Runs a call.
    pub(super) async fn run<C: Connection>(&self, connection: &mut C, call: &Cmd) -> RedisResult<Value> {
        match connection.send(call).await {
            Err(error) if error.kind() == NOT_LOADED => match self.load(connection).await? {
                true => connection.send(call).await,
                false => connection.send(&self.with_text(call)).await,
            },
            reply => reply,
        }
    }

    /// Runs calls at once; a single one without a pipeline, which costs more.
    pub(super) async fn run_all<C: Connection>(&self, connection: &mut C, calls: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        match &*calls {
            [] => return Ok(Vec::new()),
            [call] => return Ok(vec![self.run(connection, call).await?]),
            _ => {}
        }
        match connection.send_all(calls.clone()).await {
            // In a cluster, calls on nodes that know the script run twice. To delete twice, or to claim,
            // complete or release twice with one token, does no harm.
            Err(error) if error.kind() == NOT_LOADED => match self.load(connection).await? {
                true => connection.send_all(calls).await,
                false => connection.send_all(calls.iter().map(|call| self.with_text(call)).collect()).await,
            },
            replies => replies,
        }
    }

    /// Loads the script, into all nodes of a cluster. `false` if the server refuses that.
    async fn load<C: Connection>(&self, connection: &mut C) -> RedisResult<bool> {
        let mut load = cmd("SCRIPT");
        load.arg("LOAD").arg(self.text);
        match connection.send(&load).await {
            Err(error) if is_refused(&error) => Ok(false),
            reply => reply.map(|_| true),
        }
    }

    /// A call with the text of the script, after which the server knows it.
    fn with_text(&self, call: &Cmd) -> Cmd {
        let mut command = cmd("EVAL");
        command.arg(self.text);
        for argument in call.args_iter().skip(2) {
            if let Arg::Simple(argument) = argument {
                command.arg(argument);
            }
        }
        command
    }
}

/// Redis does not know the script: it was never loaded, or the server has restarted.
const NOT_LOADED: ErrorKind = ErrorKind::Server(ServerErrorKind::NoScript);

/// A boolean argument of a script.
pub(super) fn flag(is: bool) -> impl ToRedisArgs {
    u8::from(is)
}
