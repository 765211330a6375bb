//! Keys of texts, models and lists of models.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::ops::Deref;

use sha2::{Digest as _, Sha256};

use super::Cacheable;
use super::version::Version;

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
    let id = model.cache_id();
    let version = Version(model.updated_at()).to_string();
    // In lower case, distinct ids may be one text.
    let is_distinct = id.to_lowercase() == id;
    let ids = (!is_distinct).then(|| Digest::default().with(&id)).map(Digest::text);
    let members = Members { ids, versions: None };
    ModelKey::new(Parts { prefix: prefix.to_owned(), version, rest: format!("{}/{id}", M::NAME), members })
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
    let (mut newest, mut count) = (None, 0);
    let (mut ids, mut versions) = (Digest::default(), Digest::default());
    for model in models {
        let updated_at = model.updated_at();
        newest = newest.max(updated_at);
        count += 1;
        ids = ids.with(&model.cache_id());
        versions = versions.with(&Version(updated_at).to_string());
    }
    let version = Version(newest).to_string();
    let members = Members { ids: Some(ids.text()), versions: Some(versions.text()) };
    ModelKey::new(Parts { prefix: prefix.to_owned(), version, rest: format!("{}/col/{count}", M::NAME), members })
}

/// A hash of texts, the same in every release.
#[derive(Default)]
struct Digest(Sha256);

impl Digest {
    fn with(mut self, text: &str) -> Self {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text);
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
                ModelKey { text: self.to_lowercase(), parts: None }
            }
        }
    )*};
}

texts! { str String Cow<'_, str> }

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
    [] Vec<M>;
    [const N: usize] [M; N];
}

/// A key of [`key_for`]: a text, wherever a key is expected.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ModelKey {
    text: String,
    /// `None` for a text, which has no version.
    parts: Option<Parts>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Parts {
    prefix: String,
    version: String,
    /// The name, and the id or the count.
    rest: String,
    members: Members,
}

/// What tells apart models and lists with one text.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Members {
    ids: Option<String>,
    versions: Option<String>,
}

impl ModelKey {
    fn new(parts: Parts) -> Self {
        let text = format!("{}:{}/{}", parts.prefix, parts.version, parts.rest).to_lowercase();
        ModelKey { text, parts: Some(parts) }
    }

    /// The same key with another version than the moment of the last change; of a text the same.
    ///
    /// ```
    /// use cache_runtime::model::key_for;
    ///
    /// assert_eq!(key_for("view", "Sidebar").version("v2"), "sidebar");
    /// ```
    #[must_use]
    pub fn version(self, version: impl Display) -> Self {
        match self.parts {
            Some(parts) => ModelKey::new(Parts { version: version.to_string(), ..parts }),
            None => self,
        }
    }

    /// The key of a fragment: the same text, with what tells apart models and lists that share it. A version is also added to
    /// a text.
    pub(crate) fn of_fragment(self, version: Option<&str>) -> String {
        let Some(mut parts) = self.parts else {
            return version.map_or_else(|| self.text.clone(), |version| format!("{}:{version}", self.text));
        };
        let written = [&*parts.prefix, version.unwrap_or_default()];
        let is_distinct = written.iter().all(|text| text.to_lowercase() == **text);
        let written = (!is_distinct).then(|| Digest::default().with(written[0]).with(written[1]).text());
        let versions = parts.members.versions.take().filter(|_| version.is_none());
        for digest in [written, parts.members.ids.take(), versions].into_iter().flatten() {
            parts.prefix.push('@');
            parts.prefix.push_str(&digest);
        }
        ModelKey::new(Parts { version: version.map_or(parts.version, str::to_owned), ..parts }).text
    }

    /// The text.
    ///
    /// ```
    /// assert_eq!(cache_runtime::model::key_for("view", "Sidebar").as_str(), "sidebar");
    /// ```
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Deref for ModelKey {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl AsRef<str> for ModelKey {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl From<ModelKey> for String {
    fn from(key: ModelKey) -> Self {
        key.text
    }
}

impl PartialEq<str> for ModelKey {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<&str> for ModelKey {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl Display for ModelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ModelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}
