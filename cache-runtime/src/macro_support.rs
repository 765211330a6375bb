//! What the expansions of the macros call. Nobody else may: it changes without notice.

pub mod asynchronous;
pub mod blocking;
mod cached_function;
mod companions;
mod duration;
mod limited;
mod list;
mod model;
mod near;
mod options;
mod refused;
mod statistics;

pub use std::time::Duration;

pub use self::companions::{Ref, Returns, Stores, key, tags};
pub use self::duration::{IntoDuration, duration};
pub use self::limited::{EnteredCall, LimitOptions, refuse, succeeded};
pub use self::list::ListProbe;
pub use self::model::{UpdatedAt, id, id_values};
pub use self::near::{ArgumentParts, CallKey, NearSlot, TemplateParts, near};
pub use self::options::{CallOptions, vec};
pub use self::refused::IntoRefused;
pub use self::statistics::stats;
// `Storable` is here so that users can write the bound which the compiler proposes.
pub use crate::call::{
    Always, BatchOutcome, BatchOutput, Begun, Computation, Elements, EntryName, Hit, Lifetime, LifetimeOf, LocalErr,
    Lookup, OkOnly, Outcome, OutcomeProbe, Owned, Retained, Retention, Returned, Running, Storable, StoredType,
    TaskArgument, UnkeptProbe, ValueProbe, WithRetention, always, checked, copied_elements, each_expiring, elements,
    expiring, names, own, require_task, retained, returned, stored_type, usual_lifetime, with_retention,
};
pub use crate::entry::Seal;
pub use crate::key::{DefaultKey, FunctionPath, KeyArgument, KeyText, TypeArgument, template_key, template_text};
pub use crate::observe::stats::Counts;
pub use crate::{__cached_function as cached_function, Result};
