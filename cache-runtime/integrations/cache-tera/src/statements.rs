//! Writes `cache` tags as statements that Tera has, on the same lines.
//!
//! ```text
//! {% cache card %}…{% endcache %}
//! {% for __cache_1 in __cache_begin(template="card.html", number=1, line=1, key=card) %}{% if __cache_1.hit %}
//!     {{ __cache_1.html }}{% else %}{% set __body_1 %}…{% endset %}
//!     {{ __cache_end(tag=__cache_1, body=__body_1) }}{% endif %}{% endfor %}
//! ```
//!
//! A loop of one round is what Tera has as a scope: it keeps what the body sets from being seen behind it, since after a hit
//! it would not be.

use cache_templates::rewrite::{Place, Statements, Words};
use cache_templates::tag;

pub(crate) const BEGIN: &str = "__cache_begin";
pub(crate) const EACH: &str = "__cache_each";
pub(crate) const END: &str = "__cache_end";

/// The statements of a template of this name.
pub(crate) struct InTemplate<'n>(pub(crate) &'n str);

impl Statements for InTemplate<'_> {
    fn begin(&self, place: &Place<'_>, words: &Words<'_>) -> String {
        let Place { number, line, left, right, head, .. } = place;
        let ((open, close), (show, shown)) = (place.syntax.statement, place.syntax.expression);
        let name = self.0.replace('\\', "\\\\").replace('"', "\\\"");
        let at = format!("template=\"{name}\", number={number}, line={line}");
        let slot = match words {
            Words::One { arguments } => {
                format!("{open}{left}{head}for __cache_{number} in {BEGIN}({at}, {}) {close}", one(arguments))
            }
            Words::Each { target, list } => format!(
                "{open}{left}{head}for __cache_{number} in {EACH}({at}, {}) {close}{open} set {target} = \
                 __cache_{number}.item {close}",
                named("list", list)
            ),
        };
        format!(
            "{slot}{open} if __cache_{number}.hit {close}{show} __cache_{number}.html {shown}{open} else {close}{open} set \
             __body_{number} {right}{close}"
        )
    }

    fn end(&self, place: &Place<'_>, _is_list: bool, rest: &str) -> String {
        let Place { number, left, right, head, .. } = place;
        let ((open, close), (show, shown)) = (place.syntax.statement, place.syntax.expression);
        format!(
            "{open}{left}{head}endset {close}{show} {END}(tag=__cache_{number}, body=__body_{number}) \
             {shown}{open} endif {close}{open} endfor {rest}{right}{close}"
        )
    }

    fn refused_statement(&self, word: &str) -> Option<&'static str> {
        (word == "set_global").then_some("it is not set after a hit: write `set`, or put it before the tag")
    }

    fn refused_name(&self, name: &str, _next: &str, is_in_loop: bool) -> Option<&'static str> {
        let is_outside = name == "loop" && !is_in_loop;
        is_outside.then_some(
            "it is the loop around the tag, and stale once the items move: write `{% set index = loop.index %}` before the tag, \
             and put `index` into the key",
        )
    }
}

/// The arguments of a tag by name. Tera has no tuples: `(card, user.id)` becomes a list that is marked as one.
fn one(arguments: &str) -> String {
    let key = tag::parts(arguments)[0].text;
    let inside = key.trim().strip_prefix('(').and_then(|key| key.strip_suffix(')'));
    match inside.filter(|inside| is_balanced(inside)) {
        Some(inside)
            if inside.trim().is_empty() || tag::parts(inside).len() > 1 || inside.trim_end().ends_with(',') =>
        {
            format!("is_tuple=true, key=[{}]{}", inside.trim_end().trim_end_matches(','), options(arguments, key))
        }
        _ => named("key", arguments),
    }
}

/// Whether a bracket is closed only after it was opened: not so in `a), (b`.
fn is_balanced(code: &str) -> bool {
    let mut depth = 0_isize;
    cache_templates::scanner::tokens(code).iter().all(|token| {
        depth += match token.text {
            "(" | "[" | "{" => 1,
            ")" | "]" | "}" => -1,
            _ => 0,
        };
        depth >= 0
    })
}

/// The first argument by name, and the options as they are.
fn named(name: &str, arguments: &str) -> String {
    let first = tag::parts(arguments)[0].text;
    format!("{name}={first}{}", options(arguments, first))
}

/// The options, with the comma before them.
fn options<'a>(arguments: &'a str, first: &str) -> &'a str {
    arguments[first.len()..].trim_end().trim_end_matches(',')
}
