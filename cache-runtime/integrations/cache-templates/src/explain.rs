//! What has become of the fragments of a page: for observers, and as comments around them, which can be replaced.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use cache_runtime::Cache;

/// What has become of a fragment of a page.
///
/// The adapter's `observe` passes it to your function.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FragmentEvent<'a> {
    /// The template that has the tag.
    pub template: &'a str,
    /// The line of the tag.
    pub line: usize,
    /// The key under which the fragment is stored.
    pub key: &'a str,
    /// Whether it was stored, or rendered now.
    pub outcome: Outcome,
}

impl<'a> FragmentEvent<'a> {
    /// What an adapter tells.
    pub fn new(template: &'a str, line: usize, key: &'a str, outcome: Outcome) -> Self {
        FragmentEvent { template, line, key, outcome }
    }
}

/// Whether a fragment was stored, or rendered now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was stored, or somebody else has just rendered it.
    Hit,
    /// It was rendered.
    Rendered,
}

type Observer = Arc<dyn Fn(&FragmentEvent<'_>) + Send + Sync>;

/// Whom the tags tell about fragments.
#[derive(Clone, Default)]
pub struct Explainer {
    observers: Vec<Observer>,
    /// Whether pages have comments around fragments.
    pub writes_comments: bool,
}

impl Explainer {
    /// Adds a function that is called for each fragment that was shown.
    pub fn observe(&mut self, observer: impl Fn(&FragmentEvent<'_>) + Send + Sync + 'static) {
        self.observers.push(Arc::new(observer));
    }

    /// Whether anybody looks. Otherwise no event need be made.
    pub fn is_on(&self) -> bool {
        self.writes_comments || !self.observers.is_empty()
    }

    /// Tells the observers of a fragment, and returns it as the page shows it: in HTML perhaps with comments.
    pub fn shown<'h>(&self, html: &'h str, event: &FragmentEvent<'_>, is_html: bool, cache: &Cache) -> Cow<'h, str> {
        self.observers.iter().for_each(|observer| observer(event));
        if self.writes_comments && is_html { commented(html, event, cache).into() } else { html.into() }
    }

    /// What is stored of rendered HTML: the comments of inner fragments are not.
    pub fn stored(&self, html: &str) -> String {
        if self.writes_comments { without_comments(html) } else { html.to_owned() }
    }
}

impl fmt::Debug for Explainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explainer").field("writes_comments", &self.writes_comments).finish_non_exhaustive()
    }
}

const OPEN: &str = "<!--[cache] ";
const CLOSE: &str = "<!--[/cache]-->";
const END: &str = " -->";

/// Puts comments around a fragment.
fn commented(html: &str, event: &FragmentEvent<'_>, cache: &Cache) -> String {
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
fn without_comments(html: &str) -> String {
    replace(html, |_| String::new(), "")
}

/// What a comment around a fragment says, which the adapter's `explain` has written.
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

/// Replaces the comments around fragments, which the adapter's `explain` has written, so that a page shows its fragments.
///
/// `open` returns what stands before a fragment, and `close` stands behind it. They are HTML, so escape the key.
///
/// ```
/// use cache_templates::explain::{Explanation, replace_explanations};
///
/// let page = "<!--[cache] hit, 61 s old: menu.html:1 menu --><nav></nav><!--[/cache]-->";
/// let open = |fragment: &Explanation| format!("<div title='{}'>", fragment.key);
/// assert_eq!(replace_explanations(page, open, "</div>"), "<div title='menu'><nav></nav></div>");
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
