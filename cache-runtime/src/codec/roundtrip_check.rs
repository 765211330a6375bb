//! Whether MessagePack gives a value back as it was.

use serde::Serialize;

use super::Refusal;
use super::data_model::{DataKind, Form, PartLabel};
use super::shape_serializer::{self, Listener, WalkEnd};

/// MessagePack writes `Some(x)` as `x`, so `Some` of what is written as nil would be read as `None`.
pub(super) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), Refusal> {
    match shape_serializer::tell(value, Form::Readable, NilFinder { in_some: false, opened: DataKind::Unit }) {
        Err(WalkEnd::Enough) => Err("`Some` of nothing cannot be told from `None` where fields go by name".into()),
        told => told.map_err(Refusal::from),
    }
}

#[derive(Clone, Copy)]
struct NilFinder {
    /// Nothing but newtypes, which leave no trace, stands between here and a `Some`.
    in_some: bool,
    opened: DataKind,
}

impl Listener for NilFinder {
    fn leaf(self, kind: DataKind) -> Result<(), WalkEnd> {
        let nil = matches!(kind, DataKind::Unit | DataKind::UnitStruct(_) | DataKind::Option);
        if self.in_some && nil { Err(WalkEnd::Enough) } else { Ok(()) }
    }

    fn open(self, kind: DataKind) -> Result<Self, WalkEnd> {
        Ok(NilFinder { opened: kind, ..self })
    }

    fn part(self, _: PartLabel) -> Result<Self, WalkEnd> {
        let in_some = match self.opened {
            DataKind::Option => true,
            DataKind::Newtype(_) => self.in_some,
            _ => false,
        };
        Ok(NilFinder { in_some, ..self })
    }
}
