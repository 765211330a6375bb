//! Times that are expressions in an attribute.

use std::time::Duration;

/// The type of an expression for a time: a `Duration`.
#[diagnostic::on_unimplemented(
    message = "an expression for a time gives a `Duration`, and this one does not",
    label = "a `Duration` is expected, not `{Self}`",
    note = "a function of the value is written as a closure, `|token| token.ttl()`",
    note = "write `Duration::from_secs(…)`; only a plain number, as in `300`, is in seconds by itself"
)]
pub trait IntoDuration {
    /// The time.
    fn into_duration(self) -> Duration;
}

impl IntoDuration for Duration {
    fn into_duration(self) -> Duration {
        self
    }
}

/// The time of an expression.
pub fn duration<T: IntoDuration>(time: T) -> Duration {
    time.into_duration()
}
