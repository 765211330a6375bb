//! Rate limits: who passes when, under which keys, and what happens without the store.

mod away;
#[path = "../shared/client_process.rs"]
mod client_process;
mod flood;
mod http;
mod keys;
#[path = "../shared/logged.rs"]
mod logged;
#[path = "../shared/map_store.rs"]
mod map_store;
mod near;
mod rules;
mod simulation;
mod stores;
mod together;
mod waiting;

#[path = "../shared/old_stripes.rs"]
mod old_stripes;
