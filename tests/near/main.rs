//! What a process keeps near: hits that ask no store, until anybody changes the entry.

mod changes;
mod counting_store;
mod limits;
mod processes;
mod threads;
#[path = "../shared/wait_until.rs"]
mod wait_until;

#[path = "../shared/old_stripes.rs"]
mod old_stripes;
