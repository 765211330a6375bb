//! A decoded value that is kept near, and the types whose values can be.

use std::any::Any;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::Stamps;
use crate::entry::{self, Seal, Unreadable, Value};
use crate::observe::stats::NearHits;
use crate::time::Deadline;

/// For how long a decoded value is valid.
#[derive(Clone, Debug)]
pub(crate) struct Validity {
    pub(super) stamps: Stamps,
    pub(super) deadline: Deadline,
}

/// A decoded value, of whatever type.
pub(crate) struct Decoded<V: ?Sized = dyn Any + Send + Sync> {
    pub(super) validity: Validity,
    /// An estimate of its memory, in bytes.
    pub(super) size: usize,
    /// Whose hit it is each time that it is found, if that is counted.
    pub(crate) hits: Option<Arc<NearHits>>,
    value: V,
}

type Decode<V> = fn(Value, u64, Seal<'_>, Validity, Option<Arc<NearHits>>) -> Result<(Box<Decoded>, V), Unreadable>;

/// How values of a type are kept near. Functions, so that whoever has it needs no bounds.
pub struct KeepNear<V> {
    /// A copy of the kept value, if it is of this type.
    pub(crate) get: fn(&Decoded) -> Option<V>,
    /// Decodes a value to keep, and a copy of it for the caller.
    pub(crate) decode: Decode<V>,
}

/// Whether values of a type are kept near.
pub trait Keep<V> {
    /// How they are kept, if they are.
    fn near() -> Option<KeepNear<V>>;
}

/// Values that are kept: each owns its data, and each caller gets a copy. A type that differs from the kept one in its
/// lifetimes only is given a copy of the kept value all the same.
pub struct KeptNear;

/// Values that are not kept.
pub struct NotNear;

/// What can be kept near.
pub trait Fitting: Clone + Send + Sync + DeserializeOwned + 'static {}

impl<T: Clone + Send + Sync + DeserializeOwned + 'static> Fitting for T {}

impl<V: Fitting> Keep<V> for KeptNear {
    #[inline]
    fn near() -> Option<KeepNear<V>> {
        Some(KeepNear { get, decode })
    }
}

impl<V> Keep<V> for NotNear {
    #[inline]
    fn near() -> Option<KeepNear<V>> {
        None
    }
}

fn get<V: Fitting>(decoded: &Decoded) -> Option<V> {
    decoded.value.downcast_ref().cloned()
}

fn decode<V: Fitting>(
    value: Value,
    digest: u64,
    seal: Seal<'_>,
    validity: Validity,
    hits: Option<Arc<NearHits>>,
) -> Result<(Box<Decoded>, V), Unreadable> {
    let encoded = value.size();
    let value: V = entry::take_marked(value, digest, seal)?;
    let copy = value.clone();
    Ok((Box::new(Decoded { validity, size: size_of::<V>() + encoded, hits, value }), copy))
}
