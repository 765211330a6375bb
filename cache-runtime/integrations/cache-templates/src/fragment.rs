//! The fragment of a tag, with all that it depends on.

use cache_runtime::{Cache, Fragment, Ttl};

use crate::hash::{hash, mix};
use crate::key::{Part, TagKey};

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
    fn apply(&self, mut fragment: Fragment) -> Fragment {
        if let Some(ttl) = self.expires_in {
            fragment = fragment.expires_in(ttl);
        }
        if let Some(window) = self.race_ttl {
            fragment = fragment.race_ttl(window);
        }
        if let Some(version) = &self.version {
            fragment = fragment.version(version);
        }
        if !self.tags.is_empty() {
            fragment = fragment.tags(&self.tags);
        }
        fragment
    }
}

/// Where a tag stands.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    /// The name of the template.
    pub template: &'s str,
    /// Of the template, and of all that it includes.
    pub digest: u64,
    /// Of the tag in the template.
    pub number: usize,
    /// How the template escapes: nothing for HTML.
    pub escape: &'s str,
}

impl Source<'_> {
    fn prefix(&self, skips_digest: bool) -> String {
        let Source { template, digest, number, escape } = self;
        match skips_digest {
            true => format!("{template}#{number}{escape}"),
            false => format!("{template}@{digest:016x}#{number}{escape}"),
        }
    }

    /// Adds the template and the tag to a digest.
    fn mark(&self, digest: u64, skips_digest: bool) -> u64 {
        if skips_digest { digest } else { mix(mix(digest, self.digest), self.number as u64) }
    }
}

/// The fragment of a tag whose key has these parts.
pub fn fragment(cache: &Cache, source: &Source<'_>, parts: &[Part], options: &Options) -> Fragment {
    let prefix = source.prefix(options.skips_digest);
    let key = TagKey::new(&prefix, parts);
    let digest = match key.exact {
        0 => 0,
        exact if key.is_text => source.mark(hash(exact, source.escape), options.skips_digest),
        exact => hash(exact, source.escape),
    };
    options.apply(cache.fragment(&prefix, &key.key)).digest(digest)
}

/// The fragment of an item of a list. All items of a list have one digest, because they are read in one step: what tells two
/// items apart is in the key.
pub fn item(cache: &Cache, source: &Source<'_>, parts: &[Part], options: &Options) -> Fragment {
    let prefix = source.prefix(options.skips_digest);
    let key = TagKey::of_item(&prefix, parts);
    let digest = source.mark(hash(0, source.escape), options.skips_digest);
    options.apply(cache.fragment(&prefix, &key)).digest(digest)
}
