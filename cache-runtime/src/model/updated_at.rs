//! The type of a field `updated_at`: a moment, or an `Option` of one.

use std::ops::Deref;
use std::time::SystemTime;

/// A field `updated_at`.
///
/// The compiler takes the method of an `Option` before the one behind `Deref`. Two implementations of one trait would
/// overlap.
pub struct UpdatedAt<'a, T>(AlwaysUpdatedAt<'a, T>);

/// A field that always holds a moment.
pub struct AlwaysUpdatedAt<'a, T>(&'a T);

impl<'a, T> UpdatedAt<'a, T> {
    /// The field of a model.
    pub fn new(field: &'a T) -> Self {
        UpdatedAt(AlwaysUpdatedAt(field))
    }
}

impl<T: Moment> UpdatedAt<'_, Option<T>> {
    /// The moment, if there is one.
    pub fn moment(&self) -> Option<SystemTime> {
        self.0.0.clone().map(Into::into)
    }
}

impl<T> AlwaysUpdatedAt<'_, T> {
    /// The moment.
    pub fn moment(&self) -> Option<SystemTime>
    where
        T: Moment,
    {
        Some(self.0.clone().into())
    }
}

impl<'a, T> Deref for UpdatedAt<'a, T> {
    type Target = AlwaysUpdatedAt<'a, T>;

    fn deref(&self) -> &AlwaysUpdatedAt<'a, T> {
        &self.0
    }
}

/// A type of moments.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the moment of a change",
    label = "`Clone + Into<SystemTime>` is expected, or an `Option` of that",
    note = "`jiff::Timestamp`, `chrono::DateTime<Utc>`, `time::OffsetDateTime` and `SystemTime` are"
)]
pub trait Moment: Clone + Into<SystemTime> {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Into<SystemTime>> Moment for T {}
