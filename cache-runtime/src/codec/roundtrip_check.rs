//! Whether MessagePack gives a value back as it was.

use serde::Serialize;

use super::Refusal;
use super::kind::{Form, Kind, Label};
use super::shape_serializer::{self, Place, Stop};

/// MessagePack writes `Some(x)` as `x`, so `Some` of what is written as nil would be read as `None`.
pub(super) fn check<T: Serialize + ?Sized>(value: &T) -> Result<(), Refusal> {
    match shape_serializer::tell(value, Form::Readable, Spot { in_some: false, opened: Kind::Unit }) {
        Err(Stop::Enough) => Err("`Some` of nothing cannot be told from `None` where fields go by name".into()),
        told => told.map_err(Refusal::from),
    }
}

#[derive(Clone, Copy)]
struct Spot {
    /// Nothing but newtypes, which leave no trace, stands between here and a `Some`.
    in_some: bool,
    opened: Kind,
}

impl Place for Spot {
    fn leaf(self, kind: Kind) -> Result<(), Stop> {
        let nil = matches!(kind, Kind::Unit | Kind::UnitStruct(_) | Kind::Option);
        if self.in_some && nil { Err(Stop::Enough) } else { Ok(()) }
    }

    fn open(self, kind: Kind) -> Result<Self, Stop> {
        Ok(Spot { opened: kind, ..self })
    }

    fn part(self, _: Label) -> Result<Self, Stop> {
        let in_some = match self.opened {
            Kind::Option => true,
            Kind::Newtype(_) => self.in_some,
            _ => false,
        };
        Ok(Spot { in_some, ..self })
    }
}
