//! Keys of texts, models and lists of models.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::OnceLock;
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};
use smallvec::{SmallVec, smallvec};

use super::Cacheable;
use super::version::{Version, cut_to_micros};

/// The key of a text, a model or a list of models.
///
/// ```
/// use cache_runtime::Cache;
/// use cache_runtime::model::{Cacheable, key_for};
/// use std::time::SystemTime;
///
/// #[derive(Cacheable)]
/// struct Card {
///     id: i64,
///     updated_at: SystemTime,
/// }
///
/// let card = Card { id: 42, updated_at: SystemTime::UNIX_EPOCH };
/// let cache = Cache::memory();
/// cache.set(&key_for("view", &card), "<li>card</li>")?;
/// assert!(cache.exists("view:0.0/card/42")?);
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// - A text is its own key, in lower case. Prefix and version are not used.
/// - A model has the key `prefix:version/name/id`, and a list `prefix:version/name/col/count`, in lower case. The version of
///   a list is the greatest of its models. A model that has no `updated_at`, and an empty list, have the version `0`.
///
/// Two lists of equal length whose newest model is the same have one key, and so have texts that differ only in the case of
/// their letters. The keys of fragments tell lists, ids, prefixes and versions apart.
///
/// There is no key for a map, whose order is not fixed, and none for bytes.
pub fn key_for<K: KeySource + ?Sized>(prefix: &str, source: &K) -> ModelKey {
    source.key_with(prefix)
}

/// The key of several things at once, such as a model and the user who sees it: their keys, joined by `+`.
///
/// ```
/// use cache_runtime::model::{KeySource, key_for_all};
/// # use cache_runtime::model::Cacheable;
/// # use std::time::SystemTime;
/// # #[derive(Cacheable)] struct Card { id: i64, updated_at: SystemTime }
/// # let card = Card { id: 42, updated_at: SystemTime::UNIX_EPOCH };
/// assert_eq!(key_for_all("view", [&card as &dyn KeySource, &"de"]), "view:0.0/card/42+de");
/// ```
///
/// A `+` in a text, and in an id, is written as `~+`, and a `~` as `~~`, so that distinct parts are distinct keys. A version
/// replaces those of all models.
pub fn key_for_all<'a>(prefix: &str, sources: impl IntoIterator<Item = &'a dyn KeySource>) -> ModelKey {
    let parts = sources.into_iter().flat_map(|source| source.key_with(prefix).parts);
    ModelKey::new(parts.collect())
}

/// The key of one model: see [`key_for`].
///
/// ```
/// # use cache_runtime::model::{Cacheable, key_for_object};
/// # use std::time::SystemTime;
/// # #[derive(Cacheable)] struct Card { id: i64, updated_at: SystemTime }
/// # let card = Card { id: 42, updated_at: SystemTime::UNIX_EPOCH };
/// assert_eq!(key_for_object("view", &card), "view:0.0/card/42");
/// assert_eq!(key_for_object("view", &card).version("v2"), "view:v2/card/42");
/// ```
pub fn key_for_object<M: Cacheable + ?Sized>(prefix: &str, model: &M) -> ModelKey {
    object_key(prefix, M::NAME.into(), model.cache_id(), model.updated_at())
}

pub(super) fn object_key(
    prefix: &str,
    name: Cow<'static, str>,
    id: String,
    updated_at: Option<SystemTime>,
) -> ModelKey {
    // In lower case, distinct ids may be one text.
    let ids = (!is_lowercase(&id)).then(|| Digest::default().with(&id)).map(Digest::text);
    let version = KeyVersion::Moment(updated_at);
    let (prefix, id) = (prefix.to_owned(), Id::One(id));
    ModelKey::of_model(OfModel { prefix, version, name, id, ids, versions: None, updated_at })
}

