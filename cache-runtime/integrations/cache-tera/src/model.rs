//! Models as values of templates, with their keys.
//!
//! A value of Tera is data. So the key is an entry of the model's map: bytes that end in a hash that is seeded at random in each
//! process. Data from elsewhere, such as JSON of a user, cannot pretend to be a model.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use cache_runtime::model::{AnyModel, Cacheable};
use serde::{Serialize, Serializer};
use tera::Value;
use tera::value::Key;

/// The entry of a model's map that says which model it is.
const ENTRY: &str = "__cache_model";

static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);

thread_local! {
    /// Whether a model is being written for a template, and not for something else that serde writes.
    static FOR_TEMPLATE: Cell<bool> = const { Cell::new(false) };
}

/// Passes a model to a template: its fields are those that serde writes, and a `cache` tag knows its key.
///
/// A filter that shows all entries of the map, such as `json_encode`, also shows one that is named `__cache_model`.
///
/// ```
/// use cache_runtime::Cache;
/// use cache_runtime::model::Cacheable;
/// use cache_tera::{Templates, model};
/// use std::time::SystemTime;
///
/// #[derive(Cacheable, serde::Serialize)]
/// struct Card {
///     id: i64,
///     title: String,
///     updated_at: SystemTime,
/// }
///
/// let mut templates = Templates::new(&Cache::memory());
/// templates.add("card.html", "{% cache card %}{{ card.title }}{% endcache %}")?;
/// let mut context = tera::Context::new();
/// context.insert("card", &model(&Card { id: 42, title: "Tea".to_owned(), updated_at: SystemTime::now() }));
/// assert_eq!(templates.render("card.html", &context)?, "Tea");
/// # Ok::<(), tera::Error>(())
/// ```
///
/// # Panics
///
/// If serde cannot write the model, as [`Context::insert`](tera::Context::insert) does.
pub fn model<M: Cacheable + Serialize + ?Sized>(model: &M) -> Value {
    let before = FOR_TEMPLATE.replace(true);
    let value = Value::try_from_serializable(model);
    FOR_TEMPLATE.set(before);
    let value = value.unwrap_or_else(|error| panic!("the model {} cannot be written: {error}", M::NAME));
    match value.clone().into_map() {
        Some(mut fields) => {
            fields.insert(Key::Str(ENTRY), Value::bytes(signed(&AnyModel::of(model))));
            Value::from(fields)
        }
        None => value,
    }
}

/// Passes a list of models to a template: each has its key, and so has the list.
///
/// # Panics
///
/// If serde cannot write one of them.
pub fn models<'m, M: Cacheable + Serialize + 'm>(list: impl IntoIterator<Item = &'m M>) -> Value {
    Value::from(list.into_iter().map(model).collect::<Vec<_>>())
}

/// Writes a field that holds a model: `#[serde(serialize_with = "cache_tera::serialize_model")]`.
///
/// In a template the field is a [`model`], if what has the field was passed as one; elsewhere it is written as it is.
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize_model<M: Cacheable + Serialize, S: Serializer>(field: &M, serializer: S) -> Result<S::Ok, S::Error> {
    if FOR_TEMPLATE.get() { model(field).serialize(serializer) } else { field.serialize(serializer) }
}

/// Writes a field that holds models: `#[serde(serialize_with = "cache_tera::serialize_models")]`.
///
/// In a template the field is a list of [`models`], so that a `cache` tag takes each comment of `post.comments`.
///
/// ```
/// use cache_runtime::model::Cacheable;
/// use std::time::SystemTime;
///
/// #[derive(Cacheable, serde::Serialize)]
/// struct Post {
///     id: i64,
///     updated_at: SystemTime,
///     #[serde(serialize_with = "cache_tera::serialize_models")]
///     comments: Vec<Comment>,
/// }
/// # #[derive(Cacheable, serde::Serialize)]
/// # struct Comment { id: i64, updated_at: SystemTime }
/// ```
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize_models<M: Cacheable + Serialize, S: Serializer>(
    field: &[M],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if FOR_TEMPLATE.get() { models(field).serialize(serializer) } else { field.serialize(serializer) }
}

/// The model that a value is, if [`model`] has made it.
pub(crate) fn known(value: &Value) -> Option<AnyModel> {
    let bytes = value.as_map()?.get(&Key::Str(ENTRY))?.as_bytes()?;
    let (text, hash) = bytes.split_last_chunk::<8>()?;
    if SEED.hash_one(text) != u64::from_le_bytes(*hash) {
        return None;
    }
    let mut parts = std::str::from_utf8(text).ok()?.splitn(3, '\0');
    let (moment, name, id) = (parts.next()?, parts.next()?, parts.next()?);
    Some(AnyModel::new(name.to_owned(), id, read_moment(moment)?))
}

/// The parts of a model as a text, with a hash behind it. The id is last, since it may have any characters.
fn signed(model: &AnyModel) -> Vec<u8> {
    let moment = model.updated_at().map(moment).unwrap_or_default();
    let mut bytes = format!("{moment}\0{}\0{}", model.name(), model.id()).into_bytes();
    let hash = SEED.hash_one(bytes.as_slice());
    bytes.extend(hash.to_le_bytes());
    bytes
}

/// Nanoseconds since 1970, or `-` and those before.
fn moment(at: SystemTime) -> String {
    match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => since.as_nanos().to_string(),
        Err(before) => format!("-{}", before.duration().as_nanos()),
    }
}

fn read_moment(text: &str) -> Option<Option<SystemTime>> {
    let duration = |text: &str| {
        let nanos: u128 = text.parse().ok()?;
        let seconds = u64::try_from(nanos / 1_000_000_000).ok()?;
        Some(Duration::new(seconds, (nanos % 1_000_000_000) as u32))
    };
    match text.strip_prefix('-') {
        _ if text.is_empty() => Some(None),
        Some(before) => Some(SystemTime::UNIX_EPOCH.checked_sub(duration(before)?)),
        None => Some(SystemTime::UNIX_EPOCH.checked_add(duration(text)?)),
    }
}
