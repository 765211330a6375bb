//! What a limited function can return.

use crate::limit::RateLimited;

/// A `Result` whose error can be made from `RateLimited`.
#[diagnostic::on_unimplemented(
    message = "a limited function returns a `Result`, and not `{Self}`",
    label = "the caller of a function that is refused gets an error",
    note = "write `Result<…, E>` with an error `E` that implements `From<cache_runtime::limit::RateLimited>`"
)]
pub trait IntoRefused {
    /// The result of a call that is refused.
    fn refused(refused: RateLimited) -> Self;
    /// Whether it is an `Ok`.
    fn has_succeeded(&self) -> bool;
}

impl<T, E: From<RateLimited>> IntoRefused for Result<T, E> {
    fn refused(refused: RateLimited) -> Self {
        Err(E::from(refused))
    }

    fn has_succeeded(&self) -> bool {
        self.is_ok()
    }
}