/// The key of a list of models: see [`key_for`].
///
/// ```
/// # use cache_runtime::model::{Cacheable, key_for_collection};
/// # use std::time::SystemTime;
/// # #[derive(Cacheable)] struct Card { id: i64, updated_at: SystemTime }
/// # let cards = [1, 2].map(|id| Card { id, updated_at: SystemTime::UNIX_EPOCH });
/// assert_eq!(key_for_collection("view", &cards), "view:0.0/card/col/2");
/// assert_eq!(key_for_collection("view", cards.iter().filter(|card| card.id > 2)), "view:0/card/col/0");
/// ```
pub fn key_for_collection<M: Cacheable>(prefix: &str, models: impl IntoIterator<Item = M>) -> ModelKey {
    let mut list = ListKey::default();
    for model in models {
        list.push(&model.cache_id(), model.updated_at());
    }
    list.key(prefix, M::NAME.into())
}

/// The key of a list, of which one model after the other is told.
#[derive(Default)]
pub(super) struct ListKey {
    newest: Option<SystemTime>,
    count: usize,
    ids: Digest,
    versions: Digest,
}

impl ListKey {
    pub(super) fn push(&mut self, id: &str, updated_at: Option<SystemTime>) {
        self.newest = self.newest.max(updated_at);
        self.count += 1;
        self.ids.add(id);
        let mut version = String::new();
        Version(updated_at).write_to(&mut version);
        self.versions.add(&version);
    }

    pub(super) fn key(self, prefix: &str, name: Cow<'static, str>) -> ModelKey {
        ModelKey::of_model(OfModel {
            prefix: prefix.to_owned(),
            version: KeyVersion::Moment(self.newest),
            name,
            id: Id::Count(self.count),
            ids: Some(self.ids.text()),
            versions: Some(self.versions.text()),
            updated_at: self.newest,
        })
    }
}

fn is_lowercase(text: &str) -> bool {
    if text.is_ascii() {
        // Without an early end it takes many bytes at once.
        return !text.bytes().fold(false, |found, byte| found | byte.is_ascii_uppercase());
    }
    text.chars().all(|char| char.to_lowercase().eq([char]))
}

/// A hash of texts, the same in every release.
#[derive(Default)]
struct Digest(Sha256);

impl Digest {
    fn add(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text);
    }

    fn with(mut self, text: &str) -> Self {
        self.add(text);
        self
    }

    /// 64 bits of it.
    fn text(self) -> String {
        self.0.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What has a key.
#[diagnostic::on_unimplemented(
    message = "there is no key for `{Self}`",
    label = "a text, a model or a list of models is expected here",
    note = "a map has no order and bytes have no name: write a text of what the result depends on",
    note = "for a model, derive `cache_runtime::model::Cacheable`: it needs fields `id` and `updated_at`"
)]
pub trait KeySource {
    /// The key, with this prefix.
    fn key_with(&self, prefix: &str) -> ModelKey;
}

#[diagnostic::do_not_recommend]
impl<M: Cacheable + ?Sized> KeySource for M {
    fn key_with(&self, prefix: &str) -> ModelKey {
        key_for_object(prefix, self)
    }
}

macro_rules! texts {
    ($($type:ty)*) => {$(
        impl KeySource for $type {
            fn key_with(&self, _: &str) -> ModelKey {
                ModelKey::new(smallvec![Part::Text(self.to_string())])
            }
        }
    )*};
}

