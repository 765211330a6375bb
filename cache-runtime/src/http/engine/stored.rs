//! What is stored: responses, and of URLs with several of them, what selects one.

use std::hash::{BuildHasher, RandomState};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::http::caching::{Freshness, Selection};

/// What is stored under a key, or handed to those who wait for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Stored {
    Response(StoredResponse),
    /// The URL has several responses, each under a key of its own.
    Index(Index),
    /// The origin's answer is for one request alone. Not stored.
    Unsharable,
    /// The origin has failed, and the stale response may be served. Not stored.
    Unchanged,
}

/// A whole response.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredResponse {
    status: u16,
    #[serde(serialize_with = "write_headers", deserialize_with = "read_headers")]
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) freshness: Freshness,
}

/// How the responses of a URL are told apart.
///
/// Their keys contain the number of the index. So whoever removes the index has removed them all, also those that somebody
/// is about to store.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Index {
    number: u64,
    pub(super) selection: Selection,
}

impl StoredResponse {
    pub(super) fn new(status: StatusCode, headers: HeaderMap, body: Bytes, freshness: Freshness) -> Self {
        StoredResponse { status: status.as_u16(), headers, body, freshness }
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK)
    }
}

impl Index {
    /// An index with a number that nobody can guess and that no other one has.
    pub(super) fn new(selection: Selection) -> Self {
        Index { number: RandomState::new().hash_one(std::time::SystemTime::now()), selection }
    }

    /// The key of the response that is selected by a request.
    pub(super) fn key(&self, url: &str, request: &HeaderMap) -> String {
        format!("{url} {:016x} {}", self.number, self.selection.hash(request))
    }
}

fn write_headers<S: Serializer>(headers: &HeaderMap, serializer: S) -> Result<S::Ok, S::Error> {
    let fields = headers.iter().map(|(name, value)| (name.as_str(), Raw(value.as_bytes())));
    serializer.collect_seq(fields)
}

/// What is no field is left out, so that the layout of the type can be traced with values that are none.
fn read_headers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HeaderMap, D::Error> {
    let fields = Vec::<(String, Bytes)>::deserialize(deserializer)?;
    let mut headers = HeaderMap::with_capacity(fields.len());
    for (name, value) in fields {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_maybe_shared(value)) {
            headers.append(name, value);
        }
    }
    Ok(headers)
}

/// Bytes as bytes, and not as a list of numbers.
struct Raw<'a>(&'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}
