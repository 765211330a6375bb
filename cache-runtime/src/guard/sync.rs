//! Locks, atomics, threads and moments, through one module: the model check replaces it.

pub(super) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
pub(super) use std::sync::mpsc::{self, RecvTimeoutError};
pub(super) use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
pub(super) use std::thread;
pub(super) use std::time::Instant;
