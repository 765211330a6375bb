//! What an observer is told about fragments, and the comments around them.

use std::fmt::Write as _;
use std::time::Duration;

use cache_runtime::Cache;

/// What has become of a fragment of a page.
///
/// [`CacheTag::observe`](crate::CacheTag::observe) passes it to your function.
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

/// Whether a fragment was stored, or rendered now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was stored, or somebody else has just rendered it.
    Hit,
    /// It was rendered.
    Rendered,
}

const OPEN: &str = "<!--[cache] ";
const CLOSE: &str = "<!--[/cache]-->";
const END: &str = "-->";

/// Puts comments around a fragment.
pub(crate) fn commented(html: &str, event: &FragmentEvent<'_>, cache: &Cache) -> String {
    let mut out = String::with_capacity(html.len() + 200);
    let FragmentEvent { template, line, key, outcome } = event;
    let outcome = match outcome {
        Outcome::Hit => "hit",
        Outcome::Rendered => "rendered",
    };
    let age = match cache.age(key) {
        Ok(Some(age)) if outcome == "hit" => format!(", {} old", readable(age)),
        _ => String::new(),
    };
    let inside = format!("{outcome}{age}: {template}:{line} {key}").replace("--", "-\u{2011}").replace('>', "&gt;");
    let written = write!(out, "{OPEN}{inside} {END}{html}{CLOSE}");
    debug_assert!(written.is_ok(), "a text can be written to");
    out
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
    let html = html.replace(CLOSE, "");
    let mut parts = html.split(OPEN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once(END).map_or(part, |(_, rest)| rest));
    }
    out
}
