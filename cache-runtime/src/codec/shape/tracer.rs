//! A deserializer without data, which follows a path and notes what a type asks for at its end.
//!
//! A place in a tuple is only reached after the elements before it were read. Those are filled with dummies.

use std::any::type_name;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Unexpected, Visitor};

use super::ShapeNode;
use super::made_up::may_be_made_up;
use super::parts::{TracedParts, TracedVariant};
use crate::codec::data_model::{DataKind, Form, LONGEST_TUPLE, Name};
use crate::codec::untraced::UNTRACED;

/// As the last step of a path: finds out whether two names mean the same.
pub(super) const ALIASES: u32 = u32::MAX;

/// A number and a text for a value that must be made up.
pub(super) type Dummy = (u8, Name);

/// They are tried in this order until a type accepts one.
///
/// The empty text comes last, because careless code panics at it.
pub(super) const DUMMIES: [Dummy; 6] = [
    (1, "1"),
    (1, "1970-01-01T00:00:00Z"),
    (1, "1970-01-01"),
    (1, "00000000-0000-0000-0000-000000000000"),
    (1, "127.0.0.1"),
    (0, ""),
];

/// Whether a type may be given made-up values. If a panic ends the process, that is too dangerous.
const MAY_MAKE_UP: bool = cfg!(panic = "unwind");

/// The deepest level at which dummies are made, because a type that contains itself may never end.
const DEEPEST_DUMMY: u32 = 32;

/// The most dummies of one run.
const MOST_DUMMIES: u32 = 10_000;

/// What a run found at the end of its path.
pub(super) enum Found {
    Place(TracedPlace),
    /// Whether two names mean the same.
    Aliases(bool),
}

/// What a type asked for at a place.
pub(super) struct TracedPlace {
    pub(super) node: ShapeNode,
    pub(super) children: u32,
    /// The name of the visitor's type, which distinguishes types of one name. It is only compared within a trace.
    pub(super) visitor: Name,
}

pub(super) type Traced<T> = Result<T, TraceEnd>;

/// The error with which every run ends.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("only the shape of the type is traced")]
pub(super) enum TraceEnd {
    /// The kind was right, but not the value.
    Value,
    Other,
}

impl de::Error for TraceEnd {
    fn custom<T: fmt::Display>(_: T) -> Self {
        TraceEnd::Other
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn de::Expected) -> Self {
        TraceEnd::Value
    }
}

/// What all places of a run share.
pub(super) struct TraceRun {
    pub(super) form: Form,
    /// The dummy for visitors of which nothing was learnt.
    dummy: Cell<usize>,
    /// For the name of each visitor, which dummy to try next. All runs of a trace share this.
    learnt: RefCell<HashMap<Name, usize>>,
    /// Whether a dummy was refused, so that the next run tries others.
    has_learnt: Cell<bool>,
    dummies_made: Cell<u32>,
    found: Cell<Option<Found>>,
}

impl TraceRun {
    pub(super) fn new(form: Form) -> Self {
        let (dummy, learnt, has_learnt) = Default::default();
        TraceRun { form, dummy, learnt, has_learnt, dummies_made: Cell::new(0), found: Cell::new(None) }
    }

    /// Runs once, and returns what was found and whether another run would try other dummies.
    pub(super) fn run<T: DeserializeOwned>(&self, path: &[u32], dummy: usize) -> (Option<Found>, bool) {
        self.dummy.set(dummy);
        self.dummies_made.set(0);
        self.has_learnt.set(false);
        let _ = T::deserialize(Tracer { run: self, path: Some(path), depth: 0, wanted: type_name::<T>() });
        (self.found.take(), self.has_learnt.get())
    }

    fn dummy_for(&self, visitor: Name) -> usize {
        self.learnt.borrow().get(visitor).copied().unwrap_or(self.dummy.get())
    }

    /// Has the next run try the next dummy.
    fn refused(&self, visitor: Name, dummy: usize) {
        if dummy + 1 < DUMMIES.len() {
            self.learnt.borrow_mut().insert(visitor, dummy + 1);
            self.has_learnt.set(true);
        }
    }
}

/// A place of the type, on the path or not.
#[derive(Clone, Copy)]
pub(super) struct Tracer<'a> {
    run: &'a TraceRun,
    /// The rest of the path; `None` if this place is not on it, so that a dummy is made.
    path: Option<&'a [u32]>,
    depth: u32,
    wanted: Name,
}

