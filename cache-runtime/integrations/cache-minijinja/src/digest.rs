//! Digests of templates: what a fragment depends on besides its key.
//!
//! A digest is a hash of the source of a template and of all that it includes and imports. It is remembered, and made again
//! when the environment has another source for one of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use cache_templates::dependencies::{Dependencies, dependencies, matches};
use cache_templates::fragment::TemplateDigest;
use cache_templates::hash::{hash, mix};
use minijinja::{Environment, State};

use crate::names::{Checked, Names, check};
use crate::syntax::syntax;

/// What is known of a template that has tags.
#[derive(Debug)]
pub(crate) struct TemplateFacts {
    /// The hash of the template's source.
    own: u64,
    pub(crate) digest: TemplateDigest,
    pub(crate) tags: Checked,
    /// The sources from which this was made.
    sources: Vec<Source>,
    /// What the patterns of dependencies have matched.
    matched: Vec<(String, Vec<String>)>,
}

/// A source that the environment had.
#[derive(Debug)]
struct Source {
    name: String,
    /// `None` for a template that did not exist. The whole text, since to compare it costs less than to hash it, and its address
    /// would be no proof: another text may get it once the first is dropped.
    text: Option<Arc<str>>,
}

impl Source {
    fn of(env: &Environment<'_>, name: &str) -> Self {
        let text = env.get_template(name).ok().map(|template| template.source().into());
        Source { name: name.to_owned(), text }
    }

    fn is_current(&self, env: &Environment<'_>) -> bool {
        match (env.get_template(&self.name), &self.text) {
            (Ok(template), Some(text)) => template.source() == &**text,
            (found, text) => found.is_err() && text.is_none(),
        }
    }
}

/// Lists the names of all templates.
pub(crate) type ListTemplates = Arc<dyn Fn() -> Vec<String> + Send + Sync>;

/// The digests of an environment.
pub(crate) struct Digests {
    /// Of templates with tags.
    known: RwLock<HashMap<String, Arc<TemplateFacts>>>,
    /// Of whole pages, with the layouts around them.
    pages: RwLock<HashMap<String, Arc<TemplateFacts>>>,
    pub(crate) protected: Names,
    pub(crate) list: Option<ListTemplates>,
}

/// The facts that are in use in a render, so that each is checked once in it.
#[derive(Default)]
struct InThisRender(Vec<(String, u64, Arc<TemplateFacts>)>);

impl Digests {
    pub(crate) fn new(protected: Names, list: Option<ListTemplates>) -> Self {
        Digests { known: RwLock::default(), pages: RwLock::default(), protected, list }
    }

    /// The facts of the template that is being rendered. `own` is a hash of its source.
    pub(crate) fn facts(&self, state: &mut State<'_, '_>, own: u64) -> Arc<TemplateFacts> {
        let seen = state.get_extension::<InThisRender>();
        let found = seen.and_then(|seen| seen.0.iter().find(|(name, hash, _)| *hash == own && name == state.name()));
        if let Some((_, _, facts)) = found {
            return Arc::clone(facts);
        }
        let name = state.name().to_owned();
        let facts = self.checked(state.env(), &name, own);
        state.get_or_insert_extension_with(InThisRender::default).0.push((name, own, Arc::clone(&facts)));
        facts
    }