texts! { str &str String Cow<'_, str> }

/// It stays as it is: the prefix is not used.
impl KeySource for ModelKey {
    fn key_with(&self, _: &str) -> ModelKey {
        self.clone()
    }
}

macro_rules! lists {
    ($([$($constant:tt)*] $type:ty;)*) => {$(
        impl<M: Cacheable, $($constant)*> KeySource for $type {
            fn key_with(&self, prefix: &str) -> ModelKey {
                key_for_collection(prefix, self.iter())
            }
        }
    )*};
}

lists! {
    [] [M];
    [] &[M];
    [] Vec<M>;
    [] &Vec<M>;
    [const N: usize] [M; N];
}

macro_rules! tuples {
    ($(($($type:ident)*))*) => {$(
        /// The keys of all, as in [`key_for_all`].
        impl<$($type: KeySource),*> KeySource for ($($type,)*) {
            fn key_with(&self, prefix: &str) -> ModelKey {
                #[expect(non_snake_case, reason = "a type's name serves as the name of its value")]
                let ($($type,)*) = self;
                key_for_all(prefix, [$($type as &dyn KeySource),*])
            }
        }
    )*};
}

tuples! { (A B) (A B C) (A B C D) }

/// A key of [`key_for`]: a text, wherever a key is expected.
#[derive(Clone)]
pub struct ModelKey {
    /// One, or those of [`key_for_all`].
    parts: SmallVec<[Part; 1]>,
    /// Made when it is asked for: a fragment has another one.
    text: OnceLock<String>,
}

#[derive(Clone)]
enum Part {
    /// It has no version.
    Text(String),
    Model(OfModel),
}

#[derive(Clone)]
struct OfModel {
    prefix: String,
    version: KeyVersion,
    name: Cow<'static, str>,
    id: Id,
    /// What tells apart models and lists with one text: hashes of the ids, and of the versions of a list.
    ids: Option<String>,
    versions: Option<String>,
    /// Of the newest model, whatever the version says.
    updated_at: Option<SystemTime>,
}

#[derive(Clone)]
enum KeyVersion {
    /// Of the last change.
    Moment(Option<SystemTime>),
    Given(String),
}

/// Of which models a key is.
#[derive(Clone)]
enum Id {
    One(String),
    Count(usize),
}

impl ModelKey {
    fn new(parts: SmallVec<[Part; 1]>) -> Self {
        ModelKey { parts, text: OnceLock::new() }
    }

    fn of_model(model: OfModel) -> Self {
        let updated_at = model.updated_at.map(cut_to_micros);
        ModelKey::new(smallvec![Part::Model(OfModel { updated_at, ..model })])
    }

    /// The same key with another version than the moment of the last change; of a text the same.
    ///
    /// ```
    /// use cache_runtime::model::key_for;
    ///
    /// assert_eq!(key_for("view", "Sidebar").version("v2"), "sidebar");
    /// ```
    #[must_use]
    pub fn version(mut self, version: impl Display) -> Self {
        let version = KeyVersion::Given(version.to_string());
        for part in &mut self.parts {
            if let Part::Model(model) = part {
                model.version.clone_from(&version);
            }
        }
        ModelKey::new(self.parts)
    }

    /// The key of a fragment: the same text, with what tells apart models and lists that share it. A version is also added to
    /// a text.
    pub(crate) fn of_fragment(&self, version: Option<&str>) -> String {
        let key = match &self.parts[..] {
            // Escaped as among others, so that it cannot be read as several.
            [part] => escaped(part.of_fragment(version)),
            parts => joined(parts, |part| part.of_fragment(version)),
        };
        let has_model = self.parts.iter().any(|part| matches!(part, Part::Model(_)));
        match version.filter(|_| !has_model) {
            Some(version) => format!("{key}:{}", escaped(version.to_owned())),
            None => key,
        }
    }

    /// What the key stands for, in texts that no other models, lists and texts have: more exact than the key itself.
    #[cfg(feature = "http")]
    pub(crate) fn exact_parts(&self) -> impl Iterator<Item = String> {
        self.parts.iter().map(|part| match part {
            Part::Text(exact) => format!("text {exact}"),
            Part::Model(_) => format!("model {}", part.of_fragment(None)),
        })
    }

    /// Returns when the newest of its models was changed, exact to the microsecond; `None` for a text, an empty list, and models
    /// that do not change.
    ///
    /// ```
    /// # use cache_runtime::model::{Cacheable, key_for};
    /// # use std::time::SystemTime;
    /// # #[derive(Cacheable)] struct Card { id: i64, updated_at: SystemTime }
    /// # let card = Card { id: 42, updated_at: SystemTime::UNIX_EPOCH };
    /// assert_eq!(key_for("view", &[card]).updated_at(), Some(SystemTime::UNIX_EPOCH));
    /// assert_eq!(key_for("view", "Sidebar").updated_at(), None);
    /// ```
    pub fn updated_at(&self) -> Option<SystemTime> {
        let of_models = self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Model(model) => model.updated_at,
        });
        of_models.max()
    }

    /// The text.
    ///
    /// ```
    /// assert_eq!(cache_runtime::model::key_for("view", "Sidebar").as_str(), "sidebar");
    /// ```
    pub fn as_str(&self) -> &str {
        self.text.get_or_init(|| joined(&self.parts, Part::text))
    }
}