impl<'a> Tracer<'a> {
    /// The place of a part of this one.
    pub(super) fn part<T>(self, on_path: bool) -> Self {
        let (path, depth) = if on_path { (self.path, self.depth) } else { (None, self.depth + 1) };
        Tracer { path, depth, wanted: type_name::<T>(), ..self }
    }

    pub(super) fn found(self, found: Found) -> TraceEnd {
        self.run.found.set(Some(found));
        TraceEnd::Other
    }

    fn found_place(self, kind: Option<DataKind>, names: &'static [Name], children: usize, visitor: Name) -> TraceEnd {
        let node = ShapeNode { kind, names, aliases: false, children: Vec::new(), wanted: self.wanted };
        self.found(Found::Place(TracedPlace { node, children: children as u32, visitor }))
    }

    /// Finds out whether there are aliases: a name can be chosen by number too, and an alias has no number of its own. So
    /// with aliases the last name has no number.
    pub(super) fn find_aliases<'de, S>(self, names: &[Name], seed: S) -> Traced<S::Value>
    where
        S: DeserializeSeed<'de>,
    {
        let last = (names.len() as u32).saturating_sub(1);
        let last: de::value::U32Deserializer<TraceEnd> = last.into_deserializer();
        seed.deserialize(last).map_err(|end| self.found(Found::Aliases(end == TraceEnd::Value)))
    }

    /// Returns the next step of the path, `None` for a dummy, and an error at the end of the path.
    pub(super) fn step<'de, V: Visitor<'de>>(
        self,
        kind: DataKind,
        names: &'static [Name],
        children: usize,
    ) -> Traced<(Self, Option<u32>)> {
        let may_be_made_up = || may_be_made_up(self.wanted, type_name::<V::Value>(), type_name::<V>());
        self.step_if(kind, names, children, type_name::<V>(), may_be_made_up)
    }

    /// The same for the content of a variant without a visitor of its own: the enum's may be given dummies.
    pub(super) fn variant_step<S>(self, kind: DataKind, children: usize) -> Traced<(Self, Option<u32>)> {
        self.step_if(kind, &[], children, type_name::<S>(), || true)
    }

    fn step_if(
        mut self,
        kind: DataKind,
        names: &'static [Name],
        children: usize,
        visitor: Name,
        may_be_made_up: impl Fn() -> bool,
    ) -> Traced<(Self, Option<u32>)> {
        match self.path {
            Some([]) => Err(self.found_place(Some(kind), names, children, visitor)),
            Some([child, rest @ ..]) => {
                self.path = Some(rest);
                Ok((self, Some(*child)))
            }
            None => self.make_dummy(may_be_made_up).map(|tracer| (tracer, None)),
        }
    }

    fn make_dummy(self, may_be_made_up: impl Fn() -> bool) -> Traced<Self> {
        let made = self.run.dummies_made.get();
        if !MAY_MAKE_UP || self.depth > DEEPEST_DUMMY || made == MOST_DUMMIES || !may_be_made_up() {
            return Err(TraceEnd::Other);
        }
        self.run.dummies_made.set(made + 1);
        Ok(Tracer { depth: self.depth + 1, ..self })
    }

    fn leaf<'de, V: Visitor<'de>, T>(self, kind: DataKind, visit: impl FnOnce(Dummy) -> Traced<T>) -> Traced<T> {
        self.step::<V>(kind, &[], 0)?;
        let dummy = self.run.dummy_for(type_name::<V>());
        visit(DUMMIES[dummy]).inspect_err(|_| self.run.refused(type_name::<V>(), dummy))
    }

    /// A value whose kind depends on the data.
    fn any<'de, V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
        match self.path {
            Some(_) => Err(self.found_place(None, &[], 0, "")),
            None => {
                self.make_dummy(|| may_be_made_up(self.wanted, type_name::<V::Value>(), type_name::<V>()))?;
                visitor.visit_borrowed_str(DUMMIES[self.run.dummy.get()].1)
            }
        }
    }

    pub(super) fn elements<'de, V: Visitor<'de>>(self, kind: DataKind, len: usize, visitor: V) -> Traced<V::Value> {
        let children = if len > LONGEST_TUPLE { 1 } else { len };
        let (tracer, child) = self.step::<V>(kind, &[], children)?;
        visitor.visit_seq(TracedParts::without_names(tracer, child, len))
    }

    pub(super) fn fields<'de, V>(self, kind: DataKind, names: &'static [Name], visitor: V) -> Traced<V::Value>
    where
        V: Visitor<'de>,
    {
        let (tracer, child) = self.step::<V>(kind, names, names.len())?;
        visitor.visit_map(TracedParts::with_names(tracer, child, names))
    }
}

