//! When a page is fresh: what it shows, and what else it depends on.

mod fresh;

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{HeaderName, VARY};
use sha2::{Digest as _, Sha256};

pub use self::fresh::Fresh;
use super::{CacheControl, ETag, EarlyResponse, Preconditions, Validators, Verdict};
use crate::model::{KeySource, key_for};

/// When a page is fresh: what it shows, and what else it depends on.
///
/// Its `ETag` is a hash of all that is named here, and its `Last-Modified` is the moment of the newest model. A browser that
/// has the page as it is now gets a 304 before anything is rendered.
///
/// ```
/// use cache_runtime::http::{FreshWhen, Preconditions};
/// use cache_runtime::model::Cacheable;
/// use http::{HeaderMap, Method, StatusCode, header::IF_NONE_MATCH};
/// use std::time::{Duration, SystemTime};
///
/// #[derive(Cacheable)]
/// struct Card {
///     id: i64,
///     updated_at: SystemTime,
/// }
///
/// let card = Card { id: 42, updated_at: SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777) };
/// let mut response = HeaderMap::new();
/// let request = Preconditions::new(&Method::GET, &HeaderMap::new());
/// FreshWhen::of(&card).check(&request)?.write(&mut response);
/// assert_eq!(response["last-modified"], "Sun, 06 Nov 1994 08:49:37 GMT");
/// assert_eq!(response["cache-control"], "max-age=0, private, must-revalidate");
///
/// let again = HeaderMap::from_iter([(IF_NONE_MATCH, response["etag"].clone())]);
/// let early = FreshWhen::of(&card).check(&Preconditions::new(&Method::GET, &again)).unwrap_err();
/// assert_eq!(early.status(), StatusCode::NOT_MODIFIED);
/// # Ok::<(), cache_runtime::http::EarlyResponse>(())
/// ```
///
/// What is on the page and is not named here does not change the tag: name it.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is compared before `check` or `guard`"]
pub struct FreshWhen {
    /// In the order in which they were named.
    parts: Vec<(Part, String)>,
    exact_etag: Option<ETag>,
    is_missing: bool,
    last_modified: Option<SystemTime>,
    is_strong: bool,
    is_public: bool,
    is_required: bool,
    vary: Vec<HeaderName>,
    cache_control: Option<CacheControl>,
}

/// What a part of the tag says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// What the page shows.
    State,
    Template,
    VaryOn,
    Seed,
}

/// What differs from deploy to deploy, such as the version of the program: it is part of all tags, so that after a deploy
/// nobody is told that the old page is the current one.
///
/// The adapters find it where a program keeps what all requests share.
///
/// ```
/// use cache_runtime::http::{ETagSeed, FreshWhen};
///
/// let tag = |release| FreshWhen::new().etag("menu").seed(&ETagSeed::new(release)).validators();
/// assert_ne!(tag("1.4.0"), tag("1.4.1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ETagSeed(String);

impl ETagSeed {
    /// Makes a seed, such as of `env!("CARGO_PKG_VERSION")`.
    pub fn new(release: impl Into<String>) -> Self {
        ETagSeed(release.into())
    }
}

impl FreshWhen {
    /// Starts with nothing: name the state of the page by [`etag`](FreshWhen::etag) or
    /// [`last_modified`](FreshWhen::last_modified). Without a state nothing is compared.
    pub fn new() -> Self {
        FreshWhen::default()
    }

    /// Says that there is nothing yet: for the [`guard`](FreshWhen::guard) of a write that creates it.
    ///
    /// ```
    /// use cache_runtime::http::{FreshWhen, Preconditions};
    /// use http::{HeaderMap, HeaderValue, Method, header::IF_NONE_MATCH};
    ///
    /// let only_if_new = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static("*"))]);
    /// let request = Preconditions::new(&Method::PUT, &only_if_new);
    /// assert!(FreshWhen::missing().guard(&request).is_ok());
    /// assert!(FreshWhen::new().guard(&request).is_err());
    /// ```
    pub fn missing() -> Self {
        FreshWhen { is_missing: true, ..FreshWhen::new() }
    }

