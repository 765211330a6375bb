//! HTTP caching on the types of the [`http`](https://docs.rs/http) crate, with the feature `http`.
//!
//! - [`FreshWhen`] says when a page is fresh, and answers a browser that has it with 304 before it is rendered. The crates
//!   cache-axum and cache-actix call it for handlers: see the [guide](crate::guide::conditional_get).
//! - [`Preconditions`] compares what a client has with what the server has: the answer is 304, 412, or the page.
//! - [`CacheControl`] writes the field `Cache-Control`, and [`Directives`] reads one that was received.
//! - [`ResponseCache`] stores the responses of a server, and [`ClientCache`] those that a client gets: tower layers.
//! - [`ConditionalGet`], [`WeakETags`] and [`NoStoreOnErrors`] finish responses: tower layers, too.
//!
//! ```
//! use cache_runtime::http::{ETag, Preconditions, Validators, Verdict};
//! use http::{HeaderMap, HeaderValue, Method, header::IF_NONE_MATCH};
//!
//! let mut headers = HeaderMap::new();
//! headers.insert(IF_NONE_MATCH, HeaderValue::from_static("\"v1\", \"v2\""));
//!
//! let current = Validators::new().etag(ETag::parse(b"\"v2\"").unwrap());
//! assert_eq!(Preconditions::new(&Method::GET, &headers).evaluate(&current), Verdict::NotModified);
//! ```
//!
//! Whatever bytes a client sends, nothing here fails or panics, and a list of entity tags is compared without being
//! collected.

mod body;
mod cache_control;
mod cached_service;
mod caching;
mod client_cache;
mod collect;
mod date;
mod do_not_store;
mod early_response;
mod engine;
mod etag;
mod fresh_when;
mod layers;
mod not_modified;
mod options;
mod preconditions;
mod response_cache;
mod validators;

use ::http::HeaderMap;
use ::http::header::HeaderName;

pub use self::body::CachedBody;
pub use self::cache_control::{CacheControl, Directives, set_cache_control};
pub use self::cached_service::CachedService;
pub use self::client_cache::ClientCache;
pub use self::date::HttpDate;
pub use self::do_not_store::DoNotStore;
pub use self::early_response::EarlyResponse;
pub use self::etag::ETag;
pub use self::fresh_when::{ETagSeed, Fresh, FreshWhen};
pub use self::layers::{ConditionalGet, Finished, NoStoreOnErrors, WeakETags};
pub use self::preconditions::{Preconditions, Verdict};
pub use self::response_cache::ResponseCache;
pub use self::validators::Validators;

/// The value of a field that may be there once. Two make none: nobody knows which one is meant.
fn only_value(headers: &HeaderMap, name: HeaderName) -> Option<&[u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes())
}
