//! What the expansions of the macros call. Nobody else may: it changes without notice.

pub mod asynchronous;
pub mod blocking;
mod body;
mod cached_function;
mod companions;
mod duration;
mod options;
mod tracked;

pub use std::time::Duration;

pub use self::body::{Body, run_async};
pub use self::companions::{Ref, Returns, Stores, key, tags};
pub use self::duration::{IntoDuration, duration};
pub use self::options::CallOptions;
pub use self::tracked::{Begun, Running, begin};
// `Storable` is here so that users can write the bound which the compiler proposes.
pub use crate::call::{
    Always, BatchOutcome, BatchOutput, Computation, Conditional, Elements, EntryName, Lookup, NotResult, OkOnly,
    Outcome, OutcomeProbe, Owned, Storable, WithCondition, checked, conditional, copied_elements, elements, own,
    require_task, with_condition,
};
pub use crate::key::{DefaultKey, FunctionPath, tag, template_key};
pub use crate::{__cached_function as cached_function, Result};
