//! A stored response that a 304 confirms (RFC 9111, 4.3.4).

use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, HeaderName};

use super::remove_unstorable;
use crate::http::Validators;

/// Fields that describe the stored bytes, which a 304 does not send.
const OF_THE_BODY: [HeaderName; 3] = [CONTENT_LENGTH, CONTENT_ENCODING, CONTENT_RANGE];

/// Whether a 304 is about the stored response. One without validators is the answer to the tag that was sent.
pub(in crate::http) fn is_confirmed_by(stored: &HeaderMap, not_modified: &HeaderMap) -> bool {
    let (stored, sent) = (Validators::of(stored), Validators::of(not_modified));
    match (&stored.etag, &sent.etag) {
        (Some(stored), Some(sent)) => stored.matches_weakly(sent),
        _ => {
            sent.last_modified.is_none() || stored.last_modified.is_none() || stored.last_modified == sent.last_modified
        }
    }
}

/// Replaces the fields of a stored response by those of a 304.
pub(in crate::http) fn update(stored: &mut HeaderMap, not_modified: &HeaderMap) {
    let mut newer = not_modified.clone();
    remove_unstorable(&mut newer);
    for name in OF_THE_BODY {
        newer.remove(name);
    }
    for name in newer.keys() {
        stored.remove(name);
    }
    stored.extend(newer);
}
