//! Under what something is kept near.

use std::any::TypeId;
use std::hash::{Hash, Hasher};

use papaya::Equivalent;
use smallvec::SmallVec;

/// Under what something is kept.
#[derive(Clone, Debug)]
pub(super) enum Name {
    /// A record's key in the store.
    Key(Box<str>),
    /// A function, and what the key of the call is made of.
    Call(TypeId, SmallVec<[u8; 16]>),
}

/// A borrowed name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NameRef<'a> {
    Key(&'a str),
    Call(TypeId, &'a [u8]),
}

impl Name {
    fn borrowed(&self) -> NameRef<'_> {
        match self {
            Name::Key(key) => NameRef::Key(key),
            Name::Call(function, parts) => NameRef::Call(*function, parts),
        }
    }
}

impl NameRef<'_> {
    /// Its bytes, without the function's type.
    pub(super) fn len(&self) -> usize {
        match self {
            NameRef::Key(key) => key.len(),
            NameRef::Call(_, parts) => parts.len(),
        }
    }
}

impl From<NameRef<'_>> for Name {
    fn from(name: NameRef<'_>) -> Self {
        match name {
            NameRef::Key(key) => Name::Key(key.into()),
            NameRef::Call(function, parts) => Name::Call(function, parts.into()),
        }
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.borrowed().hash(state);
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.borrowed() == other.borrowed()
    }
}

impl Eq for Name {}

impl Equivalent<Name> for NameRef<'_> {
    #[inline]
    fn equivalent(&self, name: &Name) -> bool {
        *self == name.borrowed()
    }
}
