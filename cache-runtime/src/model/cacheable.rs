//! What a model tells about itself.

use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

/// A model with an identity and a moment of its last change, from which its keys are made.
///
/// The derive uses the fields `id` and `updated_at`, and the type's name in lower case. `#[cache(…)]` names other fields, or
/// another name.
///
/// ```
/// use cache_runtime::model::{Cacheable, key_for};
/// use std::time::{Duration, SystemTime};
///
/// #[derive(Cacheable)]
/// #[cache(name = "line-item")]
/// struct Item {
///     #[cache(id)]
///     order: u32,
///     #[cache(id)]
///     position: u32,
///     #[cache(updated_at)]
///     changed: Option<SystemTime>,
/// }
///
/// let item = Item { order: 7, position: 2, changed: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(500)) };
/// assert_eq!(key_for("row", &item), "row:0.5/line-item/7-2");
/// ```
///
/// - An id is whatever is [`Display`](std::fmt::Display). Several fields with `#[cache(id)]` are joined by `-`, and a `-` in
///   one of them is written as `~-`.
/// - `updated_at` is any `Clone + Into<SystemTime>`, such as `jiff::Timestamp`, `chrono::DateTime` and
///   `time::OffsetDateTime`, or an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no model: it has no key",
    label = "a model, a list of models or a text is expected here",
    note = "derive `cache_runtime::model::Cacheable` for it: it needs fields `id` and `updated_at`"
)]
pub trait Cacheable {
    /// The name of the model in keys, such as `card`.
    const NAME: &'static str;

    /// What tells one model of this name from another.
    fn cache_id(&self) -> String;

    /// When it was changed last; `None` for a model that does not change.
    fn updated_at(&self) -> Option<SystemTime>;
}

macro_rules! pointers {
    ($($pointer:ty)*) => {$(
        impl<T: Cacheable + ?Sized> Cacheable for $pointer {
            const NAME: &'static str = T::NAME;

            fn cache_id(&self) -> String {
                (**self).cache_id()
            }

            fn updated_at(&self) -> Option<SystemTime> {
                (**self).updated_at()
            }
        }
    )*};
}

pointers! { &T Box<T> Rc<T> Arc<T> }
