//! Finds tags that show something of the user without having the user in their keys.
//!
//! The variables that a body reads are compared with those in the key. Includes, imports, macros and assignments of the same
//! file are followed.

use std::collections::{BTreeMap, BTreeSet};

use cache_templates::named::{named, named_by_item};
pub(crate) use cache_templates::protection::{Names, PROTECTED};
use cache_templates::protection::{problem, root};
use cache_templates::tag;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Template};

use crate::reads::Reader;
use crate::source::Source;

/// What is known of the tags of a template, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// What is wrong with them.
    pub(crate) problems: BTreeMap<usize, String>,
    /// Those whose bodies do not read `loop`.
    pub(crate) ignores_loop: BTreeSet<usize>,
}

/// Checks the tags of a template.
pub(crate) fn check(env: &Environment<'_>, template: &Template<'_, '_>, protected: &Names) -> Checked {
    let source = Source::new(env, template.source());
    let tags = source.tags();
    if tags.is_empty() {
        return Checked::default();
    }
    let (definitions, reads) = Reader::new(env, protected).until_complete(|reader| {
        let reads: Vec<Names> = tags.iter().map(|tag| reader.reads(template, &source, tag.body.clone())).collect();
        (reader.definitions(template, &source), reads)
    });
    let mut checked = Checked::default();
    for (tag, reads) in tags.iter().zip(reads) {
        let key = match &tag.targets {
            Some(targets) => named_by_item(targets.iter().copied(), tag.arguments),
            None => named(tag.arguments),
        };
        if !reads.iter().any(|read| root(read) == "loop") {
            checked.ignores_loop.insert(tag.number);
        } else if !key.iter().any(|name| root(name) == "loop") {
            tracing::warn!(
                "cache: a `cache` tag of {} reads `loop`, which its key does not name: if the items move, it is stale",
                template.name()
            );
        }
        if let Some(problem) = problem(&reads, &key, &definitions, protected) {
            checked.problems.insert(tag.number, problem);
        }
    }
    checked
}

/// The first problem of a rewritten source alone, with its line.
pub(crate) fn first_problem(rewritten: &str, syntax: &SyntaxConfig, protected: &Names) -> Option<(usize, String)> {
    let mut env = Environment::new();
    env.set_syntax(syntax.clone());
    let template = env.template_from_named_str("", rewritten).ok()?;
    let Checked { problems, .. } = check(&env, &template, protected);
    let source = Source::new(&env, rewritten);
    let mut tags = source.tags();
    tags.sort_by_key(|tag| tag.number);
    tags.into_iter().find_map(|tag| {
        let is_public = tag::parts(tag.arguments).iter().any(|part| part.option == Some("public"));
        problems.get(&tag.number).filter(|_| !is_public).map(|problem| (tag.line, problem.clone()))
    })
}
