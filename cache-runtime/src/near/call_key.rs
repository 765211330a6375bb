//! By what a call of an annotated function is found near: the function, and the bytes of what its key is made of.
//!
//! They are written on the stack, so a hit makes no key text. Calls with the same bytes have the same key in the store.

use std::any::TypeId;
use std::fmt::{self, Display, Write};
use std::ops::Deref;

/// How many bytes the parts may take. Calls with longer ones are found by their key.
const ROOM: usize = 120;

/// A call of an annotated function.
#[derive(Clone, Debug)]
pub struct CallKey {
    /// A type that no other function has, and no other instance of a generic one: that of a marker with the companion type
    /// and the type arguments, or of a closure in the function.
    pub(super) function: TypeId,
    bytes: [u8; ROOM],
    len: usize,
    /// A part has no bytes of its own, or no room, so the call cannot be found by them.
    is_incomplete: bool,
}

impl CallKey {
    /// A call of the function to which a value of this type belongs, without the parts of its key.
    #[inline]
    pub fn of<F>(_: F) -> Self {
        CallKey { function: typeid::of::<F>(), bytes: [0; ROOM], len: 0, is_incomplete: false }
    }

    /// A call with these parts, a tuple of references.
    #[inline]
    pub fn plain<T: PlainPart, F>(parts: &T, function: F) -> Self {
        let mut key = CallKey::of(function);
        parts.put_in(&mut key);
        key
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

impl CallKey {
    /// A text, after its length.
    fn put_text(&mut self, text: impl Display) {
        let before = self.len;
        0_usize.put_in(self);
        let start = self.len;
        self.is_incomplete |= write!(self, "{text}").is_err();
        if !self.is_incomplete {
            let len = self.len - start;
            self.bytes[before..start].copy_from_slice(&len.to_ne_bytes());
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

impl<T: PlainPart + ?Sized> PlainPart for &mut T {
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

/// Values whose texts tell them from all others of their types.
pub trait DisplayedParts {
    /// Appends the texts.
    #[doc(hidden)]
    fn put_in(&self, key: &mut CallKey);
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: PlainPart),*> PlainPart for ($($name,)*) {
            #[inline]
            #[expect(non_snake_case, reason = "the variables have the names of their types")]
            fn put_in(&self, key: &mut CallKey) {
                let ($($name,)*) = self;
                $($name.put_in(key);)*
            }
        }

        impl<$($name: Display),*> DisplayedParts for ($($name,)*) {
            #[expect(non_snake_case, reason = "the variables have the names of their types")]
            fn put_in(&self, key: &mut CallKey) {
                let ($($name,)*) = self;
                $(key.put_text($name);)*
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);

/// The values of placeholders, as a tuple of references. The method that the compiler finds first writes them: that of
/// `PlainPart`s, else that of what is `Display`; the others are behind `Deref`. One call for all, because each costs the
/// compiler time in every annotated function.
pub struct TemplateParts<'a, T>(TextParts<'a, T>);

/// The arguments of a default key, as a tuple of references. Only `PlainPart`s have bytes of their own.
pub struct ArgumentParts<'a, T>(OpaqueParts<'a, T>);

/// What parts are, behind `Deref`, of which one is no `PlainPart`.
pub struct TextParts<'a, T>(OpaqueParts<'a, T>);

/// What parts are, behind `Deref`, that have no bytes of their own.
pub struct OpaqueParts<'a, T>(&'a T);

impl<'a, T> TemplateParts<'a, T> {
    /// The values of placeholders.
    #[inline]
    pub fn new(parts: &'a T) -> Self {
        TemplateParts(TextParts(OpaqueParts(parts)))
    }
}

impl<'a, T> ArgumentParts<'a, T> {
    /// The values of arguments.
    #[inline]
    pub fn new(parts: &'a T) -> Self {
        ArgumentParts(OpaqueParts(parts))
    }
}

impl<T: PlainPart> TemplateParts<'_, T> {
    /// The key of a call with these parts, of the function to which a value of this type belongs.
    #[inline]
    pub fn cache_key<F>(&self, function: F) -> CallKey {
        let mut key = CallKey::of(function);
        self.0.0.0.put_in(&mut key);
        key
    }
}

impl<T: PlainPart> ArgumentParts<'_, T> {
    /// The key of a call with these parts, of the function to which a value of this type belongs.
    #[inline]
    pub fn cache_key<F>(&self, function: F) -> CallKey {
        let mut key = CallKey::of(function);
        self.0.0.put_in(&mut key);
        key
    }
}

impl<T: DisplayedParts> TextParts<'_, T> {
    /// The key of a call with these parts, of the function to which a value of this type belongs.
    pub fn cache_key<F>(&self, function: F) -> CallKey {
        let mut key = CallKey::of(function);
        self.0.0.put_in(&mut key);
        key
    }
}

impl<T> OpaqueParts<'_, T> {
    /// A key that cannot be completed.
    #[inline]
    pub fn cache_key<F>(&self, function: F) -> CallKey {
        CallKey { is_incomplete: true, ..CallKey::of(function) }
    }
}

impl<'a, T> Deref for TemplateParts<'a, T> {
    type Target = TextParts<'a, T>;

    fn deref(&self) -> &TextParts<'a, T> {
        &self.0
    }
}

impl<'a, T> Deref for ArgumentParts<'a, T> {
    type Target = OpaqueParts<'a, T>;

    fn deref(&self) -> &OpaqueParts<'a, T> {
        &self.0
    }
}

impl<'a, T> Deref for TextParts<'a, T> {
    type Target = OpaqueParts<'a, T>;

    fn deref(&self) -> &OpaqueParts<'a, T> {
        &self.0
    }
}
