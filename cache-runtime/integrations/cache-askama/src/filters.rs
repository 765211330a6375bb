//! The filter. Askama looks for filters in a module `filters` beside the template: `use cache_askama::filters;`, or
//! `pub use cache_askama::filters::cached;` in a module of your own.

use std::fmt::{self, Display, Write};

use cache_runtime::model::{KeySource, key_for_all};
use cache_runtime::{Cache, Fragment};
use cache_templates::hash::{hash, mix};

use crate::{FragmentKey, FragmentPrefix};

/// Shows the block, which is evaluated only if it is not stored: `{% filter cached("cards/show", card) %}…{% endfilter %}`.
///
/// The [crate's page](crate) describes prefixes, keys and options. Another option, and a key of another type, do not compile:
///
/// ```compile_fail,E0599
/// use cache_askama::filters;
///
/// #[derive(askama::Template)]
/// #[template(ext = "html", source = r#"{% filter cached("page", "menu", expire = 300) %}{% endfilter %}"#)]
/// struct Page;
/// ```
///
/// ```compile_fail,E0277
/// use cache_askama::filters;
///
/// #[derive(askama::Template)]
/// #[template(ext = "html", source = r#"{% filter cached("page", number) %}{% endfilter %}"#)]
/// struct Page {
///     number: u32,
/// }
/// ```
///
/// # Errors
///
/// Those of the block. Nothing is stored then.
pub use crate::filter::cached;

pub(crate) fn fragment(cache: &Cache, prefix: &impl FragmentPrefix, key: &impl FragmentKey, vary: &str) -> Fragment {
    let text = prefix.text();
    let key = key.key_with(&text);
    let (alone, varied) = ([&key as &dyn KeySource], [&key as &dyn KeySource, &vary]);
    let all = if vary.is_empty() { &alone[..] } else { &varied };
    // Among others a text that has capital letters gets a hash. So `Bob` never sees what was rendered for `bob`.
    let exact = key_for_all("", varied);
    let digest = match prefix.digest() {
        // A text that is its own key and nothing else: `cache.get` finds it.
        0 if exact.strip_suffix('+') == Some(&key) => 0,
        digest => mix(hash(0, &exact), digest) | 1,
    };
    cache.fragment(&text, &key_for_all(&text, all.iter().copied())).digest(digest)
}

/// What a filter shows: what was stored or rendered.
///
/// After an error of the block it fails, so that Askama returns the block's own error.
#[derive(Debug)]
pub struct Shown(pub(crate) Option<String>);

impl Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().ok_or(fmt::Error)?)
    }
}

impl askama::FastWritable for Shown {
    fn write_into(&self, dest: &mut dyn Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(dest.write_str(self.0.as_deref().ok_or(fmt::Error)?)?)
    }
}
