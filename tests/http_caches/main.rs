//! Caches of HTTP responses: what they serve, what they never serve, and what happens when a store or an origin fails.

mod bodies;
mod client;
mod failing;
mod fixtures;
mod inputs;
mod purging;
mod serving;
mod sharing;
mod single_flight;
