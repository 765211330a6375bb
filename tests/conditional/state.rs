//! The state of the one page of the servers, which each request says itself, in fields that begin with `x-`.

use std::time::{Duration, SystemTime};

use cache_runtime::http::{ETag, FreshWhen};
use cache_runtime::model::Cacheable;

#[derive(Cacheable)]
struct Card {
    id: u32,
    updated_at: SystemTime,
}

/// 1 January 2025, and 0.7 seconds.
pub(crate) const CHANGED: Duration = Duration::from_millis(1_735_689_600_700);

/// What the page depends on, by what `field` returns for a name.
pub(crate) fn page(field: impl Fn(&str) -> Option<String>) -> FreshWhen {
    let mut page = if field("x-missing").is_some() { FreshWhen::missing() } else { FreshWhen::new() };
    if let Some(cards) = field("x-cards") {
        page = FreshWhen::of(&cards.split(' ').map(card).collect::<Vec<_>>());
    }
    if field("x-dated").is_some() {
        page = page.last_modified(SystemTime::UNIX_EPOCH + CHANGED);
    }
    if let Some(tag) = field("x-tag") {
        page = page.exact_etag(ETag::parse(tag.as_bytes()).expect("it is a tag"));
    }
    if field("x-strong").is_some() {
        page = page.strong();
    }
    if field("x-public").is_some() {
        page = page.public();
    }
    if field("x-required").is_some() {
        page = page.required();
    }
    if let Some(digest) = field("x-template") {
        page = page.template(digest);
    }
    if let Some(user) = field("x-user") {
        page = page.vary_on(user);
    }
    if let Some(name) = field("x-vary") {
        page = page.vary(name);
    }
    page
}

/// `42@1500` is card 42, changed 1.5 seconds after [`CHANGED`].
fn card(text: &str) -> Card {
    let (id, millis) = text.split_once('@').expect("an id and a time");
    let later = Duration::from_millis(millis.parse().expect("milliseconds"));
    Card { id: id.parse().expect("an id"), updated_at: SystemTime::UNIX_EPOCH + CHANGED + later }
}
