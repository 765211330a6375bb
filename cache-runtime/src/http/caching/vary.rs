//! Which fields of a request select a response, and what a request says in them.

use http::header::{ACCEPT_CHARSET, ACCEPT_ENCODING, ACCEPT_LANGUAGE, FORWARDED, HeaderName, VARY};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::fields::list;

/// More names than this are as good as `*`: no two requests would agree in all of them.
const MOST_NAMES: usize = 32;

/// What a response says about the fields that selected it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) enum Vary {
    /// These fields.
    On(Selection),
    /// `*`, or something that is no list of names: no request can be known to match.
    Anything,
}

/// The names of fields that select a response: in lower case, sorted, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::http) struct Selection(Vec<String>);

impl Vary {
    pub(in crate::http) fn of(response: &HeaderMap) -> Vary {
        let lines = response.get_all(VARY).iter().map(HeaderValue::as_bytes);
        let names: Option<Vec<HeaderName>> = lines
            .flat_map(list)
            .map(|name| if name == b"*" { None } else { HeaderName::from_bytes(name).ok() })
            .collect();
        match names {
            Some(names) if names.len() <= MOST_NAMES => Vary::On(Selection::new(names)),
            _ => Vary::Anything,
        }
    }
}

impl Selection {
    pub(in crate::http) fn new(names: impl IntoIterator<Item = HeaderName>) -> Self {
        let mut names: Vec<String> = names.into_iter().map(|name| name.as_str().to_owned()).collect();
        names.sort_unstable();
        names.dedup();
        Selection(names)
    }

    pub(in crate::http) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::http) fn contains(&self, other: &Selection) -> bool {
        other.0.iter().all(|name| self.0.binary_search(name).is_ok())
    }

    /// All names of both; `None` if those are too many.
    pub(in crate::http) fn and(&self, other: &Selection) -> Option<Selection> {
        let mut names: Vec<String> = self.0.iter().chain(&other.0).cloned().collect();
        names.sort_unstable();
        names.dedup();
        (names.len() <= MOST_NAMES).then_some(Selection(names))
    }

    /// A hash of what the request says in these fields. Requests that mean the same in a field have the same hash, where the
    /// field's syntax tells.
    pub(in crate::http) fn hash(&self, request: &HeaderMap) -> String {
        let mut hash = Sha256::new();
        for name in &self.0 {
            let mut lines = request.get_all(name.as_str()).iter().peekable();
            let presence = if lines.peek().is_some() { b'=' } else { b'-' };
            let value = normalized(name, lines);
            hash.update([presence]);
            hash.update((name.len() as u64).to_le_bytes());
            hash.update(name);
            hash.update((value.len() as u64).to_le_bytes());
            hash.update(value);
        }
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The lines of a field as one list without whitespace around its members.
fn normalized<'a>(name: &str, lines: impl Iterator<Item = &'a HeaderValue>) -> Vec<u8> {
    let lines: Vec<&[u8]> = lines.map(HeaderValue::as_bytes).collect();
    let whole = lines.join(&b","[..]);
    if name == FORWARDED {
        return host_and_scheme(&whole);
    }
    // A comma in a quoted text separates nothing.
    if whole.contains(&b'"') {
        return whole;
    }
    let members: Vec<&[u8]> = list(&whole).collect();
    let normalized = members.join(&b","[..]);
    match [ACCEPT_LANGUAGE, ACCEPT_ENCODING, ACCEPT_CHARSET].iter().any(|field| field == name) {
        true => normalized.to_ascii_lowercase(),
        false => normalized,
    }
}

/// What of `Forwarded` says under which URL the client asked; the rest says who the client is, and selects nothing.
fn host_and_scheme(forwarded: &[u8]) -> Vec<u8> {
    let pairs = forwarded.split(|byte| matches!(byte, b',' | b';')).map(<[u8]>::trim_ascii);
    let named =
        pairs.map(<[u8]>::to_ascii_lowercase).filter(|pair| pair.starts_with(b"host=") || pair.starts_with(b"proto="));
    named.collect::<Vec<_>>().join(&b";"[..])
}

#[cfg(test)]
mod tests;
