//! How much of a store does not answer.

/// How much of a store is unavailable.
///
/// [`Event::CircuitOpened`](crate::Event::CircuitOpened) says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outage {
    /// The store answers nothing.
    Everything,
    /// The store answers reads but no writes: it is full, for example, or another program holds its lock.
    Writes,
}
