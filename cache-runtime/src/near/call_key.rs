//! By what a call of an annotated function is found near: the function, and the bytes of what its key is made of.
//!
//! They are written on the stack, so a hit makes no key text. Calls with the same bytes have the same key in the store.

use std::any::TypeId;
use std::fmt::{self, Display, Write};

use smallvec::SmallVec;

/// A call of an annotated function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallKey {
    /// The type of a closure in the function, which no other function has, and no other instance of a generic one.
    pub(super) function: TypeId,
    pub(super) parts: SmallVec<[u8; 96]>,
    /// A part has no bytes of its own, so the call cannot be found.
    is_incomplete: bool,
}

impl CallKey {
    /// A call of the function in which the closure stands, without the parts of its key.
    #[inline]
    pub fn of<F>(_: &F) -> Self {
        CallKey { function: typeid::of::<F>(), parts: SmallVec::new(), is_incomplete: false }
    }

    /// The complete key, in a namespace.
    #[inline]
    pub(crate) fn complete(mut self, namespace: &str) -> Option<Self> {
        // The parts tell where they end, so what follows them is the namespace.
        self.parts.extend_from_slice(namespace.as_bytes());
        (!self.is_incomplete).then_some(self)
    }
}

impl Write for CallKey {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.parts.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// A value whose bytes tell it from all others of its type.
///
/// A part ends where its own bytes say, whatever follows.
pub trait PlainPart {
    /// Appends the bytes.
    #[doc(hidden)]
    fn put(&self, key: &mut CallKey);
}

macro_rules! plain_numbers {
    ($($number:ty)*) => {$(
        impl PlainPart for $number {
            #[inline]
            fn put(&self, key: &mut CallKey) {
                key.parts.extend_from_slice(&self.to_ne_bytes());
            }
        }
    )*};
}

plain_numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl PlainPart for bool {
    #[inline]
    fn put(&self, key: &mut CallKey) {
        key.parts.push((*self).into());
    }
}

impl PlainPart for char {
    #[inline]
    fn put(&self, key: &mut CallKey) {
        u32::from(*self).put(key);
    }
}

impl PlainPart for str {
    #[inline]
    fn put(&self, key: &mut CallKey) {
        self.len().put(key);
        key.parts.extend_from_slice(self.as_bytes());
    }
}

impl PlainPart for String {
    #[inline]
    fn put(&self, key: &mut CallKey) {
        self.as_str().put(key);
    }
}

impl<T: PlainPart + ?Sized> PlainPart for &T {
    #[inline]
    fn put(&self, key: &mut CallKey) {
        (**self).put(key);
    }
}

impl<T: PlainPart> PlainPart for Option<T> {
    #[inline]
    fn put(&self, key: &mut CallKey) {
        self.is_some().put(key);
        self.iter().for_each(|part| part.put(key));
    }
}

impl<T: PlainPart> PlainPart for [T] {
    #[inline]
    fn put(&self, key: &mut CallKey) {
        self.len().put(key);
        self.iter().for_each(|part| part.put(key));
    }
}

impl<T: PlainPart> PlainPart for Vec<T> {
    #[inline]
    fn put(&self, key: &mut CallKey) {
        self.as_slice().put(key);
    }
}

/// The value of a placeholder. The method that the compiler finds first writes it: that of a [`PlainPart`], else that of a
/// `Display`; the others are behind `Deref`.
pub struct TemplatePart<'a, T: ?Sized>(DisplayedPart<'a, T>);

/// The value of an argument in a default key. Only a [`PlainPart`] has bytes of its own.
pub struct ArgumentPart<'a, T: ?Sized>(OpaquePart<'a, T>);

/// What a part is, behind `Deref`, that is no [`PlainPart`].
pub struct DisplayedPart<'a, T: ?Sized>(OpaquePart<'a, T>);

/// What a part is, behind `Deref`, that has no bytes of its own.
pub struct OpaquePart<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> TemplatePart<'a, T> {
    /// A placeholder's value.
    #[inline]
    pub fn new(value: &'a T) -> Self {
        TemplatePart(DisplayedPart(OpaquePart(value)))
    }
}

impl<'a, T: ?Sized> ArgumentPart<'a, T> {
    /// An argument's value.
    #[inline]
    pub fn new(value: &'a T) -> Self {
        ArgumentPart(OpaquePart(value))
    }
}

impl<T: PlainPart + ?Sized> TemplatePart<'_, T> {
    /// Appends the part to a key.
    #[inline]
    pub fn cache_part(&self, key: &mut CallKey) {
        self.0.0.0.put(key);
    }
}

impl<T: PlainPart + ?Sized> ArgumentPart<'_, T> {
    /// Appends the part to a key.
    #[inline]
    pub fn cache_part(&self, key: &mut CallKey) {
        self.0.0.put(key);
    }
}

impl<T: Display + ?Sized> DisplayedPart<'_, T> {
    /// Appends the part to a key.
    pub fn cache_part(&self, key: &mut CallKey) {
        let before = key.parts.len();
        0_usize.put(key);
        let start = key.parts.len();
        key.is_incomplete |= write!(key, "{}", self.0.0).is_err();
        let len = key.parts.len() - start;
        key.parts[before..start].copy_from_slice(&len.to_ne_bytes());
    }
}

impl<T: ?Sized> OpaquePart<'_, T> {
    /// Marks the key as one that cannot be written.
    #[inline]
    pub fn cache_part(&self, key: &mut CallKey) {
        key.is_incomplete = true;
    }
}

impl<'a, T: ?Sized> std::ops::Deref for TemplatePart<'a, T> {
    type Target = DisplayedPart<'a, T>;

    fn deref(&self) -> &DisplayedPart<'a, T> {
        &self.0
    }
}

impl<'a, T: ?Sized> std::ops::Deref for ArgumentPart<'a, T> {
    type Target = OpaquePart<'a, T>;

    fn deref(&self) -> &OpaquePart<'a, T> {
        &self.0
    }
}

impl<'a, T: ?Sized> std::ops::Deref for DisplayedPart<'a, T> {
    type Target = OpaquePart<'a, T>;

    fn deref(&self) -> &OpaquePart<'a, T> {
        &self.0
    }
}
