//! What an observer is told about fragments.

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
