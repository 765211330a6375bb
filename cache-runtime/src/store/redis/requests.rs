//! Builds the commands that are sent to Redis.

use redis::{Cmd, Pipeline};

/// A command with capacity for its arguments, so that it does not grow as they are added.
pub(super) fn command(name: &str, arguments: usize, bytes: usize) -> Cmd {
    let mut command = Cmd::with_capacity(1 + arguments, name.len() + bytes);
    command.arg(name);
    command
}

/// Sends many commands at once.
pub(super) fn pipeline(commands: Vec<Cmd>) -> Pipeline {
    let mut pipeline = Pipeline::with_capacity(commands.len());
    for command in commands {
        pipeline.add_command(command);
    }
    pipeline
}
