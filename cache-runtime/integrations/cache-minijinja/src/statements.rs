//! Rewrites `cache` tags into statements that minijinja has, on the same lines.
//!
//! ```text
//! {% cache card %}…{% endcache %}
//! {% with __cache_1 = __cache_begin(PLACE, HASH, card) %}{% if __cache_1.hit %}{{ __cache_1.html }}{% else %}{% set __body_1 %}…
//!     …{% endset %}{{ __cache_end(__cache_1, __body_1) }}{% endif %}{% endwith %}
//! ```
//!
//! The body stays in the template's own scope, so that includes, `super()` and loop variables work in it. `with` keeps what
//! the body sets from being seen behind it, since after a hit it would not be.

use cache_templates::mistake::Mistake;
use cache_templates::rewrite::{self, Place, Statements, Words};
use minijinja::Error;
use minijinja::syntax::SyntaxConfig;

use crate::error::in_template;
use crate::functions::packed;
use crate::names::{Names, PROTECTED};
use crate::syntax::syntax as delimiters;
use crate::{names, originals};

pub(crate) const BEGIN: &str = "__cache_begin";
pub(crate) const EACH: &str = "__cache_each";
pub(crate) const END: &str = "__cache_end";

/// Rewrites the tags of a source, for `add_template` and `render_str`.
///
/// A loader that [`install`](crate::install) has installed does this for each template. The usual variables are protected;
/// [`CacheTag::rewrite`](crate::CacheTag::rewrite) protects those of its settings.
///
/// ```
/// use cache_runtime::Cache;
/// use minijinja::Environment;
///
/// let mut env = Environment::new();
/// cache_minijinja::install(&mut env, &Cache::memory(), cache_minijinja::no_loader);
/// let source = cache_minijinja::rewrite("menu.html", "{% cache 'menu' %}<nav>{% endcache %}", env.syntax())?;
/// env.add_template_owned("menu.html", source)?;
/// assert_eq!(env.get_template("menu.html")?.render(())?, "<nav>");
/// # Ok::<(), minijinja::Error>(())
/// ```
///
/// # Errors
///
/// If the tags are unbalanced, have unknown options, enclose what cannot be in a fragment, or read variables that are usually
/// protected, which their keys do not name (see [`CacheTag::protect`](crate::CacheTag::protect)). The error has the name of the
/// template and the line.
pub fn rewrite(name: &str, source: &str, syntax: &SyntaxConfig) -> Result<String, Error> {
    rewrite_protected(name, source, syntax, &PROTECTED.map(str::to_owned).into())
}

/// The same with other variables that are protected.
pub(crate) fn rewrite_protected(
    name: &str,
    source: &str,
    syntax: &SyntaxConfig,
    protected: &Names,
) -> Result<String, Error> {
    let in_template = |mistake: Mistake| in_template(mistake, name, source);
    let rewritten = rewritten(source, syntax).map_err(in_template)?;
    // A template that the environment does not have is not checked when it is rendered.
    match names::first_problem(&rewritten, syntax, protected) {
        Some(problem) => Err(in_template(Mistake::in_line(source, problem))),
        None => Ok(rewritten),
    }
}

/// The same for a loader, whose templates are checked when they are rendered.
pub(crate) fn rewrite_loaded(name: &str, source: &str, syntax: &SyntaxConfig) -> Result<String, Error> {
    rewritten(source, syntax).map_err(|mistake| in_template(mistake, name, source))
}

/// The same, without the name.
fn rewritten(source: &str, syntax: &SyntaxConfig) -> Result<String, Mistake> {
    let rewritten = rewrite::rewrite(source, delimiters(syntax), &Minijinja)?;
    if rewritten.tags > 0 {
        originals::keep(&rewritten.source, source);
    }
    Ok(rewritten.source)
}

struct Minijinja;

impl Statements for Minijinja {
    fn begin(&self, place: &Place<'_>, words: &Words<'_>) -> String {
        let Place { number, hash, left, right, head, .. } = place;
        let ((open, close), (show, shown)) = (place.syntax.statement, place.syntax.expression);
        let at = packed(place.line, *number);
        let slot = match words {
            Words::One { arguments } => {
                format!("{open}{left}{head}with __cache_{number} = {BEGIN}({at},{hash},{arguments}) {close}")
            }
            Words::Each { target, list } => {
                let is_bare = target.contains(',') && !target.starts_with('(');
                let target = if is_bare { format!("({target})") } else { (*target).to_owned() };
                format!(
                    "{open}{left}{head}for __cache_{number} in {EACH}({at},{hash},{list}) {close}{open} with {target} = \
                     __cache_{number}.item {close}"
                )
            }
        };
        format!(
            "{slot}{open} if __cache_{number}.hit {close}{show} __cache_{number}.html {shown}{open} else {close}{open} set \
             __body_{number} {right}{close}"
        )
    }

    fn end(&self, place: &Place<'_>, is_list: bool, rest: &str) -> String {
        let Place { number, left, right, head, .. } = place;
        let ((open, close), (show, shown)) = (place.syntax.statement, place.syntax.expression);
        let last = if is_list { format!("{close}{open} endfor {right}{close}") } else { format!("{right}{close}") };
        format!(
            "{open}{left}{head}endset {close}{show} {END}(__cache_{number}, __body_{number}) {shown}{open} endif {close}{open} \
             endwith {rest}{last}"
        )
    }

    /// What a fragment would take from whoever renders it first.
    fn refused_name(&self, name: &str, next: &str, _is_in_loop: bool) -> Option<&'static str> {
        match (name, next) {
            ("self", "." | "[") => Some("a template that overrides the block would be served this fragment"),
            ("caller", "(") => Some("the key does not know what the caller passes"),
            _ => None,
        }
    }
}
