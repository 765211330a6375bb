//! A fragment in two halves, for template engines that cannot take a closure: look it up, render it, and hand it in.

use std::fmt;

use super::{Fragment, kept_near};
use crate::call::{Always, Begun, ByPosition, Running, begin, begin_multi};
use crate::near::NearSlot;

/// What [`Fragment::begin`] found.
#[derive(Debug)]
#[must_use = "a miss is to be rendered"]
pub enum FragmentLookup {
    /// The stored fragment, or the one that somebody else has just rendered.
    Hit(String),
    /// The caller has to render it.
    Miss(Rendering),
}

/// A fragment that the caller renders, while others wait for it.
///
/// Dropped before [`finish`](Rendering::finish) it has failed: nothing is stored, and one of those who wait renders.
/// Renderings on a thread end in the reverse order of their beginning, as the tags of a template do.
#[must_use = "a rendering that is dropped has failed"]
pub struct Rendering {
    running: Running<'static, String>,
}

impl Fragment {
    /// Looks the fragment up, and lets the caller render it in its own code.
    ///
    /// This is [`render`](Fragment::render) without a closure, for template engines. It is blocking.
    ///
    /// ```
    /// use cache_runtime::{Cache, FragmentLookup};
    ///
    /// let cache = Cache::memory();
    /// let show = || match cache.fragment("page", "sidebar").begin() {
    ///     FragmentLookup::Hit(html) => html,
    ///     FragmentLookup::Miss(rendering) => rendering.finish("<nav></nav>".to_owned()),
    /// };
    /// assert_eq!((show(), show()), ("<nav></nav>".to_owned(), "<nav></nav>".to_owned()));
    /// ```
    pub fn begin(&self) -> FragmentLookup {
        let (handle, key) = (&self.cache.handle, self.key());
        let near = match kept_near::html(handle, &key) {
            Ok(html) => return FragmentLookup::Hit(html),
            Err(near) => near,
        };
        match begin(handle, Ok(&key), Always::<String>::new(), near) {
            Begun::Hit(html) => FragmentLookup::Hit(html),
            Begun::Compute(running) => FragmentLookup::Miss(Rendering { running }),
        }
    }

    /// Looks many fragments up, in one step of the store, and lets the caller render the missing ones, which are stored in
    /// another.
    ///
    /// All have the cache, the lifetimes, the tags and the digest of the first: what tells two of them apart has to be in their
    /// keys. Fragments that somebody else renders at the moment are waited for.
    ///
    /// ```
    /// use cache_runtime::{Cache, Fragment};
    ///
    /// let cache = Cache::memory();
    /// let fragments = ["one", "two"].map(|name| cache.fragment("page", name));
    /// assert_eq!(fragments[0].render(|| "<b>1</b>"), "<b>1</b>");
    ///
    /// let lookup = Fragment::begin_all(&fragments);
    /// assert_eq!((lookup.html(0), lookup.html(1)), (Some("<b>1</b>"), None));
    /// lookup.finish([(1, "<b>2</b>".to_owned())]);
    /// assert_eq!(fragments[1].render(|| unreachable!("it is stored") as String), "<b>2</b>");
    /// ```
    pub fn begin_all(fragments: &[Fragment]) -> FragmentsLookup {
        let Some(first) = fragments.first() else {
            return FragmentsLookup { found: Vec::new(), running: None };
        };
        let (handle, mut asked) = (&first.cache.handle, Asked::default());
        let near = fragments.iter().enumerate().map(|(at, fragment)| {
            let key = fragment.key();
            kept_near::html(handle, &key).map_err(|near| asked.push(at, key, near)).ok()
        });
        let mut found: Vec<Option<String>> = near.collect();
        if asked.positions.is_empty() {
            return FragmentsLookup { found, running: None };
        }
        let (begun, stored) = begin_multi(handle, asked.keys, asked.near);
        asked.positions.iter().zip(stored).for_each(|(at, stored)| found[*at] = stored);
        let running = match begun {
            Begun::Hit(_) => None,
            Begun::Compute(running) => Some(RestOfMany { running, positions: asked.positions }),
        };
        FragmentsLookup { found, running }
    }
}

impl Rendering {
    /// Stores what was rendered, hands it to those who wait, and returns it.
    ///
    /// If the key was invalidated meanwhile, it is returned and not stored.
    ///
    /// ```
    /// # let fragment = cache_runtime::Cache::memory().fragment("page", "sidebar");
    /// if let cache_runtime::FragmentLookup::Miss(rendering) = fragment.begin() {
    ///     assert_eq!(rendering.finish("<nav></nav>".to_owned()), "<nav></nav>");
    /// }
    /// ```
    pub fn finish(self, html: String) -> String {
        self.running.finish(html)
    }
}

impl fmt::Debug for Rendering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendering").finish_non_exhaustive()
    }
}

/// Fragments that are not kept near, of which the store is asked.
#[derive(Default)]
struct Asked {
    /// Among all.
    positions: Vec<usize>,
    keys: Vec<String>,
    near: Vec<NearSlot<String>>,
}

impl Asked {
    fn push(&mut self, at: usize, key: String, near: NearSlot<String>) {
        self.positions.push(at);
        self.keys.push(key);
        self.near.push(near);
    }
}

/// What [`Fragment::begin_all`] found, and the rest, which the caller renders while others wait for it.
///
/// Dropped before [`finish`](FragmentsLookup::finish) all of the rest has failed.
#[must_use = "the missing ones are to be rendered"]
pub struct FragmentsLookup {
    /// By position.
    found: Vec<Option<String>>,
    running: Option<RestOfMany>,
}

/// The rendering of those that were not found.
struct RestOfMany {
    running: Running<'static, ByPosition<String>>,
    /// Which of all the store was asked for: the rest is known by its position among these.
    positions: Vec<usize>,
}

impl FragmentsLookup {
    /// Returns the stored fragment at this position, or `None` if it has to be rendered.
    ///
    /// ```
    /// # use cache_runtime::{Cache, Fragment};
    /// let lookup = Fragment::begin_all(&[Cache::memory().fragment("page", "sidebar")]);
    /// assert_eq!(lookup.html(0), None);
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no fragment at this position.
    pub fn html(&self, at: usize) -> Option<&str> {
        self.found[at].as_deref()
    }

    /// Stores what was rendered, by position, in one step.
    ///
    /// What is missing has failed. Of several with one key the first is stored.
    ///
    /// ```
    /// # use cache_runtime::{Cache, Fragment};
    /// let cache = Cache::memory();
    /// Fragment::begin_all(&[cache.fragment("page", "sidebar")]).finish([(0, "<nav></nav>".to_owned())]);
    /// assert!(cache.exists("sidebar")?);
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    pub fn finish(self, rendered: impl IntoIterator<Item = (usize, String)>) {
        if let Some(RestOfMany { running, positions }) = self.running {
            let among_asked = |(at, html)| Some((positions.binary_search(&at).ok()?, html));
            running.finish(rendered.into_iter().filter_map(among_asked).collect());
        }
    }
}

impl fmt::Debug for FragmentsLookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FragmentsLookup").field("found", &self.found).finish_non_exhaustive()
    }
}