macro_rules! leaves {
    ($($method:ident $kind:ident $visit:ident($dummy:pat => $value:expr);)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
            self.leaf::<V, _>(DataKind::$kind, |$dummy| visitor.$visit($value))
        }
    )*};
}

macro_rules! any {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
            self.any(visitor)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Tracer<'_> {
    type Error = TraceEnd;

    fn is_human_readable(&self) -> bool {
        self.run.form.is_human_readable()
    }

    leaves! {
        deserialize_bool Bool visit_bool(_ => false);
        deserialize_i8 I8 visit_i8((number, _) => number as i8);
        deserialize_i16 I16 visit_i16((number, _) => number.into());
        deserialize_i32 I32 visit_i32((number, _) => number.into());
        deserialize_i64 I64 visit_i64((number, _) => number.into());
        deserialize_i128 I128 visit_i128((number, _) => number.into());
        deserialize_u8 U8 visit_u8((number, _) => number);
        deserialize_u16 U16 visit_u16((number, _) => number.into());
        deserialize_u32 U32 visit_u32((number, _) => number.into());
        deserialize_u64 U64 visit_u64((number, _) => number.into());
        deserialize_u128 U128 visit_u128((number, _) => number.into());
        deserialize_f32 F32 visit_f32((number, _) => number.into());
        deserialize_f64 F64 visit_f64((number, _) => number.into());
        deserialize_char Char visit_char(_ => 'a');
        deserialize_str Str visit_borrowed_str((_, text) => text);
        deserialize_string Str visit_borrowed_str((_, text) => text);
        deserialize_bytes Bytes visit_borrowed_bytes(_ => &[0; 16]);
        deserialize_byte_buf Bytes visit_borrowed_bytes(_ => &[0; 16]);
    }

    any! { deserialize_any deserialize_identifier deserialize_ignored_any }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
        self.step::<V>(DataKind::Unit, &[], 0)?;
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: Name, visitor: V) -> Traced<V::Value> {
        self.step::<V>(DataKind::UnitStruct(name), &[], 0)?;
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
        match self.step::<V>(DataKind::Option, &[], 1)? {
            (_, None) => visitor.visit_none(),
            (tracer, Some(_)) => visitor.visit_some(tracer),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: Name, visitor: V) -> Traced<V::Value> {
        if name == UNTRACED {
            return Err(if self.path.is_some() { self.found_place(None, &[], 0, "") } else { TraceEnd::Other });
        }
        let (tracer, child) = self.step::<V>(DataKind::Newtype(name), &[], 1)?;
        // The type of the content cannot be seen.
        let wanted = if child.is_some() { tracer.wanted } else { "" };
        visitor.visit_newtype_struct(Tracer { wanted, ..tracer })
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
        let (tracer, child) = self.step::<V>(DataKind::Seq, &[], 1)?;
        visitor.visit_seq(TracedParts::without_names(tracer, child, child.is_some().into()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Traced<V::Value> {
        let (tracer, child) = self.step::<V>(DataKind::Map, &[], 2)?;
        visitor.visit_map(TracedParts::without_names(tracer, child, child.is_some().into()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Traced<V::Value> {
        self.elements(DataKind::Tuple(len), len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, name: Name, len: usize, visitor: V) -> Traced<V::Value> {
        self.elements(DataKind::TupleStruct(name, len), len, visitor)
    }

    fn deserialize_struct<V>(self, name: Name, fields: &'static [Name], visitor: V) -> Traced<V::Value>
    where
        V: Visitor<'de>,
    {
        self.fields(DataKind::Struct(name), fields, visitor)
    }

    fn deserialize_enum<V>(self, name: Name, variants: &'static [Name], visitor: V) -> Traced<V::Value>
    where
        V: Visitor<'de>,
    {
        let (tracer, child) = self.step::<V>(DataKind::Enum(name), variants, variants.len())?;
        let dummy = (self.run.dummy.get() % variants.len().max(1)) as u32;
        visitor.visit_enum(TracedVariant { tracer, child: child.unwrap_or(dummy), names: variants })
    }
}
