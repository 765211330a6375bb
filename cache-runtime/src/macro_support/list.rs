//! A list among the arguments of a default key: as a slice it tells how large its items are, and so whether serde skips some of
//! their fields.

use std::ops::Deref;

/// Finds out whether an argument is a `Vec`.
pub struct ListProbe<'a, T: ?Sized>(NoList<'a, T>);

/// What a probe is, behind `Deref`, of any other argument.
pub struct NoList<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> ListProbe<'a, T> {
    /// A probe of an argument.
    pub fn new(argument: &'a T) -> Self {
        ListProbe(NoList(argument))
    }
}

impl<'a, T> ListProbe<'a, Vec<T>> {
    /// Its items.
    pub fn argument(&self) -> &'a [T] {
        self.0.0
    }
}

impl<'a, T: ?Sized> NoList<'a, T> {
    /// The argument as it is.
    pub fn argument(&self) -> &'a T {
        self.0
    }
}

impl<'a, T: ?Sized> Deref for ListProbe<'a, T> {
    type Target = NoList<'a, T>;

    fn deref(&self) -> &NoList<'a, T> {
        &self.0
    }
}