    fn checked(&self, env: &Environment<'_>, name: &str, own: u64) -> Arc<TemplateFacts> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(known) = known.filter(|known| known.own == own && self.are_current(env, known)) {
            return known;
        }
        let facts = Arc::new(self.collect(env, name, own));
        // The source of a template that the environment does not have can be anything the next time.
        if has(env, name, own) {
            self.known.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::clone(&facts));
        }
        facts
    }

    fn are_current(&self, env: &Environment<'_>, facts: &TemplateFacts) -> bool {
        facts.sources.iter().all(|source| source.is_current(env))
            && (!env.auto_reload() || facts.matched.iter().all(|(pattern, names)| self.matching(pattern) == *names))
    }

    fn matching(&self, pattern: &str) -> Vec<String> {
        let mut names = self.list.as_ref().map(|list| list()).unwrap_or_default();
        names.retain(|name| matches(pattern, name));
        names.sort();
        names
    }

    /// The digest of a whole page: its source, its layouts, and all that they include and import.
    pub(crate) fn of_page(&self, env: &Environment<'_>, name: &str) -> u64 {
        let known = self.pages.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(known) = known.filter(|known| self.are_current(env, known)) {
            return known.digest.hash();
        }
        let facts = self.sources(env, name, Role::Included, None);
        let digest = facts.digest.hash();
        self.pages.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::new(facts));
        digest
    }

    fn collect(&self, env: &Environment<'_>, name: &str, own: u64) -> TemplateFacts {
        let facts = self.sources(env, name, Role::Rendered, Some(own));
        let template = env.get_template(name).ok().filter(|_| has(env, name, own));
        let tags = template.map(|template| check(env, &template, &self.protected)).unwrap_or_default();
        TemplateFacts { tags, ..facts }
    }

    /// The digest and what it was made from. `own` is the hash of the source before it was rewritten.
    fn sources(&self, env: &Environment<'_>, name: &str, role: Role, own: Option<u64>) -> TemplateFacts {
        let mut collected =
            Collected { digests: self, env, hashes: BTreeMap::new(), sources: Vec::new(), matched: Vec::new() };
        collected.add(name, role);
        let Collected { mut hashes, sources, matched, .. } = collected;
        if let Some(own) = own {
            hashes.insert(name.to_owned(), own);
        }
        let digest = hashes.iter().fold(0, |all, (name, source)| mix(hash(all, name), *source));
        let digest = TemplateDigest::new(name, digest);
        TemplateFacts { own: own.unwrap_or_default(), digest, tags: Checked::default(), sources, matched }
    }
}

/// How a template takes part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It has the tag. A layout around it is not in its fragments.
    Rendered,
    Included,
}

/// A template and what it depends on, each once, so that circles end.
struct Collected<'a, 'env> {
    digests: &'a Digests,
    env: &'a Environment<'env>,
    hashes: BTreeMap<String, u64>,
    sources: Vec<Source>,
    matched: Vec<(String, Vec<String>)>,
}

impl Collected<'_, '_> {
    fn add(&mut self, name: &str, role: Role) {
        if self.hashes.contains_key(name) {
            return;
        }
        self.sources.push(Source::of(self.env, name));
        let Ok(template) = self.env.get_template(name) else {
            tracing::debug!(template = name, "cache: a template that is a dependency cannot be loaded");
            self.hashes.insert(name.to_owned(), 0);
            return;
        };
        self.hashes.insert(name.to_owned(), hash(0, template.source()));
        let found = dependencies(template.source(), syntax(self.env.syntax()));
        self.warn(name, &found);
        let parents = found.parents.iter().filter(|_| role == Role::Included || found.calls_super);
        let direct: Vec<String> = found.templates.iter().chain(parents).cloned().collect();
        let state = template.new_state();
        for dependency in direct {
            let joined = state.get_template(&dependency).map(|template| template.name().to_owned());
            self.add(&joined.unwrap_or(dependency), Role::Included);
        }
        for pattern in found.patterns {
            let names = self.digests.matching(&pattern);
            names.iter().for_each(|name| self.add(name, Role::Included));
            self.matched.push((pattern, names));
        }
    }

    fn warn(&self, name: &str, found: &Dependencies) {
        if let (Some(line), false) = (found.computed.first(), found.is_declared) {
            tracing::warn!(
                "cache: {name}:{line} names a template by an expression, so that fragments around it do not notice its \
                 changes: write `{{# Template Dependency: folder/* #}}` into {name}"
            );
        }
        if let (Some(pattern), None) = (found.patterns.first(), &self.digests.list) {
            tracing::warn!(
                "cache: the dependency `{pattern}` of {name} has no effect, because this loader cannot list templates: name \
                 them one by one, or install a folder"
            );
        }
    }
}

/// Whether the environment has this source under this name. The hash is in each rewritten tag.
fn has(env: &Environment<'_>, name: &str, own: u64) -> bool {
    env.get_template(name).is_ok_and(|template| template.source().contains(&format!(",{own},")))
}
