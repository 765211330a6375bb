//! What an attribute stands on.

use cache_runtime::{cached, counter};

#[cached]
struct Structure;

#[cached]
impl Structure {
    fn method(&self) {}
}

#[counter]
mod module {}

#[cached]
const CONSTANT: u8 = 1;

#[cached]
const fn constant(id: u64) -> u64 {
    id
}

#[cached]
unsafe fn unsound(id: u64) -> u64 {
    id
}

#[cached]
extern "C" fn foreign(id: u64) -> u64 {
    id
}

#[cached]
const unsafe extern "C" fn all_at_once(id: u64) -> u64 {
    id
}

#[cached]
#[cached(key = "twice:{id}")]
fn twice(id: u64) -> u64 {
    id
}

#[cached]
fn conditional(id: u64, #[cfg(test)] text: &str) -> u64 {
    id
}

#[cached]
async fn waits_for_a_borrow(id: &u64) -> &u64 {
    id
}

#[cached]
fn nameless(id: u64) -> impl Iterator<Item = u64> {
    std::iter::once(id)
}

#[cached]
fn boxed(id: u64) -> Box<dyn std::fmt::Display> {
    Box::new(id)
}

trait Catalogue {
    #[cached(key = "title:{id}")]
    fn title(&self, id: u64) -> String;

    #[cached(key = "waited:{id}")]
    async fn waited(&self, id: u64) -> String;
}

mod time {
    pub struct Date;
    pub fn now() -> Date {
        Date
    }
}

mod of_a_name_in_use {
    use super::time;

    #[super::cached(companions = false)]
    fn time(at: time::Date) -> u64 {
        let _ = (at, time::now(), time(time::Date));
        1
    }
}

#[cached(skip(at))]
fn std(at: std::time::Instant) -> std::time::Duration {
    at.elapsed() + std::time::Duration::ZERO
}

#[cached]
fn str(text: &str) -> usize {
    text.len()
}

fn main() {
    constant(1);
    foreign(1);
    twice(1);
    conditional(1);
}
