//! Single-flight: one computation per key and process; the other callers wait for its value.

mod process_table;
mod scope;
mod state;
mod sync;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use self::process_table::{FlightKey, Leader, Role, WaitOutcome, block_on, flights, watch_for_stalls};
pub(crate) use self::scope::LeaderScope;
pub(crate) use self::state::{MAX_WAITS, WaitMode};
pub(crate) use self::sync::{current_leader, set_current_leader};
pub(crate) use self::table::Watermark;