impl Part {
    fn text(&self) -> String {
        match self {
            Part::Text(text) => text.to_lowercase(),
            Part::Model(model) => model.text([None, None, None], None),
        }
    }

    fn of_fragment(&self, version: Option<&str>) -> String {
        let Part::Model(model) = self else { return self.text() };
        let written = [&*model.prefix, version.unwrap_or_default()];
        let is_distinct = written.iter().all(|text| is_lowercase(text));
        let written = (!is_distinct).then(|| Digest::default().with(written[0]).with(written[1]).text());
        let versions = model.versions.as_deref().filter(|_| version.is_none());
        model.text([written.as_deref(), model.ids.as_deref(), versions], version)
    }
}

impl OfModel {
    /// The text with these hashes, and perhaps with another version.
    fn text(&self, hashes: [Option<&str>; 3], version: Option<&str>) -> String {
        // Room for a moment and for some digits.
        let mut text = String::with_capacity(self.prefix.len() + self.name.len() + 80);
        text.push_str(&self.prefix);
        for hash in hashes.into_iter().flatten() {
            text.push('@');
            text.push_str(hash);
        }
        text.push(':');
        match (version, &self.version) {
            (Some(version), _) => text.push_str(version),
            (None, KeyVersion::Given(version)) => text.push_str(version),
            (None, KeyVersion::Moment(moment)) => Version(*moment).write_to(&mut text),
        }
        text.push('/');
        text.push_str(&self.name);
        text.push('/');
        match &self.id {
            Id::One(id) => text.push_str(id),
            Id::Count(count) => {
                text.push_str("col/");
                text.push_str(&count.to_string());
            }
        }
        in_lower_case(text)
    }
}

/// What is ASCII stays where it is.
fn in_lower_case(mut text: String) -> String {
    if !text.is_ascii() {
        return text.to_lowercase();
    }
    text.make_ascii_lowercase();
    text
}

/// The texts of all parts. What separates several is escaped inside them, and a text whose case counts gets a hash.
fn joined(parts: &[Part], text: impl Fn(&Part) -> String) -> String {
    let [part] = parts else {
        let texts = parts.iter().map(|part| {
            let escaped = escaped(text(part));
            match part {
                Part::Text(exact) if !is_lowercase(exact) => {
                    format!("{escaped}@{}", Digest::default().with(exact).text())
                }
                _ => escaped,
            }
        });
        return texts.collect::<Vec<_>>().join("+");
    };
    text(part)
}

/// A `+` that separates no parts.
fn escaped(text: String) -> String {
    if !text.bytes().fold(false, |found, byte| found | matches!(byte, b'~' | b'+')) {
        return text;
    }
    text.replace('~', "~~").replace('+', "~+")
}

impl Deref for ModelKey {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for ModelKey {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<ModelKey> for String {
    fn from(key: ModelKey) -> Self {
        match key.text.into_inner() {
            Some(text) => text,
            None => joined(&key.parts, Part::text),
        }
    }
}

/// Two keys are equal if their texts are, and those of their fragments.
impl PartialEq for ModelKey {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str() && self.of_fragment(None) == other.of_fragment(None)
    }
}

impl Eq for ModelKey {}

impl Hash for ModelKey {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.as_str().hash(hasher);
    }
}

impl PartialEq<str> for ModelKey {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for ModelKey {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Display for ModelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ModelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
