//! The fragment of a tag, with all that it depends on.

use std::borrow::Cow;

use cache_runtime::model::{KeySource, key_for_all};
use cache_runtime::{Cache, Fragment, Ttl};

use crate::hash::{hash, mix};
use crate::key::{Part, exact, is_text};

/// The options of a tag.
#[derive(Debug, Default)]
pub struct Options {
    /// How long it lives.
    pub expires_in: Option<Ttl>,
    /// For how long others are served the stale one while one renders.
    pub race_ttl: Option<Ttl>,
    /// Instead of the moment of a model's last change.
    pub version: Option<String>,
    /// What `delete_tag` forgets it by.
    pub tags: Vec<String>,
    /// Whether what it reads of protected variables is the same for all.
    pub is_public: bool,
    /// Whether it stays if the template changes.
    pub skips_digest: bool,
}

impl Options {
    /// The cache with what of these is an option of it.
    fn view<'c>(&self, cache: &'c Cache) -> Cow<'c, Cache> {
        let mut view = Cow::Borrowed(cache);
        if let Some(ttl) = self.expires_in {
            view = Cow::Owned(view.expires_in(ttl));
        }
        if let Some(window) = self.race_ttl {
            view = Cow::Owned(view.race_ttl(window));
        }
        if !self.tags.is_empty() {
            view = Cow::Owned(view.tags(&self.tags));
        }
        view
    }
}

/// Where a tag stands.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    /// The name of the template.
    pub template: &'s str,
    /// Of the template, and of all that it includes.
    pub digest: &'s TemplateDigest,
    /// Of the tag in the template.
    pub number: usize,
    /// How the template escapes: nothing for HTML.
    pub escape: &'s str,
}

/// The digest of a template, and of all that it includes.
#[derive(Clone, Debug, Default)]
pub struct TemplateDigest {
    hash: u64,
    /// What the keys of models begin with: the template's name and the digest.
    prefix: String,
}

impl TemplateDigest {
    /// That of the template with this name.
    pub fn new(template: &str, hash: u64) -> Self {
        TemplateDigest { hash, prefix: format!("{template}@{hash:016x}") }
    }

    /// The hash of all sources.
    pub fn hash(&self) -> u64 {
        self.hash
    }
}

/// The fragments of a tag: one, or one for each item of a list.
pub struct Fragments<'a> {
    cache: Cow<'a, Cache>,
    source: Source<'a>,
    options: &'a Options,
    prefix: String,
}

impl<'a> Fragments<'a> {
    /// Those that are stored in this cache.
    pub fn new(cache: &'a Cache, source: Source<'a>, options: &'a Options) -> Self {
        Fragments { cache: options.view(cache), source, options, prefix: source.prefix(options.skips_digest) }
    }

    /// The fragment of a tag whose key has these parts.
    pub fn one(&self, parts: &[Part]) -> Fragment {
        let digest = match exact(parts) {
            0 => 0,
            exact if is_text(parts) => self.mark(hash(exact, self.source.escape)),
            exact => hash(exact, self.source.escape),
        };
        let fragment = match parts {
            [part] => self.cache.fragment(&self.prefix, part.source()),
            parts => self.of_all(parts.iter().map(Part::source)),
        };
        self.finished(fragment, digest)
    }

    /// The fragment of an item of a list. All items of a list have one digest, because they are read in one step: what tells two
    /// items apart is in the key.
    pub fn item(&self, parts: &[Part]) -> Fragment {
        let fragment = match (exact(parts), parts) {
            (0, [part]) => self.cache.fragment(&self.prefix, part.source()),
            (0, parts) => self.of_all(parts.iter().map(Part::source)),
            (exact, parts) => {
                let exact = format!("{exact:016x}");
                self.of_all(parts.iter().map(Part::source).chain([&exact as &dyn KeySource]))
            }
        };
        self.finished(fragment, self.mark(hash(0, self.source.escape)))
    }

    fn of_all<'p>(&self, sources: impl Iterator<Item = &'p dyn KeySource>) -> Fragment {
        self.cache.fragment(&self.prefix, &key_for_all(&self.prefix, sources))
    }

    fn finished(&self, fragment: Fragment, digest: u64) -> Fragment {
        let fragment = fragment.digest(digest);
        match &self.options.version {
            Some(version) => fragment.version(version),
            None => fragment,
        }
    }

    /// Adds the template and the tag to a digest.
    fn mark(&self, digest: u64) -> u64 {
        let Source { digest: template, number, .. } = self.source;
        if self.options.skips_digest { digest } else { mix(mix(digest, template.hash), number as u64) }
    }
}

impl Source<'_> {
    fn prefix(&self, skips_digest: bool) -> String {
        let start = if skips_digest { self.template } else { &self.digest.prefix };
        format!("{start}#{}{}", self.number, self.escape)
    }
}
