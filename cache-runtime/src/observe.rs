//! What a cache tells of itself: events, and statistics of its calls.

mod annotated_function;
mod event;
mod observers;
mod outage;
pub mod stats;

pub(crate) use self::annotated_function::AnnotatedFunction;
pub use self::event::Event;
pub(crate) use self::observers::Observers;
pub use self::outage::Outage;
