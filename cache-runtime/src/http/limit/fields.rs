//! What a response says about a limit: `Retry-After`, `RateLimit` and `RateLimit-Policy`.

use std::fmt::Write;
use std::time::Duration;

use http::header::{CACHE_CONTROL, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::http::EarlyResponse;
use crate::limit::{Decision, LimitState, RateLimited};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The longest `Retry-After`: a day, also for what will never pass.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Writes the fields `RateLimit` and `RateLimit-Policy` of a decision, as the draft "RateLimit header fields for HTTP" has them.
///
/// ```
/// use cache_runtime::Cache;
/// use cache_runtime::http::write_limit_fields;
/// use cache_runtime::limit::RateLimiter;
/// use http::HeaderMap;
///
/// let decision = RateLimiter::new(&Cache::memory(), "search").to(10).within(60).check("ada")?;
/// let mut headers = HeaderMap::new();
/// write_limit_fields(&decision, &mut headers);
/// assert_eq!(headers["ratelimit-policy"], "\"search\";q=10;w=60");
/// assert_eq!(headers["ratelimit"], "\"search\";r=9;t=60");
/// # Ok::<(), cache_runtime::Error>(())
/// ```
pub fn write_limit_fields(decision: &Decision, headers: &mut HeaderMap) {
    let (mut state, mut policy) = (String::new(), String::new());
    for limit in decision.limits() {
        let separator = if state.is_empty() { "" } else { ", " };
        let LimitState { limit: quota, within, remaining, .. } = limit;
        let name = name(&limit.name);
        let resets = if limit.retry_after.is_zero() { limit.reset_after } else { limit.retry_after };
        let _ = write!(state, "{separator}{name};r={remaining};t={}", seconds(resets));
        let _ = write!(policy, "{separator}{name};q={quota};w={}", seconds(*within));
    }
    for (field, text) in [(RATE_LIMIT, state), (RATE_LIMIT_POLICY, policy)] {
        // The names have no characters that a field cannot have.
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(field, value);
        }
    }
}

/// A name as a string of structured fields, which has ASCII characters only.
fn name(name: &str) -> String {
    let plain = name.chars().map(|char| if matches!(char, ' '..='~') { char } else { '?' });
    let mut text = String::from('"');
    for char in plain {
        if matches!(char, '"' | '\\') {
            text.push('\\');
        }
        text.push(char);
    }
    text + "\""
}

/// Rounded up: who waits so long passes.
fn seconds(duration: Duration) -> u64 {
    let seconds = duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0));
    // The largest whole number of structured fields.
    seconds.min(999_999_999_999_999)
}

/// 429, or 503 if the limit could not be checked.
impl From<RateLimited> for EarlyResponse {
    fn from(refused: RateLimited) -> Self {
        EarlyResponse::from(&refused)
    }
}

/// 429, or 503 if the limit could not be checked.
impl From<&RateLimited> for EarlyResponse {
    fn from(refused: &RateLimited) -> Self {
        let mut headers = HeaderMap::new();
        let status = match refused.decision() {
            Some(decision) => {
                write_limit_fields(decision, &mut headers);
                StatusCode::TOO_MANY_REQUESTS
            }
            None => StatusCode::SERVICE_UNAVAILABLE,
        };
        headers.insert(RETRY_AFTER, seconds(refused.retry_after().min(LONGEST)).max(1).into());
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        EarlyResponse::refused(status, headers)
    }
}
