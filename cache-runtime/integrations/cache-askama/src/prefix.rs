//! What of a model is rendered, and by which source.

use std::borrow::Cow;

use cache_templates::hash::hash;

/// Says what of a model a fragment shows, so that two fragments of it differ.
///
/// A text such as `"cards/show"` does so. A [`Prefix`] also changes with the source of the template.
pub trait FragmentPrefix {
    /// The text in front of the key.
    fn text(&self) -> Cow<'_, str>;

    /// A hash of the source, or 0.
    fn digest(&self) -> u64 {
        0
    }
}

impl FragmentPrefix for str {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl FragmentPrefix for String {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl<P: FragmentPrefix + ?Sized> FragmentPrefix for &P {
    fn text(&self) -> Cow<'_, str> {
        (**self).text()
    }

    fn digest(&self) -> u64 {
        (**self).digest()
    }
}

/// A prefix with a digest of sources: after an edit its fragments are new ones.
///
/// [`prefix!`](crate::prefix) reads the sources from the folder `templates`.
///
/// ```
/// use cache_askama::{FragmentPrefix, Prefix};
///
/// const CARD: Prefix = Prefix::new("card", &["<h2>{{ card.title }}</h2>"]);
/// assert!(CARD.text().starts_with("card@"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Prefix {
    name: &'static str,
    digest: u64,
}

impl Prefix {
    /// A prefix of a name and of the digest of these sources: of the template, and of all that it includes.
    pub const fn new(name: &'static str, sources: &[&str]) -> Self {
        let (mut digest, mut at) = (0, 0);
        while at < sources.len() {
            digest = hash(digest, sources[at]);
            at += 1;
        }
        Prefix { name, digest }
    }
}

impl FragmentPrefix for Prefix {
    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}@{:016x}", self.name, self.digest))
    }

    fn digest(&self) -> u64 {
        self.digest
    }
}

/// A [`Prefix`] from the sources of templates in the folder `templates` of your crate, which are read at compile time.
///
/// The first is the name; the others are those that it includes, imports or shows inside the fragment.
///
/// ```
/// use cache_askama::{FragmentPrefix, Prefix};
///
/// const POST: Prefix = cache_askama::prefix!("post.html", "comment.html");
/// assert!(POST.text().starts_with("post.html@"));
/// ```
#[macro_export]
macro_rules! prefix {
    ($name:literal $(, $included:literal)* $(,)?) => {
        $crate::Prefix::new($name, &[
            ::core::include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/templates/", $name)),
            $(::core::include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/templates/", $included)),)*
        ])
    };
}
