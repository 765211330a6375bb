//! Fragments: pieces of a page, stored as they are rendered.

mod kept_near;
mod rendering;

use std::fmt::Display;
use std::future::Future;
use std::pin::pin;

pub use self::rendering::{FragmentLookup, FragmentsLookup, Rendering};
use super::both_faces::for_both_faces;
use super::{AsyncCache, Cache};
use crate::Ttl;
use crate::call::{Always, Begun, OkOnly, begin, call};
use crate::mode::Async;
use crate::model::{KeySource, ModelKey, key_for};

/// A piece of a page under the key of a model, a list of models or a text.
///
/// [`Cache::fragment`](crate::Cache::fragment) makes it. Fragments nest, as Russian dolls do: if one changes, it and those
/// around it are rendered again, and its siblings are not.
///
/// ```
/// use cache_runtime::Cache;
/// use cache_runtime::model::Cacheable;
/// use std::time::SystemTime;
///
/// #[derive(Cacheable)]
/// struct Comment {
///     id: i64,
///     body: String,
///     updated_at: SystemTime,
/// }
///
/// let cache = Cache::memory();
/// let comments = [1, 2].map(|id| Comment { id, body: format!("no. {id}"), updated_at: SystemTime::UNIX_EPOCH });
/// let html = cache.fragment("comments", &comments).render(|| {
///     let rows = comments.iter().map(|comment| {
///         cache.fragment("comment", comment).render(|| format!("<li>{}</li>", comment.body)) // escape it in your program
///     });
///     rows.collect::<String>()
/// });
/// assert_eq!(html, "<li>no. 1</li><li>no. 2</li>");
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is rendered before `render`"]
pub struct Fragment {
    cache: Cache,
    key: ModelKey,
    version: Option<String>,
}

/// A piece of a page in async code: see [`Fragment`].
///
/// [`AsyncCache::fragment`](crate::AsyncCache::fragment) makes it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let cache = cache_runtime::Cache::memory().to_async();
/// let html = cache.fragment("page", "sidebar").expires_in(300).render(async || "<nav></nav>").await;
/// assert_eq!(html, "<nav></nav>");
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is rendered before `render`"]
pub struct AsyncFragment {
    cache: AsyncCache,
    key: ModelKey,
    version: Option<String>,
}

for_both_faces! {
    /// Fragments.
    impl Cache and AsyncCache;

    /// Returns a fragment, to be rendered.
    ///
    /// Its key is that of [`key_for`](crate::model::key_for), which changes when a model does. `prefix` says what of a model
    /// is rendered, so that two fragments of it differ. A list's key also contains a hash of the ids and versions of all its
    /// models, and so does a key with capital letters contain a hash of them, because different ones could otherwise share
    /// it. A text is its own key, in lower case and without the prefix; a `+` in a key is written as `~+` and a `~` as `~~`, because
    /// `+` joins the keys of several things.
    ///
    /// What the key does not name must not be on the page. If the page shows something of the user, put the user into the
    /// prefix, or into the text.
    example:
    /// let html = cache.fragment("page", "Sidebar").render(async || "<nav></nav>").await;
    /// assert_eq!(cache.get::<String>("sidebar").await?, Some(html)); // a text is its own key, in lower case
    blocking {
        pub fn fragment(&self, prefix: &str, key: &(impl KeySource + ?Sized)) -> Fragment {
            Fragment { cache: self.clone(), key: key_for(prefix, key), version: None }
        }
    }
    asynchronous {
        pub fn fragment(&self, prefix: &str, key: &(impl KeySource + ?Sized)) -> AsyncFragment {
            AsyncFragment { cache: self.clone(), key: key_for(prefix, key), version: None }
        }
    }
}

