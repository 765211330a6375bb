//! Errors at a place in a source, and what a rewritten source looked like.

use cache_templates::mistake::Mistake;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind};

use crate::originals;

/// The error, with the name of the template and the line.
///
/// minijinja lets nobody set the place of an error, and sets it itself where a function fails. So a function fails at
/// this place, in a template of which all else is text.
pub(crate) fn in_template(mistake: Mistake, name: &str, source: &str) -> Error {
    let Mistake { at, message } = mistake;
    let failing = failing_at(name, &format!("{}{CALL}{}", &source[..at], &source[at..]), &message);
    // A source that contains these delimiters.
    failing
        .or_else(|| failing_at(name, &format!("{}{CALL}", "\n".repeat(source[..at].matches('\n').count())), &message))
        .unwrap_or_else(|| Error::new(ErrorKind::SyntaxError, message))
}

const CALL: &str = "\u{f8f0}cache_mistake()\u{f8f1}";

fn failing_at(name: &str, source: &str, message: &str) -> Option<Error> {
    let syntax = SyntaxConfig::builder()
        .variable_delimiters("\u{f8f0}", "\u{f8f1}")
        .block_delimiters("\u{f8f2}", "\u{f8f3}")
        .comment_delimiters("\u{f8f4}", "\u{f8f5}")
        .build();
    let mut env = Environment::empty();
    env.set_syntax(syntax.ok()?);
    let message = message.to_owned();
    env.add_function("cache_mistake", move || -> Result<String, Error> {
        Err(Error::new(ErrorKind::SyntaxError, message.clone()))
    });
    let error = env.render_named_str(name, source, ()).err()?;
    (error.line().is_some() && error.detail().is_some()).then_some(error)
}

/// Describes an error with the lines of the source as it was written, and not as the tags were rewritten.
///
/// The errors of minijinja show the rewritten source. File and line are the same in both.
///
/// ```
/// use cache_minijinja::explain;
/// use cache_runtime::Cache;
/// use minijinja::Environment;
///
/// let mut env = Environment::new();
/// cache_minijinja::install(&mut env, &Cache::memory(), |_: &str| Ok(Some("{% cache 'menu' %}\n{{ 1 / 0 }}{% endcache %}")));
/// let error = env.get_template("menu.html")?.render(()).unwrap_err();
/// let text = explain(&error);
/// assert!(text.contains("menu.html:2") && text.contains("> {{ 1 / 0 }}{% endcache %}"), "{text}");
/// # Ok::<(), minijinja::Error>(())
/// ```
pub fn explain(error: &Error) -> String {
    let mut text = String::new();
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if !text.is_empty() {
            text.push_str("\ncaused by: ");
        }
        text.push_str(&error.to_string());
        if let Some(error) = error.downcast_ref::<Error>() {
            text.push_str(&lines(error));
        }
        next = error.source();
    }
    text
}

/// The line of an error, and those around it.
fn lines(error: &Error) -> String {
    let (Some(source), Some(line)) = (error.template_source(), error.line()) else { return String::new() };
    let source = originals::of(source).map_or_else(|| source.replace(CALL, ""), |original| original.to_string());
    let numbered = source.lines().enumerate().map(|(at, text)| (at + 1, text));
    let near = numbered.filter(|(number, _)| number.abs_diff(line) <= 2);
    near.map(|(number, text)| format!("\n{number:>5} {} {text}", if number == line { '>' } else { '|' })).collect()
}
