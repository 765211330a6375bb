//! Checks that MessagePack gives a value back unchanged.

use serde::Serialize;

use super::Refusal;
use super::data_model::{DataKind, Form, PartLabel};
use super::shape::walk::{self, Content, Listener, WalkEnd, Walked};

/// Refuses `Some` of a value that is written as nil: MessagePack writes `Some(x)` as `x`, so it would be read as `None`.
pub(super) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), Refusal> {
    match walk::walk(value, Form::Readable, NilFinder { in_some: false, opened: DataKind::Unit }) {
        Err(WalkEnd::Enough) => {
            Err("MessagePack cannot tell `Some` of an empty value, such as `Some(None)`, from `None`".into())
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
