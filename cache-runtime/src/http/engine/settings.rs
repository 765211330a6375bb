//! The settings of a cache of responses.

use http::HeaderName;

use crate::http::caching::Rules;

/// The settings of a cache of responses.
#[derive(Clone, Debug)]
pub(in crate::http) struct Settings {
    pub(in crate::http) rules: Rules,
    /// The name of the cache in `Cache-Status`.
    pub(in crate::http) name: String,
    /// The size of the largest body that is stored.
    pub(in crate::http) max_body: usize,
    /// Whether the scheme is part of the key: a client knows it, and a server often does not.
    pub(in crate::http) keeps_scheme: bool,
    /// Fields that select a response wherever a request has them, as if each response named them in `Vary`.
    pub(in crate::http) selecting: &'static [HeaderName],
    /// Fields by which a request may turn into another one, so that it is not answered from the cache.
    pub(in crate::http) rewriting: &'static [HeaderName],
    /// The field of a response that lists its tags.
    pub(in crate::http) tags: Option<HeaderName>,
}

/// The size of the largest body that is stored, unless the user says otherwise: 1 MiB.
const MAX_BODY: usize = 1 << 20;

/// By these a proxy tells a server under which URL the client has asked. Who talks to the server directly can send them, too.
static SENT_BY_PROXIES: [HeaderName; 8] = [
    http::header::FORWARDED,
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-prefix"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-scheme"),
    HeaderName::from_static("x-forwarded-server"),
    HeaderName::from_static("x-host"),
];

/// By these some frameworks take another path or another method than those of the request.
static REWRITING: [HeaderName; 5] = [
    HeaderName::from_static("x-http-method"),
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-method-override"),
    HeaderName::from_static("x-original-url"),
    HeaderName::from_static("x-rewrite-url"),
];

/// The fields by which a server knows a user.
static CREDENTIALS: [HeaderName; 2] = [http::header::AUTHORIZATION, http::header::COOKIE];

impl Settings {
    /// Of a cache in front of a server's handlers.
    pub(in crate::http) fn of_server() -> Self {
        Settings {
            rules: Rules { is_shared: true, explicit_only: true, ..Rules::standard() },
            name: "cache-runtime".to_owned(),
            max_body: MAX_BODY,
            keeps_scheme: false,
            selecting: &SENT_BY_PROXIES,
            rewriting: &REWRITING,
            tags: None,
        }
    }

    /// Of the cache of a client that acts for one user at a time.
    pub(in crate::http) fn of_client() -> Self {
        Settings {
            rules: Rules::standard(),
            keeps_scheme: true,
            selecting: &CREDENTIALS,
            rewriting: &[],
            ..Settings::of_server()
        }
    }
}