    /// Names what the page shows: a model, a list of models, a text, or a tuple of them.
    ///
    /// The tag has the ids and versions of all models of a list, so that it changes too when an old one is deleted.
    ///
    /// ```
    /// # use cache_runtime::http::FreshWhen;
    /// # use cache_runtime::model::Cacheable;
    /// # use std::time::SystemTime;
    /// # #[derive(Cacheable)] struct Card { id: i64, updated_at: SystemTime }
    /// # let card = |id| Card { id, updated_at: SystemTime::UNIX_EPOCH };
    /// # let (card, related) = (card(1), vec![card(2), card(3)]);
    /// let page = FreshWhen::of(&(&card, &related)).validators();
    /// assert_ne!(page, FreshWhen::of(&(&card, &related[..1])).validators());
    /// ```
    pub fn of(source: &(impl KeySource + ?Sized)) -> Self {
        let key = key_for("etag", source);
        let parts = key.exact_parts().map(|part| (Part::State, part)).collect();
        FreshWhen { parts, last_modified: key.updated_at(), ..FreshWhen::new() }
    }

    /// Adds a text that changes when the page does, such as a revision. The tag that is sent is a hash of it and of the rest.
    ///
    /// ```
    /// use cache_runtime::http::FreshWhen;
    ///
    /// let tag = |revision: u32| FreshWhen::new().etag(revision).validators();
    /// assert_ne!(tag(7), tag(8));
    /// ```
    pub fn etag(self, state: impl Display) -> Self {
        self.with(Part::State, state)
    }

    /// Sets the tag that is sent, in place of a hash of what is named here: for a page whose tag comes from elsewhere.
    ///
    /// ```
    /// use cache_runtime::http::{ETag, FreshWhen};
    ///
    /// let page = FreshWhen::new().exact_etag(ETag::of_content("<h1>Tea</h1>"));
    /// assert_eq!(page.headers()["etag"], ETag::of_content("<h1>Tea</h1>").to_string());
    /// ```
    pub fn exact_etag(self, tag: ETag) -> Self {
        FreshWhen { exact_etag: Some(tag), ..self }
    }

    /// Sets the moment of the last change, in place of that of the newest model. Alone it is the state of the page.
    ///
    /// ```
    /// use cache_runtime::http::FreshWhen;
    /// use std::time::SystemTime;
    ///
    /// assert_eq!(FreshWhen::new().last_modified(SystemTime::UNIX_EPOCH).headers()["last-modified"], "Thu, 01 Jan 1970 00:00:00 GMT");
    /// ```
    pub fn last_modified(self, moment: impl Into<SystemTime>) -> Self {
        let moment = moment.into();
        let state = moment.duration_since(SystemTime::UNIX_EPOCH);
        FreshWhen { last_modified: Some(moment), ..self.with(Part::State, format!("{state:?}")) }
    }

    /// Sends a strong tag, which promises that two pages with it are equal byte for byte.
    ///
    /// A write with `If-Match` needs one, because a weak tag never satisfies it.
    ///
    /// ```
    /// use cache_runtime::http::FreshWhen;
    ///
    /// assert!(FreshWhen::new().etag("v1").headers()["etag"].to_str()?.starts_with("W/\""));
    /// assert!(FreshWhen::new().etag("v1").strong().headers()["etag"].to_str()?.starts_with("\""));
    /// # Ok::<(), http::header::ToStrError>(())
    /// ```
    pub fn strong(self) -> Self {
        FreshWhen { is_strong: true, ..self }
    }

    /// Allows caches that many people share to keep the page: it is the same for all.
    ///
    /// ```
    /// use cache_runtime::http::FreshWhen;
    ///
    /// assert_eq!(FreshWhen::new().etag("v1").public().headers()["cache-control"], "max-age=0, public, must-revalidate");
    /// ```
    pub fn public(self) -> Self {
        FreshWhen { is_public: true, ..self }
    }

    /// Names the template that renders the page, best by its digest, so that an edited template gives a new tag.
    ///
    /// ```
    /// use cache_runtime::http::FreshWhen;
    ///
    /// let tag = |digest| FreshWhen::new().etag("v1").template(digest).validators();
    /// assert_ne!(tag("cards/show.html@1f3a9c2e"), tag("cards/show.html@5b7d9a01"));
    /// ```
    pub fn template(self, digest: impl Display) -> Self {
        self.with(Part::Template, digest)
    }

