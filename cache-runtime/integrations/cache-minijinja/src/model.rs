//! Models as values of templates, with their keys.

use std::fmt;
use std::sync::{Arc, OnceLock};

use cache_runtime::model::{AnyModel, Cacheable, KeySource, ModelKey, key_for_collection, key_for_object};
use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr, Serde};
use serde::{Serialize, Serializer};

/// Passes a model to a template: its fields are those that serde writes, and a `cache` tag knows its key.
///
/// The fields are written when the template reads one, so that a hit costs only the clone, and with
/// [`shared_model`] not even that.
///
/// ```
/// use cache_minijinja::model;
/// use cache_runtime::model::Cacheable;
/// use minijinja::{Environment, context};
/// use std::time::SystemTime;
///
/// #[derive(Cacheable, Clone, serde::Serialize)]
/// struct Card {
///     id: i64,
///     title: String,
///     updated_at: SystemTime,
/// }
///
/// let card = Card { id: 42, title: "Tea".to_owned(), updated_at: SystemTime::UNIX_EPOCH };
/// let title = Environment::new().render_str("{{ card.title }}", context! { card => model(&card) })?;
/// assert_eq!(title, "Tea");
/// # Ok::<(), minijinja::Error>(())
/// ```
pub fn model<M: Cacheable + Serialize + Clone + Send + Sync + 'static>(model: &M) -> Value {
    Value::from_object(Model::new(Arc::new(vec![model.clone()]), 0))
}

/// Passes a model that is shared to a template, without the clone of [`model`].
///
/// For a model that holds many others, such as a post with its comments: a hit then costs the same however many they are.
///
/// ```
/// # use cache_runtime::model::Cacheable;
/// # use minijinja::{Environment, context};
/// # use std::time::SystemTime;
/// # #[derive(Cacheable, serde::Serialize)]
/// # struct Card { id: i64, updated_at: SystemTime }
/// let card = std::sync::Arc::new(Card { id: 42, updated_at: SystemTime::UNIX_EPOCH });
/// let context = context! { card => cache_minijinja::shared_model(&card) };
/// assert_eq!(Environment::new().render_str("{{ card.id }}", context)?, "42");
/// # Ok::<(), minijinja::Error>(())
/// ```
pub fn shared_model<M: Cacheable + Serialize + Send + Sync + 'static>(model: &Arc<M>) -> Value {
    Value::from_object(Model { source: Box::new(Shared(Arc::clone(model))), fields: OnceLock::new() })
}

/// Passes a list of models to a template, in which each is a [`model`]. The list has a key, too, also if it is empty.
///
/// ```
/// use cache_minijinja::models;
/// # use cache_runtime::model::Cacheable;
/// # use minijinja::{Environment, context};
/// # use std::time::SystemTime;
/// # #[derive(Cacheable, Clone, serde::Serialize)]
/// # struct Card { id: i64, updated_at: SystemTime }
/// let cards = [1, 2].map(|id| Card { id, updated_at: SystemTime::UNIX_EPOCH });
/// let source = "{% for card in cards %}{{ card.id }}{% endfor %} of {{ cards|length }}";
/// assert_eq!(Environment::new().render_str(source, context! { cards => models(&cards) })?, "12 of 2");
/// # Ok::<(), minijinja::Error>(())
/// ```
pub fn models<M: Cacheable + Serialize + Clone + Send + Sync + 'static>(models: &[M]) -> Value {
    shared_models(&Arc::new(models.to_vec()))
}

/// Passes a list of models that is shared to a template, without the clones of [`models`].
///
/// ```
/// # use cache_runtime::model::Cacheable;
/// # use minijinja::{Environment, context};
/// # use std::time::SystemTime;
/// # #[derive(Cacheable, serde::Serialize)]
/// # struct Card { id: i64, updated_at: SystemTime }
/// let cards = std::sync::Arc::new(vec![Card { id: 42, updated_at: SystemTime::UNIX_EPOCH }]);
/// let context = context! { cards => cache_minijinja::shared_models(&cards) };
/// assert_eq!(Environment::new().render_str("{{ cards[0].id }}", context)?, "42");
/// # Ok::<(), minijinja::Error>(())
/// ```
pub fn shared_models<M: Cacheable + Serialize + Send + Sync + 'static>(models: &Arc<Vec<M>>) -> Value {
    let models = Arc::clone(models);
    let items = (0..models.len()).map(|at| Value::from_object(Model::new(Arc::clone(&models), at))).collect();
    let key = move |prefix: &str| key_for_collection(prefix, models.iter());
    Value::from_object(Models { items, key: Box::new(key) })
}

