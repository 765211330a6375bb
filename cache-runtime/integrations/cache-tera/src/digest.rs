//! Digests of templates: what a fragment depends on besides its key.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cache_templates::dependencies::{dependencies, matches};
use cache_templates::fragment::TemplateDigest;
use cache_templates::hash::{hash, mix};
use cache_templates::scanner::{Syntax, Token, pieces, tokens};

/// The sources of all templates, by their names.
pub(crate) type Sources = BTreeMap<String, String>;

/// The digests of templates, made when a template is added.
#[derive(Default)]
pub(crate) struct Digests {
    known: HashMap<String, TemplateDigest>,
    /// Of a template that was not added.
    none: TemplateDigest,
}

impl Digests {
    pub(crate) fn new(sources: &Sources, syntax: Syntax<'_>) -> Self {
        let components = Components::new(sources, syntax);
        let digest = |name: &String| {
            let mut seen = BTreeSet::new();
            let collecting = Collecting { sources, syntax, components: &components };
            collecting.add(name, Role::Rendered, &mut seen);
            let hash = seen.iter().fold(0, |all, name| mix(hash(all, name), hash(0, &sources[name])));
            TemplateDigest::new(name, hash)
        };
        let known = sources.keys().map(|name| (name.clone(), digest(name))).collect();
        Digests { known, none: TemplateDigest::default() }
    }

    pub(crate) fn of(&self, template: &str) -> &TemplateDigest {
        self.known.get(template).unwrap_or(&self.none)
    }
}

/// In which template each component is.
pub(crate) struct Components(HashMap<String, String>);

impl Components {
    pub(crate) fn new(sources: &Sources, syntax: Syntax<'_>) -> Self {
        let mut all = HashMap::new();
        for (template, source) in sources {
            for piece in pieces(source, syntax) {
                let words = tokens(&source[piece.code]);
                if let [first, rest @ ..] = &words[..]
                    && first.text == "component"
                {
                    all.insert(component(rest), template.clone());
                }
            }
        }
        Components(all)
    }

    /// The templates of the components that are called in code: `<card …>`. What is only a comparison finds none.
    pub(crate) fn called_in<'a>(&'a self, words: &'a [Token<'a>]) -> impl Iterator<Item = &'a String> {
        let starts = words.iter().enumerate().filter(|(_, word)| word.text == "<");
        starts.filter_map(|(at, _)| self.0.get(&component(&words[at + 1..])))
    }
}

/// The name at the start of these tokens, which may have dots.
fn component(words: &[Token<'_>]) -> String {
    let is_part = |word: &&Token<'_>| word.is_name() || word.text == ".";
    let mut name = String::new();
    for word in words.iter().take_while(is_part) {
        // Behind the name stand attributes: `<card title=…>`.
        if word.is_name() && !name.is_empty() && !name.ends_with('.') {
            break;
        }
        name.push_str(word.text);
    }
    name
}

/// The templates that a name may mean: itself, or one in a folder of fallbacks.
pub(crate) fn named<'a>(sources: &'a Sources, name: &'a str) -> impl Iterator<Item = &'a String> {
    let is_exact = sources.contains_key(name);
    sources.keys().filter(move |known| {
        *known == name || (!is_exact && known.strip_suffix(name).is_some_and(|folder| folder.ends_with('/')))
    })
}

/// How a template takes part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It has the tag. A layout around it is not in its fragments.
    Rendered,
    Included,
}

struct Collecting<'a> {
    sources: &'a Sources,
    syntax: Syntax<'a>,
    components: &'a Components,
}

impl Collecting<'_> {
    /// Adds a template and what it depends on, each once, so that circles end.
    fn add(&self, name: &str, role: Role, seen: &mut BTreeSet<String>) {
        let Some(source) = self.sources.get(name) else {
            tracing::debug!(template = name, "cache: a template that is a dependency does not exist");
            return;
        };
        if !seen.insert(name.to_owned()) {
            return;
        }
        let found = dependencies(source, self.syntax);
        let parents = found.parents.iter().filter(|_| role == Role::Included || found.calls_super);
        for dependency in found.templates.iter().chain(parents) {
            named(self.sources, dependency).for_each(|name| self.add(name, Role::Included, seen));
        }
        for pattern in &found.patterns {
            let names = self.sources.keys().filter(|name| matches(pattern, name));
            names.for_each(|name| self.add(name, Role::Included, seen));
        }
        for piece in pieces(source, self.syntax) {
            let words = tokens(&source[piece.code]);
            self.components.called_in(&words).for_each(|name| self.add(name, Role::Included, seen));
        }
    }
}
