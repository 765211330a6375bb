//! The error of our reader, which remembers what a type expected.
//!
//! serde's errors are made without a reference to the deserializer, and `untagged` drops those of variants that did not
//! match. So what they say is collected in a thread-local.

use std::cell::Cell;
use std::fmt::{self, Write};

use serde::de::{self, Unexpected};

use super::expectation::Expectations;
use crate::codec::hash::{Hash, mix};

/// What the errors of one reading said.
#[derive(Clone, Copy, Default)]
pub(super) struct Refusals {
    /// A hash of everything that was expected instead of a decoy.
    pub(super) expected: Option<Hash>,
    /// The same, one after the other.
    pub(super) expectations: Expectations,
    /// Whether the name of a variant was expected instead of it.
    pub(super) expected_variant: bool,
    pub(super) expected_float: bool,
    /// A hash of all errors. It differs if an enum tried other variants.
    pub(super) trail: u64,
}

thread_local! {
    static REFUSALS: Cell<Refusals> = Cell::default();
}

/// Runs `read`, and returns what its errors said as well.
pub(super) fn collect<T>(read: impl FnOnce() -> T) -> (T, Refusals) {
    // A `Deserialize` may read another entry.
    let outer = REFUSALS.take();
    let value = read();
    (value, REFUSALS.replace(outer))
}

/// A type refused a value.
#[derive(Debug, thiserror::Error)]
#[error("the value is not of this type")]
pub(super) struct ReadRefused;

impl ReadRefused {
    fn because(reason: u64, text: impl fmt::Display) -> Self {
        let mut refusals = REFUSALS.get();
        refusals.trail = mix(refusals.trail, reason);
        let _ = write!(Trail(&mut refusals.trail), "{text}");
        REFUSALS.set(refusals);
        ReadRefused
    }
}

struct Trail<'a>(&'a mut u64);

impl Write for Trail<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        *self.0 = mix(*self.0, text);
        Ok(())
    }
}

/// The trail leaves out texts that may contain a part of the value.
impl de::Error for ReadRefused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        ReadRefused::because(0, "")
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        if unexpected == Unexpected::NewtypeStruct {
            let mut refusals = REFUSALS.get();
            let text = expected.to_string();
            refusals.expected_variant |= text.contains("variant");
            refusals.expectations.add(&text);
            refusals.expected_float |= matches!(&*text, "f32" | "f64");
            refusals.expected = Some(refusals.expected.unwrap_or(Hash::new()).text(&text));
            REFUSALS.set(refusals);
        }
        ReadRefused::because(1, expected)
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        ReadRefused::because(2, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        ReadRefused::because(3, field)
    }
}
