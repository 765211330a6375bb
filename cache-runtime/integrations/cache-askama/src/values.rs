//! Where the cache comes from.

use std::any::Any;

use askama::Values;
use cache_runtime::Cache;

/// The name of the runtime value that holds the cache.
pub const CACHE: &str = "cache_askama.cache";

/// Runtime values for `render_with_values`, with the cache that stores the fragments.
///
/// Without it, fragments are stored in [`cache_runtime::cache()`]. With values of your own, add a [`Cache`] that is named
/// [`CACHE`].
///
/// ```
/// use askama::Template;
/// use cache_askama::filters;
/// use cache_runtime::Cache;
///
/// #[derive(Template)]
/// #[template(ext = "html", source = r#"{% filter cached("page", "menu") %}<nav>{% endfilter %}"#)]
/// struct Page;
///
/// let cache = Cache::memory();
/// assert_eq!(Page.render_with_values(&cache_askama::with(&cache))?, "<nav>");
/// assert!(cache.exists("menu")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn with(cache: &Cache) -> impl Values {
    OneCache(cache.clone())
}

struct OneCache(Cache);

impl Values for OneCache {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == CACHE).then_some(&self.0 as &dyn Any)
    }
}

pub(crate) fn cache(values: &dyn Values) -> Cache {
    askama::get_value::<Cache>(values, CACHE).cloned().unwrap_or_else(|_| cache_runtime::cache())
}
