//! The comments around fragments, and what can be put in their place.

use std::fmt::Write as _;
use std::time::Duration;

use cache_runtime::Cache;

use crate::event::{FragmentEvent, Outcome};

const OPEN: &str = "<!--[cache] ";
const CLOSE: &str = "<!--[/cache]-->";
const END: &str = " -->";

/// Puts comments around a fragment.
pub(crate) fn commented(html: &str, event: &FragmentEvent<'_>, cache: &Cache) -> String {
    let mut out = String::with_capacity(html.len() + 200);
    let FragmentEvent { template, line, key, outcome } = event;
    let age = match outcome {
        Outcome::Hit => cache.age(key).ok().flatten().map(|age| format!(", {} old", readable(age))),
        Outcome::Rendered => None,
    };
    let (word, age) = (word(*outcome), age.unwrap_or_default());
    let inside = format!("{word}{age}: {template}:{line} {key}").replace("--", "-\u{2011}").replace('>', "&gt;");
    let written = write!(out, "{OPEN}{inside}{END}{html}{CLOSE}");
    debug_assert!(written.is_ok(), "a text can be written to");
    out
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Hit => "hit",
        Outcome::Rendered => "rendered",
    }
}

fn readable(age: Duration) -> String {
    match age.as_secs() {
        0 => format!("{} ms", age.as_millis()),
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ ..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

/// Removes the comments of inner fragments, which would otherwise be stored with the outer one.
pub(crate) fn without_comments(html: &str) -> String {
    replace(html, |_| String::new(), "")
}

/// What a comment of [`CacheTag::explain`](crate::CacheTag::explain) says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// Whether the fragment was stored, or rendered now.
    pub outcome: Outcome,
    /// How long ago it was stored, such as `61 s`. `None` if it was rendered now, or if the store does not know.
    pub age: Option<String>,
    /// The template that has the tag.
    pub template: String,
    /// The line of the tag.
    pub line: usize,
    /// The key under which the fragment is stored.
    pub key: String,
}

/// Replaces the comments of [`CacheTag::explain`](crate::CacheTag::explain) in a page, so that it shows its fragments.
///
/// `open` returns what stands before a fragment, and `close` stands behind it. They are HTML, so escape the key.
///
/// ```
/// use cache_minijinja::{CacheTag, replace_explanations};
/// use cache_runtime::Cache;
/// use minijinja::{Environment, HtmlEscape};
///
/// let mut env = Environment::new();
/// let tag = CacheTag::new(&Cache::memory()).explain(true);
/// tag.install(&mut env, |_: &str| Ok(Some("{% cache 'menu' %}<nav></nav>{% endcache %}")));
///
/// let page = env.get_template("menu.html")?.render(())?;
/// let open = |fragment: &cache_minijinja::Explanation| format!("<div title='{}'>", HtmlEscape(&fragment.key));
/// assert_eq!(replace_explanations(&page, open, "</div>"), "<div title='menu'><nav></nav></div>");
/// # Ok::<(), minijinja::Error>(())
/// ```
#[must_use = "it returns the page"]
pub fn replace_explanations(html: &str, mut open: impl FnMut(&Explanation) -> String, close: &str) -> String {
    replace(html, |inside| Explanation::read(inside).map(|explanation| open(&explanation)).unwrap_or_default(), close)
}

impl Explanation {
    fn read(inside: &str) -> Option<Self> {
        let inside = inside.replace("&gt;", ">").replace("-\u{2011}", "--");
        let (how, rest) = inside.split_once(": ")?;
        let (word, age) = how.split_once(", ").map_or((how, None), |(word, age)| (word, age.strip_suffix(" old")));
        let outcome = [Outcome::Hit, Outcome::Rendered].into_iter().find(|outcome| self::word(*outcome) == word)?;
        // The name of a template may have blanks and colons, too.
        let (template, line, key) = rest.match_indices(' ').find_map(|(at, _)| {
            let (template, line) = rest[..at].rsplit_once(':')?;
            Some((template.to_owned(), line.parse().ok()?, rest[at + 1..].to_owned()))
        })?;
        Some(Explanation { outcome, age: age.map(str::to_owned), template, line, key })
    }
}

fn replace(html: &str, mut open: impl FnMut(&str) -> String, close: &str) -> String {
    let html = html.replace(CLOSE, close);
    let mut parts = html.split(OPEN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inside, rest) = part.split_once(END).unwrap_or(("", part));
        out.push_str(&open(inside));
        out.push_str(rest);
    }
    out
}
