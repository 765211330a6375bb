//! A store that may be unavailable: it is asked through a circuit breaker, so that an outage never costs each caller a
//! timeout.

mod circuit_breaker;
mod guarded_store;
mod log_limit;
mod recovery_probe;
mod sync;

pub(crate) use self::guarded_store::GuardedStore;
