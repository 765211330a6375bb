//! What the expansions of the macros call. Nobody else may: it changes without notice.

mod batch;
mod companions;
mod duration;
mod functions;
mod options;

pub use std::fmt::Display;
pub use std::time::Duration;

pub use self::batch::{batch, batch_async};
pub use self::companions::{
    Returns, Stores, invalidate, invalidate_async, key, peek, peek_async, peek_whole, peek_whole_async, prime,
    prime_async,
};
pub use self::duration::{IntoDuration, duration};
pub use self::functions::{
    Body, Once, async_counter, call, call_async, counter, lookup, lookup_async, once, refresh, refresh_async,
};
pub use self::options::CallOptions;
// `Storable` is here so that users can write the bound which the compiler proposes.
pub use crate::call::{
    Always, BatchOutcome, BatchOutput, Computation, Conditional, Elements, EntryName, Fallback, Lookup, OkOnly,
    Outcome, OutcomeProbe, Owned, RunFor, Storable, WithCondition, checked, conditional, copied_elements, elements,
    own, recompute, recompute_async, require_task, with_condition,
};
pub use crate::key::{DefaultKey, FunctionPath, tag, template_key};
pub use crate::{Result, Ttl};