for_both_faces! {
    /// Options, each of which returns the same fragment with it.
    impl Fragment and AsyncFragment;

    /// Sets how long the fragment lives, as [`Cache::expires_in`](crate::Cache::expires_in) does.
    ///
    /// The key of a model changes with it, so that a lifetime only bounds how long old fragments take up room. A text needs
    /// one.
    example:
    /// let html = cache.fragment("page", "trending").expires_in(300).render(async || "<ol></ol>").await;
    /// assert_eq!(html, "<ol></ol>");
    pub fn expires_in(self, ttl: impl Into<Ttl>) -> Self {
        Self { cache: self.cache.expires_in(ttl), ..self }
    }

    /// Serves the stale fragment while one caller renders, as [`Cache::race_ttl`](crate::Cache::race_ttl) does.
    ///
    /// It is of use for a text: a changed model has another key, so that there is no stale fragment.
    example:
    /// let trending = cache.fragment("page", "trending").expires_in(300).race_ttl(10);
    /// assert_eq!(trending.render(async || "<ol></ol>").await, "<ol></ol>");
    pub fn race_ttl(self, window: impl Into<Ttl>) -> Self {
        Self { cache: self.cache.race_ttl(window), ..self }
    }

    /// Sets the version in the key: that of a model or of a list instead of the moments of their changes, and that of a text
    /// behind it.
    example:
    /// cache.fragment("page", "trending").version("v2").render(async || "<ol></ol>").await;
    /// assert!(cache.exists("trending:v2").await?);
    pub fn version(self, version: impl Display) -> Self {
        Self { version: Some(version.to_string()), ..self }
    }

    /// Adds tags, as [`Cache::tags`](crate::Cache::tags) does.
    example:
    /// cache.fragment("page", "sidebar").tags(["navigation"]).render(async || "<nav></nav>").await;
    /// assert!(cache.delete_tag("navigation").await?);
    pub fn tags(self, tags: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self { cache: self.cache.tags(tags), ..self }
    }

    /// Marks the fragment with a digest of what renders it: one that was stored with another digest is a miss.
    ///
    /// It is for a text as key, which does not change with the template. The digest of a template's source belongs into the
    /// prefix of a model's key, so that the fragments of two releases live side by side during a deploy. 0 is no digest.
    example:
    /// let sidebar = cache.fragment("page", "sidebar");
    /// sidebar.clone().digest(1).render(async || "old").await;
    /// assert_eq!(sidebar.digest(2).render(async || "new").await, "new");
    pub fn digest(mut self, digest: u64) -> Self {
        self.cache.handle.view.digest = digest;
        self
    }

    /// Returns the key under which the fragment is stored.
    example:
    /// assert_eq!(cache.fragment("page", "Sidebar").key(), "sidebar");
    pub fn key(&self) -> String {
        self.key.of_fragment(self.version.as_deref())
    }

}

for_both_faces! {
    impl Fragment and AsyncFragment;

    /// Returns the stored fragment, or renders and stores it.
    ///
    /// The closure does not run if the fragment is stored, or if somebody else in this process renders it at the moment (with
    /// a cache that is [`shared`](crate::Cache::shared), in any process). If the store fails, it runs.
    example:
    /// let sidebar = cache.fragment("page", "sidebar");
    /// assert_eq!(sidebar.render(async || "<nav></nav>").await, "<nav></nav>");
    /// assert_eq!(sidebar.render(async || unreachable!("it is stored") as String).await, "<nav></nav>");
    blocking {
        pub fn render<H: Into<String>>(&self, render: impl FnOnce() -> H) -> String {
            match self.begin() {
                FragmentLookup::Hit(html) => html,
                FragmentLookup::Miss(rendering) => rendering.finish(render().into()),
            }
        }
    }
    asynchronous {
        pub async fn render<H: Into<String>, F: Future<Output = H>>(&self, render: impl FnOnce() -> F) -> String {
            let (handle, key) = (&self.cache.handle, self.key());
            let near = match kept_near::html(handle, &key) {
                Ok(html) => return html,
                Err(near) => near,
            };
            let body = pin!(Some(async { render().await.into() }));
            call(&Async, handle, Ok(&key), Always::<String>::new(), near, body).await
        }
    }

    /// Returns the stored fragment, or renders it and stores an `Ok`.
    ///
    /// # Errors
    ///
    /// Those of the closure. Nothing is stored then, and the next caller renders again.
    example:
    /// let number = cache.fragment("page", "number");
    /// assert!(number.try_render(async || Err::<String, _>("not found")).await.is_err());
    /// assert_eq!(number.try_render(async || Ok::<_, &str>("<b>7</b>")).await, Ok("<b>7</b>".to_owned()));
    blocking {
        pub fn try_render<H: Into<String>, E>(&self, render: impl FnOnce() -> Result<H, E>) -> Result<String, E> {
            let (handle, key) = (&self.cache.handle, self.key());
            let near = match kept_near::html(handle, &key) {
                Ok(html) => return Ok(html),
                Err(near) => near,
            };
            match begin(handle, Ok(&key), OkOnly::<String, E>::new(), near) {
                Begun::Hit(result) => result,
                Begun::Compute(running) => running.finish(render().map(Into::into)),
            }
        }
    }
    asynchronous {
        pub async fn try_render<H: Into<String>, E, F>(&self, render: impl FnOnce() -> F) -> Result<String, E>
        where
            F: Future<Output = Result<H, E>>,
        {
            let (handle, key) = (&self.cache.handle, self.key());
            let near = match kept_near::html(handle, &key) {
                Ok(html) => return Ok(html),
                Err(near) => near,
            };
            let body = pin!(Some(async { render().await.map(Into::into) }));
            call(&Async, handle, Ok(&key), OkOnly::<String, E>::new(), near, body).await
        }
    }
}
