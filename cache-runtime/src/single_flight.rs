//! Single-flight: one computation per key and process; the other callers wait for its value.

mod batch;
mod global_table;
mod heartbeat;
mod leaders;
mod scope;
mod state;
mod sync;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use self::batch::BatchRole;
pub(crate) use self::global_table::{
    BatchLeaders, FlightKey, Leader, Liveness, Role, WaitOutcome, flights, watch_leaders,
};
pub(crate) use self::scope::LeaderScope;
pub(crate) use self::state::{Ending, WaitMode, Watermark};
pub(crate) use self::sync::{current_leader, set_current_leader};
