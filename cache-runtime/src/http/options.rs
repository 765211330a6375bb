//! The options that both caches have, and what is stored, by hand: written once.

/// Writes the common methods of a cache that holds an `engine`.
macro_rules! common_methods {
    ($Cache:ident) => {
        /// Options: each takes the cache and returns it with the option.
        impl $Cache {
            /// Sets the size of the largest body that is stored, in bytes: 1 MiB without this.
            ///
            /// A larger one passes through. Of it no more than this is in memory at any time.
            ///
            #[doc = example!($Cache, ".max_body(64 * 1024)")]
            #[must_use]
            pub fn max_body(self, bytes: usize) -> Self {
                self.with(|settings| settings.max_body = bytes)
            }

            /// Guesses for how long a response is fresh that does not say it, up to a bound.
            ///
            /// The guess is a tenth of the time since its `Last-Modified`, as RFC 9111, 4.2.2 suggests. Without this option
            /// such a response is validated before each use.
            ///
            #[doc = example!($Cache, ".heuristic(600)")]
            #[must_use]
            pub fn heuristic(self, at_most: impl Into<Ttl>) -> Self {
                self.with(|settings| settings.rules.heuristic = Some(seconds(at_most.into())))
            }

            /// Serves a stale response for this long after its lifetime while it is validated in the background.
            ///
            /// It is for responses that do not say so themselves, by `stale-while-revalidate`. What says `must-revalidate`,
            /// `s-maxage` or `no-cache` is not served stale.
            ///
            #[doc = example!($Cache, ".stale_while_revalidate(30)")]
            #[must_use]
            pub fn stale_while_revalidate(self, window: impl Into<Ttl>) -> Self {
                self.with(|settings| settings.rules.stale_while_revalidate = seconds(window.into()))
            }

            /// Serves a stale response for this long after its lifetime if the origin fails: with an error, or with a status
            /// of 500, 502, 503 or 504.
            ///
            /// It is for responses that do not say so themselves, by `stale-if-error`. What says `must-revalidate`,
            /// `s-maxage` or `no-cache` is not served stale.
            ///
            #[doc = example!($Cache, ".stale_if_error(86_400)")]
            #[must_use]
            pub fn stale_if_error(self, window: impl Into<Ttl>) -> Self {
                self.with(|settings| settings.rules.stale_if_error = seconds(window.into()))
            }

            /// Sets the name of this cache in the field `Cache-Status`: `cache-runtime` without this.
            ///
            /// The field says what the cache did (RFC 9211): `shop; hit; ttl=57`. A name that is no token is put into quotes.
            ///
            #[doc = example!($Cache, ".name(\"shop\")")]
            #[must_use]
            pub fn name(self, name: &str) -> Self {
                self.with(|settings| settings.name = item(name))
            }
        }

        /// What is stored, by hand.
        impl $Cache {
            /// Deletes what is stored of a URL: every response, whatever fields selected it.
            ///
            /// It is written as `https://shop.example/cards/7`, exactly as clients ask for it, or without the scheme.
            ///
            #[doc = async_example!($Cache, "assert!(!responses.purge(\"https://shop.example/cards/7\").await?);")]
            ///
            /// # Errors
            ///
            /// If the text is no URL with a host, or if the store fails.
            pub async fn purge(&self, url: &str) -> Result<bool> {
                self.engine.purge(&target(url)?).await
            }

            /// Deletes all responses.
            ///
            #[doc = async_example!($Cache, "assert_eq!(responses.clear().await?, 0);")]
            ///
            /// # Errors
            ///
            /// If the store fails.
            pub async fn clear(&self) -> Result<u64> {
                self.engine.clear().await
            }

            fn with(self, set: impl FnOnce(&mut Settings)) -> Self {
                $Cache { engine: Arc::new(self.engine.with(set)) }
            }
        }

        impl fmt::Debug for $Cache {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($Cache)).field("settings", self.engine.settings()).finish_non_exhaustive()
            }
        }
    };
}

/// An example of an option.
macro_rules! example {
    ($Cache:ident, $option:literal) => {
        concat!(
            "```\nuse cache_runtime::{Cache, http::",
            stringify!($Cache),
            "};\n\nlet responses = ",
            stringify!($Cache),
            "::new(&Cache::memory())",
            $option,
            ";\n```"
        )
    };
}

/// An example of a method that is awaited.
macro_rules! async_example {
    ($Cache:ident, $line:literal) => {
        concat!(
            "```\n# #[tokio::main(flavor = \"current_thread\")]\n# async fn main() -> cache_runtime::Result<()> {\n",
            "# let responses = cache_runtime::http::",
            stringify!($Cache),
            "::new(&cache_runtime::Cache::memory());\n",
            $line,
            "\n# Ok(())\n# }\n```"
        )
    };
}

pub(super) use {async_example, common_methods, example};

use super::caching::Target;
use crate::{Error, ErrorKind, Result, Ttl};

/// Whole seconds, as the directives of `Cache-Control` count.
pub(super) fn seconds(ttl: Ttl) -> u64 {
    match ttl {
        Ttl::After(duration) => duration.as_secs(),
        Ttl::Never => u64::MAX,
    }
}

/// A text as an item of structured fields: a token as it is, and anything else in quotes.
pub(super) fn item(text: &str) -> String {
    let is_token = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '*')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:/".contains(&byte));
    if is_token {
        return text.to_owned();
    }
    let printable = text.chars().filter(|character| matches!(character, ' '..='~'));
    let escaped: String =
        printable.flat_map(|c| [Some('\\').filter(|_| matches!(c, '"' | '\\')), Some(c)]).flatten().collect();
    format!("\"{escaped}\"")
}

pub(super) fn target(url: &str) -> Result<Target> {
    let invalid = || Error::new(ErrorKind::Key, format!("`{url}` is no URL; write `https://host/path`"));
    let url = url.strip_prefix("//").unwrap_or(url);
    // Without a scheme a host and a path are no URI.
    let uri = if url.contains("://") { url.parse() } else { format!("http://{url}").parse() };
    let uri: http::Uri = uri.map_err(|_| invalid())?;
    Target::of(&uri, &http::HeaderMap::new()).ok_or_else(invalid)
}
