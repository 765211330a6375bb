//! A model whose type is not known where its key is made.

use std::borrow::Cow;
use std::time::SystemTime;

use super::key::{ListKey, object_key};
use super::{Cacheable, KeySource, ModelKey};

/// What any model tells about itself, as values: for template engines and others that do not know the type.
///
/// ```
/// use cache_runtime::model::{AnyModel, Cacheable, key_for};
/// use std::time::SystemTime;
///
/// #[derive(Cacheable)]
/// struct Card {
///     id: i64,
///     updated_at: SystemTime,
/// }
///
/// let card = Card { id: 42, updated_at: SystemTime::UNIX_EPOCH };
/// let any = AnyModel::of(&card);
/// assert_eq!(any.name(), "Card".to_lowercase());
/// assert_eq!(key_for("view", &any), key_for("view", &card).as_str());
/// assert_eq!(key_for("view", &[any][..]), "view:0.0/card/col/1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyModel {
    name: Cow<'static, str>,
    id: String,
    updated_at: Option<SystemTime>,
}

impl AnyModel {
    /// Takes down what a model tells about itself now.
    pub fn of<M: Cacheable + ?Sized>(model: &M) -> Self {
        Self::new(M::NAME, model.cache_id(), model.updated_at())
    }

    /// A model from its parts: for those that have been taken down as text, or that come from another program.
    ///
    /// ```
    /// use cache_runtime::model::{AnyModel, key_for};
    /// use std::time::SystemTime;
    ///
    /// let card = AnyModel::new("card", "42", Some(SystemTime::UNIX_EPOCH));
    /// assert_eq!(key_for("view", &card), "view:0.0/card/42");
    /// ```
    pub fn new(name: impl Into<Cow<'static, str>>, id: impl Into<String>, updated_at: Option<SystemTime>) -> Self {
        AnyModel { name: name.into(), id: id.into(), updated_at }
    }

    /// Returns the name of the model in keys: [`Cacheable::NAME`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what tells one model of this name from another: [`Cacheable::cache_id`].
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns when it was changed last: [`Cacheable::updated_at`].
    pub fn updated_at(&self) -> Option<SystemTime> {
        self.updated_at
    }
}

impl KeySource for AnyModel {
    fn key_with(&self, prefix: &str) -> ModelKey {
        object_key(prefix, self.name.clone(), self.id.clone(), self.updated_at)
    }
}

/// Of models with several names, each id counts with its name, and the key has all names, joined by `-`.
impl KeySource for [AnyModel] {
    fn key_with(&self, prefix: &str) -> ModelKey {
        let mut names: Vec<&str> = self.iter().map(AnyModel::name).collect();
        names.sort_unstable();
        names.dedup();
        let mut list = ListKey::default();
        for model in self {
            match &*names {
                [_] => list.push(&model.id, model.updated_at),
                _ => list.push(&format!("{}/{}", model.name, model.id), model.updated_at),
            }
        }
        list.key(prefix, names.join("-").into())
    }
}

impl KeySource for Vec<AnyModel> {
    fn key_with(&self, prefix: &str) -> ModelKey {
        self[..].key_with(prefix)
    }
}