    /// Names something that the page depends on besides its models, such as the user or the language.
    ///
    /// The page then has no `Last-Modified`, because a date does not tell two users apart.
    ///
    /// ```
    /// use cache_runtime::http::FreshWhen;
    ///
    /// let tag = |user_id: u32| FreshWhen::new().etag("v1").vary_on(user_id).validators();
    /// assert_ne!(tag(1), tag(2));
    /// ```
    pub fn vary_on(self, value: impl Display) -> Self {
        self.with(Part::VaryOn, value)
    }

    /// Names a field of the request that the page depends on, for `Vary`. Add its value with [`vary_on`](FreshWhen::vary_on)
    /// if two of its pages could have one tag.
    ///
    /// ```
    /// use cache_runtime::http::FreshWhen;
    /// use http::header::ACCEPT_LANGUAGE;
    ///
    /// let page = FreshWhen::new().etag("v1").vary(ACCEPT_LANGUAGE).vary("x-theme").vary_on("de");
    /// assert!(page.headers().get_all("vary").iter().eq(["accept-language", "x-theme"]));
    /// ```
    ///
    /// # Panics
    ///
    /// If a text is no name of a field.
    pub fn vary(mut self, field: impl TryInto<HeaderName>) -> Self {
        let Ok(name) = field.try_into() else {
            panic!("`vary` takes the name of a field, such as \"accept-language\"")
        };
        self.vary.push(name);
        self
    }

    /// Names what differs from deploy to deploy, so that the tag does.
    ///
    /// ```
    /// use cache_runtime::http::{ETagSeed, FreshWhen};
    ///
    /// let seed = ETagSeed::new(env!("CARGO_PKG_VERSION"));
    /// assert_ne!(FreshWhen::new().etag("v1").validators(), FreshWhen::new().etag("v1").seed(&seed).validators());
    /// ```
    pub fn seed(self, seed: &ETagSeed) -> Self {
        self.with(Part::Seed, &seed.0)
    }

    /// Sets the `Cache-Control`, in place of `max-age=0, private, must-revalidate`.
    ///
    /// It is private too unless it says otherwise: by `public`, `s-maxage` or `no-store`, or [`public`](FreshWhen::public) does.
    ///
    /// ```
    /// use cache_runtime::http::{CacheControl, FreshWhen};
    ///
    /// let page = FreshWhen::new().etag("v1").cache_control(CacheControl::new().max_age(60));
    /// assert_eq!(page.headers()["cache-control"], "max-age=60, private");
    /// assert_eq!(page.public().headers()["cache-control"], "max-age=60, public");
    /// ```
    pub fn cache_control(self, control: CacheControl) -> Self {
        FreshWhen { cache_control: Some(control), ..self }
    }

    /// Requires that a write says which state it changes, for [`guard`](FreshWhen::guard).
    ///
    /// ```
    /// use cache_runtime::http::{FreshWhen, Preconditions};
    /// use http::{HeaderMap, Method, StatusCode};
    ///
    /// let blind = Preconditions::new(&Method::PUT, &HeaderMap::new());
    /// let page = FreshWhen::new().etag("v1").strong();
    /// assert!(page.guard(&blind).is_ok());
    /// assert_eq!(page.required().guard(&blind).unwrap_err().status(), StatusCode::PRECONDITION_REQUIRED);
    /// ```
    pub fn required(self) -> Self {
        FreshWhen { is_required: true, ..self }
    }

    /// Returns the state of the page, to be compared.
    ///
    /// ```
    /// use cache_runtime::http::{FreshWhen, Validators};
    ///
    /// assert_eq!(FreshWhen::new().validators(), Validators::new());
    /// ```
    pub fn validators(&self) -> Validators {
        let mut validators = if self.is_missing { Validators::missing() } else { Validators::new() };
        if self.exact_etag.is_some() || self.parts.iter().any(|(part, _)| *part == Part::State) {
            validators = validators.etag(self.tag());
        }
        match self.dated() {
            Some(moment) => validators.last_modified(moment),
            None => validators,
        }
    }

