//! Models, and a note that a body has run.

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use askama::Template;
use cache_runtime::Cache;
use cache_runtime::model::Cacheable;

thread_local! {
    static NOTES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Called in a template, it tells that a body is evaluated, and shows nothing.
pub(crate) fn note(body: &str) -> &'static str {
    NOTES.with_borrow_mut(|notes| notes.push(body.to_owned()));
    ""
}

/// Which bodies have run on this thread since the last call.
pub(crate) fn notes() -> Vec<String> {
    NOTES.take()
}

/// What is rendered, and how many bodies ran for it.
#[track_caller]
pub(crate) fn show(page: &impl Template, cache: &Cache) -> (String, usize) {
    notes();
    let html = page.render_with_values(&cache_askama::with(cache)).expect("it renders");
    (html, notes().len())
}

pub(crate) fn moment(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[derive(Cacheable, Clone, Debug)]
pub(crate) struct Card {
    pub(crate) id: u32,
    pub(crate) title: String,
    pub(crate) updated_at: SystemTime,
}

pub(crate) fn card(id: u32, seconds: u64) -> Card {
    Card { id, title: format!("<{id}>"), updated_at: moment(seconds) }
}

pub(crate) fn cards(all: &[(u32, u64)]) -> Vec<Card> {
    all.iter().map(|(id, seconds)| card(*id, *seconds)).collect()
}
