//! Events of a cache, for programs that count or report them.

mod event;
mod observers;
mod outage;

pub use self::event::Event;
pub(crate) use self::observers::Observers;
pub use self::outage::Outage;
