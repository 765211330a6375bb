//! Checks that MessagePack gives a value back unchanged.

use std::cell::Cell;

use serde::Serialize;

use super::Refusal;
use super::data_model::{DataKind, Form, PartLabel};
use super::hash::mix;
use super::shape::walk::{self, Content, Listener, WalkEnd, Walked};

/// Refuses `Some` of a value that is written as nil: MessagePack writes `Some(x)` as `x`, so it would be read as `None`.
pub(super) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), Refusal> {
    match walk::walk(value, Form::Readable, NilFinder { in_some: false, opened: DataKind::Unit }) {
        Err(WalkEnd::Enough) => {
            let why = "`Some` of an empty value, such as `Some(None)` or `Some(Value::Null)`, would be read as `None` beside \
                       parts that are read by name: use one `Option` or one JSON value, without the other around it";
            Err(why.into())
        }
        walked => walked.map_err(Refusal::from),
    }
}

#[derive(Clone, Copy)]
struct NilFinder {
    /// Whether this is inside a `Some`, with nothing but newtypes between, which are not written.
    in_some: bool,
    opened: DataKind,
}

impl Listener for NilFinder {
    fn leaf(self, kind: DataKind, _: Content<'_>) -> Walked {
        let nil = matches!(kind, DataKind::Unit | DataKind::UnitStruct(_) | DataKind::Option);
        if self.in_some && nil { Err(WalkEnd::Enough) } else { Ok(()) }
    }

    fn open(self, kind: DataKind) -> Walked<Self> {
        Ok(NilFinder { opened: kind, ..self })
    }

    fn part(self, _: PartLabel) -> Walked<Self> {
        let in_some = match self.opened {
            DataKind::Option => true,
            DataKind::Newtype(_) => self.in_some,
            _ => false,
        };
        Ok(NilFinder { in_some, ..self })
    }
}

/// Refuses a value that is read back as another one, as an `untagged` enum may do whose earlier variant accepts it too.
///
/// A type need not be comparable, so this compares how both values are written.
pub(super) fn check_same<T: Serialize>(value: &T, read: &T) -> Result<(), Refusal> {
    if digest(value)? == digest(read)? {
        return Ok(());
    }
    let why = "it is read back as another value; with `untagged`, put the variant that accepts the most last; with \
               `skip_serializing_if`, let the `default` be what is skipped";
    Err(why.into())
}

/// A hash of everything that is written, in any order, because a `HashMap` has another order when it is read back.
fn digest<T: Serialize>(value: &T) -> Result<u64, Refusal> {
    let sum = Cell::new(0);
    walk::walk(value, Form::Readable, DigestListener { sum: &sum, place: 0 })?;
    Ok(sum.get())
}

#[derive(Clone, Copy)]
struct DigestListener<'a> {
    sum: &'a Cell<u64>,
    /// A hash of the path to this place.
    place: u64,
}

impl Listener for DigestListener<'_> {
    const NEEDS_ALL_ITEMS: bool = true;

    fn leaf(self, kind: DataKind, content: Content<'_>) -> Walked {
        let place = self.open(kind)?.place;
        let hash = match content {
            Content::Nothing => return Ok(()),
            Content::Number(number) => mix(place, number),
            Content::Text(text) => mix(place, text.to_string()),
            Content::Bytes(bytes) => mix(place, bytes),
        };
        self.sum.set(self.sum.get().wrapping_add(hash));
        Ok(())
    }

    fn open(self, kind: DataKind) -> Walked<Self> {
        let place = mix(self.place, kind.hash().wide());
        self.sum.set(self.sum.get().wrapping_add(place));
        Ok(DigestListener { place, ..self })
    }

    fn part(self, label: PartLabel) -> Walked<Self> {
        Ok(DigestListener { place: mix(self.place, label.hash().wide()), ..self })
    }
}
