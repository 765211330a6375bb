//! What `filter_fn` makes of the filter: a builder, whose methods Askama calls.
#![expect(missing_docs, clippy::missing_errors_doc, reason = "the macro documents nothing; `filters` does")]

use std::fmt::{Display, Write};

use askama::filters::Safe;

use crate::filters::{Shown, fragment};
use crate::{FragmentKey, FragmentPrefix, Tags, values};

/// An option that is not given.
const NOT_GIVEN: u64 = u64::MAX;

#[expect(clippy::too_many_arguments, reason = "Askama passes the arguments of a filter one by one")]
#[askama::filter_fn]
pub fn cached<T: Display, P: FragmentPrefix, K: FragmentKey>(
    block: T,
    values: &dyn askama::Values,
    prefix: P,
    key: K,
    #[optional(NOT_GIVEN)] expires_in: u64,
    #[optional(NOT_GIVEN)] race_ttl: u64,
    #[optional("")] version: &str,
    #[optional(&[] as &[&str; 0])] tags: &dyn Tags,
    #[optional(&"")] vary: &dyn Display,
) -> askama::Result<Safe<Shown>> {
    let cache = values::cache(values);
    let mut fragment = fragment(&cache, &prefix, &key, &vary.to_string());
    if expires_in != NOT_GIVEN {
        fragment = fragment.expires_in(expires_in);
    }
    if race_ttl != NOT_GIVEN {
        fragment = fragment.race_ttl(race_ttl);
    }
    if !version.is_empty() {
        fragment = fragment.version(version);
    }
    let tags = tags.texts();
    if !tags.is_empty() {
        fragment = fragment.tags(tags);
    }
    let rendered = fragment.try_render(|| {
        let mut html = String::new();
        write!(html, "{block}").map(|()| html)
    });
    Ok(Safe(Shown(rendered.ok())))
}