/// For a field of a model that holds another model: `#[serde(serialize_with = "cache_minijinja::serialize_model")]`.
///
/// In a template the field is a [`model`]; for every other format it is written as usual.
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize_model<M, S>(field: &M, serializer: S) -> Result<S::Ok, S::Error>
where
    M: Cacheable + Serialize + Clone + Send + Sync + 'static,
    S: Serializer,
{
    if minijinja::value::serializing_for_value() {
        model(field).serialize(serializer)
    } else {
        field.serialize(serializer)
    }
}

/// For a field of a model that holds a list of models: `#[serde(serialize_with = "cache_minijinja::serialize_models")]`.
///
/// In a template the field is a list of [`models`], so that a `cache` tag takes each comment of `post.comments`.
///
/// ```
/// use cache_runtime::model::Cacheable;
/// use std::time::SystemTime;
///
/// #[derive(Cacheable, Clone, serde::Serialize)]
/// struct Post {
///     id: i64,
///     updated_at: SystemTime,
///     #[serde(serialize_with = "cache_minijinja::serialize_models")]
///     comments: Vec<Comment>,
/// }
/// # #[derive(Cacheable, Clone, serde::Serialize)]
/// # struct Comment { id: i64, updated_at: SystemTime }
/// ```
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize_models<M, S>(field: &[M], serializer: S) -> Result<S::Ok, S::Error>
where
    M: Cacheable + Serialize + Clone + Send + Sync + 'static,
    S: Serializer,
{
    if minijinja::value::serializing_for_value() {
        models(field).serialize(serializer)
    } else {
        field.serialize(serializer)
    }
}

/// A model of whatever type.
pub(crate) struct Model {
    source: Box<dyn Source>,
    fields: OnceLock<Value>,
}

/// A model among others.
trait Source: Send + Sync {
    fn any(&self) -> AnyModel;
    fn key(&self, prefix: &str) -> ModelKey;
    fn fields(&self) -> Value;
}

struct Item<M> {
    all: Arc<Vec<M>>,
    at: usize,
}

impl<M: Cacheable + Serialize + Send + Sync> Source for Item<M> {
    fn any(&self) -> AnyModel {
        AnyModel::of(&self.all[self.at])
    }

    fn key(&self, prefix: &str) -> ModelKey {
        key_for_object(prefix, &self.all[self.at])
    }

    fn fields(&self) -> Value {
        Value::from(Serde(&self.all[self.at]))
    }
}

struct Shared<M>(Arc<M>);

impl<M: Cacheable + Serialize + Send + Sync> Source for Shared<M> {
    fn any(&self) -> AnyModel {
        AnyModel::of(&*self.0)
    }

    fn key(&self, prefix: &str) -> ModelKey {
        key_for_object(prefix, &*self.0)
    }

    fn fields(&self) -> Value {
        Value::from(Serde(&*self.0))
    }
}

impl Model {
    fn new<M: Cacheable + Serialize + Send + Sync + 'static>(all: Arc<Vec<M>>, at: usize) -> Self {
        Model { source: Box::new(Item { all, at }), fields: OnceLock::new() }
    }

    fn fields(&self) -> &Value {
        self.fields.get_or_init(|| self.source.fields())
    }

    pub(crate) fn any(&self) -> AnyModel {
        self.source.any()
    }
}

impl Object for Model {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.fields().get_item(key).ok().filter(|value| !value.is_undefined())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.fields().try_iter().map_or(Enumerator::NonEnumerable, |keys| Enumerator::Values(keys.collect()))
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.fields(), f)
    }
}

impl KeySource for Model {
    fn key_with(&self, prefix: &str) -> ModelKey {
        self.source.key(prefix)
    }
}

/// A list of models of one type.
pub(crate) struct Models {
    items: Vec<Value>,
    key: Box<dyn Fn(&str) -> ModelKey + Send + Sync>,
}

impl Object for Models {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.items.get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.items.len())
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.items, f)
    }
}

impl KeySource for Models {
    fn key_with(&self, prefix: &str) -> ModelKey {
        (self.key)(prefix)
    }
}
