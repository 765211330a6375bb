//! The examples do what they say.

mod output;
mod quickstart;
mod readme;
mod run;
mod sqlite_to_redis;