    /// Returns the fields of the page, and of its 304.
    ///
    /// `Last-Modified` is a second ago at the latest. A clock that runs ahead is no excuse for a date in the future, and a change
    /// in a second that is not over yet could be followed by another with the same date.
    ///
    /// ```
    /// use cache_runtime::http::{FreshWhen, HttpDate};
    /// use std::time::{Duration, SystemTime};
    ///
    /// let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    /// let headers = FreshWhen::new().last_modified(tomorrow).headers();
    /// assert!(HttpDate::parse(headers["last-modified"].as_bytes()).unwrap() < HttpDate::now());
    /// ```
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let second_ago = SystemTime::now() - Duration::from_secs(1);
        let sent = match self.dated() {
            Some(moment) => self.validators().last_modified(moment.min(second_ago)),
            None => self.validators(),
        };
        sent.write(&mut headers);
        self.control().write(&mut headers);
        for name in &self.vary {
            headers.append(VARY, name.clone().into());
        }
        headers
    }

    /// Compares the page with what the client has; the result is to be put on the page.
    ///
    /// # Errors
    ///
    /// The finished answer: 304 if the client has this page, 412 if `If-Match` or `If-Unmodified-Since` names another state.
    pub fn check(&self, request: &Preconditions) -> Result<Fresh, EarlyResponse> {
        match request.evaluate(&self.validators()) {
            Verdict::Proceed => Ok(Fresh::new(self.headers(), self.is_public)),
            Verdict::NotModified => Err(EarlyResponse::not_modified(self.headers())),
            Verdict::PreconditionFailed => Err(EarlyResponse::precondition_failed()),
        }
    }

    /// Compares the state that a write wants to change with the one there is, before it is changed.
    ///
    /// ```
    /// use cache_runtime::http::{FreshWhen, Preconditions};
    /// use http::{HeaderMap, Method, StatusCode, header::IF_MATCH};
    ///
    /// let card = |revision: u32| FreshWhen::new().etag(revision).strong();
    /// let of_7 = HeaderMap::from_iter([(IF_MATCH, card(7).headers()["etag"].clone())]);
    /// let write = Preconditions::new(&Method::PUT, &of_7);
    /// assert!(card(7).guard(&write).is_ok());
    /// assert_eq!(card(8).guard(&write).unwrap_err().status(), StatusCode::PRECONDITION_FAILED);
    /// ```
    ///
    /// Between this and the write another one may come: check in the transaction that writes.
    ///
    /// # Errors
    ///
    /// The finished answer: 412 if the state is another one, 428 if a state is [`required`](FreshWhen::required) and none was named.
    pub fn guard(&self, request: &Preconditions) -> Result<(), EarlyResponse> {
        let checked = self.check(request).map(drop);
        if checked.is_ok() && self.is_required && request.is_blind_write() {
            return Err(EarlyResponse::precondition_required());
        }
        checked
    }

    fn with(mut self, part: Part, text: impl Display) -> Self {
        self.parts.push((part, text.to_string()));
        self
    }

    fn tag(&self) -> ETag {
        if let Some(exact) = &self.exact_etag {
            return exact.clone();
        }
        let mut parts: Vec<_> = self.parts.iter().collect();
        // In which order a template and a user are named makes no difference; which of two users is first does.
        parts.sort_by_key(|(part, _)| *part);
        let mut hash = Sha256::new();
        for (part, text) in parts {
            hash.update([*part as u8]);
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
        let tag = ETag::of_hash(hash.finalize());
        if self.is_strong { tag } else { tag.into_weak() }
    }

    fn dated(&self) -> Option<SystemTime> {
        self.last_modified.filter(|_| self.parts.iter().all(|(part, _)| *part != Part::VaryOn))
    }

    fn control(&self) -> CacheControl {
        let control = self.cache_control.unwrap_or(CacheControl::new().max_age(0).must_revalidate());
        match (self.is_public, control.says_who_may_keep_it()) {
            (true, _) => control.public(),
            (false, true) => control,
            (false, false) => control.private(),
        }
    }
}

/// Of a model, a list of models, a text, or a tuple of them, as [`FreshWhen::of`].
impl<K: KeySource + ?Sized> From<&K> for FreshWhen {
    fn from(source: &K) -> Self {
        FreshWhen::of(source)
    }
}

#[cfg(test)]
mod tests;
