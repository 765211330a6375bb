//! What a cache asks of its store, and what it makes of one that fails or returns corrupt entries.

mod call_counts;
mod corrupt_entries;
mod invalidation;
#[path = "../shared/map_store.rs"]
mod map_store;
mod scripted_store;
mod unavailable_store;
