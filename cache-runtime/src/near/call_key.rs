//! By what a call of an annotated function is found near: the function, and the bytes of what its key is made of.
//!
//! They are written on the stack, so a hit makes no key text. Calls with the same bytes have the same key in the store.

use std::any::TypeId;
use std::fmt::{self, Display, Write};

/// How many bytes the parts may take. Calls with longer ones are found by their key.
const ROOM: usize = 120;

/// A call of an annotated function.
#[derive(Clone, Debug)]
pub struct CallKey {
    /// A type that no other function has, and no other instance of a generic one: the companion type with the type
    /// arguments, or a closure's in the function.
    pub(super) function: TypeId,
    bytes: [u8; ROOM],
    len: usize,
    /// A part has no bytes of its own, or no room, so the call cannot be found by them.
    is_incomplete: bool,
}

impl CallKey {
    /// A call of the function in which the closure stands, without the parts of its key.
    #[inline]
    pub fn of_val<F>(_: &F) -> Self {
        CallKey::of::<F>()
    }

    /// A call of the function that has this type, without the parts of its key.
    #[inline]
    pub fn of<F>() -> Self {
        CallKey { function: typeid::of::<F>(), bytes: [0; ROOM], len: 0, is_incomplete: false }
    }

    /// Adds the namespace of the cache, and tells whether the key is complete.
    #[inline]
    pub(crate) fn complete(&mut self, namespace: &str) -> bool {
        // The parts tell where they end, so what follows them is the namespace.
        if !namespace.is_empty() {
            self.put(namespace.as_bytes());
        }
        !self.is_incomplete
    }

    pub(super) fn parts(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        match self.bytes.get_mut(self.len..self.len + bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.is_incomplete = true,
        }
    }
}

impl Write for CallKey {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text.as_bytes());
        Ok(())
    }
}

/// A value whose bytes tell it from all others of its type.
///
/// A part ends where its own bytes say, whatever follows.
pub trait PlainPart {
    /// Appends the bytes.
    #[doc(hidden)]
    fn put_in(&self, key: &mut CallKey);
}

macro_rules! plain_numbers {
    ($($number:ty)*) => {$(
        impl PlainPart for $number {
            #[inline]
            fn put_in(&self, key: &mut CallKey) {
                key.put(&self.to_ne_bytes());
            }
        }
    )*};
}

plain_numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl PlainPart for bool {
    #[inline]
    fn put_in(&self, key: &mut CallKey) {
        key.put(&[(*self).into()]);
    }
}

impl PlainPart for char {
    #[inline]
    fn put_in(&self, key: &mut CallKey) {
        u32::from(*self).put_in(key);
    }
}

impl PlainPart for str {
    #[inline]
    fn put_in(&self, key: &mut CallKey) {
        self.len().put_in(key);
        key.put(self.as_bytes());
    }
}

impl PlainPart for String {
    #[inline]
    fn put_in(&self, key: &mut CallKey) {
        self.as_str().put_in(key);
    }
}

impl<T: PlainPart + ?Sized> PlainPart for &T {
    #[inline]
    fn put_in(&self, key: &mut CallKey) {
        (**self).put_in(key);
    }
}

impl<T: PlainPart> PlainPart for Option<T> {
    #[inline]
    fn put_in(&self, key: &mut CallKey) {
        self.is_some().put_in(key);
        self.iter().for_each(|part| part.put_in(key));
    }
}

impl<T: PlainPart> PlainPart for [T] {
    #[inline]
    fn put_in(&self, key: &mut CallKey) {
        self.len().put_in(key);
        self.iter().for_each(|part| part.put_in(key));
    }
}

impl<T: PlainPart> PlainPart for Vec<T> {
    #[inline]
    fn put_in(&self, key: &mut CallKey) {
        self.as_slice().put_in(key);
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
        self.0.0.0.put_in(key);
    }
}

impl<T: PlainPart + ?Sized> ArgumentPart<'_, T> {
    /// Appends the part to a key.
    #[inline]
    pub fn cache_part(&self, key: &mut CallKey) {
        self.0.0.put_in(key);
    }
}

impl<T: Display + ?Sized> DisplayedPart<'_, T> {
    /// Appends the part to a key.
    pub fn cache_part(&self, key: &mut CallKey) {
        let before = key.len;
        0_usize.put_in(key);
        let start = key.len;
        key.is_incomplete |= write!(key, "{}", self.0.0).is_err();
        if !key.is_incomplete {
            let len = key.len - start;
            key.bytes[before..start].copy_from_slice(&len.to_ne_bytes());
        }
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
