//! What a cache asks of its store, and what it makes of one that fails or answers nonsense.

mod asked;
mod changes;
mod failing;
mod map;
mod nonsense;
mod wayward;
