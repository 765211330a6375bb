//! The function's name, its location and the user's own attributes, as the body sees them.

use std::any::type_name_of_val;
use std::backtrace::Backtrace;
use std::panic::Location;
use std::sync::{Arc, Mutex};

use cache_runtime::cached;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber, instrument};

use crate::common::{empty, ran, runs};

#[cached(key = "named")]
fn named() -> (String, String) {
    (type_name_of_val(&|| ()).to_owned(), Backtrace::force_capture().to_string())
}

struct Shop;

impl Shop {
    #[cached(key = "price", skip(self))]
    fn price(&self) -> String {
        type_name_of_val(&|| ()).to_owned()
    }

    #[cached(key = "alone", skip(self), companions = false)]
    fn alone(&self) -> String {
        type_name_of_val(&|| ()).to_owned()
    }
}

#[test]
fn the_body_has_the_functions_name() {
    let (_cache, _scope) = empty();
    let (closure, backtrace) = named();
    assert!(closure.ends_with("attributes::named::named::{{closure}}"), "{closure}");
    assert!(backtrace.contains("attributes::named::named\n"), "{backtrace}");
    assert!(Shop.price().ends_with("attributes::Shop::price_uncached::{{closure}}"), "{}", Shop.price());
    assert!(Shop.alone().contains("attributes::Shop::alone::{{closure}}"), "{}", Shop.alone());
}

#[cached(key = "invalidate")]
fn invalidate() -> String {
    type_name_of_val(&|| ()).to_owned()
}

#[test]
fn a_function_may_have_the_name_of_a_companion() {
    let (_cache, _scope) = empty();
    assert!(invalidate().contains("invalidate::__invalidate"), "{}", invalidate());
    assert!(invalidate::invalidate().unwrap());
}

#[cached(key = "located:{id}", store_if = |line| *line > 0)]
#[track_caller]
fn located(id: u8) -> u32 {
    assert!(id < 100, "too large");
    Location::caller().line()
}

impl Shop {
    #[cached(key = "shop:located:{id}", skip(self))]
    #[track_caller]
    fn located(&self, id: u8) -> Result<u32, String> {
        if id > 0 { Ok(Location::caller().line()) } else { Err(Location::caller().file().to_owned()) }
    }
}

#[test]
fn track_caller_gives_the_location_of_the_call() {
    let (_cache, _scope) = empty();
    assert_eq!(located(1), line!());
    assert_eq!(located::uncached(1), line!());
    assert_eq!(Shop.located(1), Ok(line!()));
    assert_eq!(Shop.located(0), Err(file!().to_owned()));
    assert_eq!(located::peek(1).unwrap(), Some(line!() - 4), "the value of the first call is stored");
}

#[test]
fn a_body_with_track_caller_may_ask_for_its_own_key() {
    let (_cache, _scope) = empty();
    assert_eq!(twice(3), 6);
}

#[cached(key = "twice:{id}")]
#[track_caller]
fn twice(id: u8) -> u8 {
    thread_local!(static DEPTH: std::cell::Cell<u8> = const { std::cell::Cell::new(0) });
    DEPTH.set(DEPTH.get() + 1);
    if DEPTH.get() == 1 { twice(id) } else { id * 2 }
}

#[test]
fn a_panic_of_a_body_with_track_caller_frees_its_key() {
    let (_cache, _scope) = empty();
    assert!(std::panic::catch_unwind(|| located(100)).is_err());
    assert!(std::panic::catch_unwind(|| located(100)).is_err());
    assert_eq!(located(2), line!());
}

#[cached(key = "many", skip(a, b, c, d, e, f, g, h))]
#[inline]
#[must_use]
#[cfg(not(any()))]
#[expect(clippy::too_many_arguments, reason = "it shows that the level applies to the function and to its body")]
fn many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> u8 {
    a + b + c + d + e + f + g + h
}

#[cached(key = "absent")]
#[cfg(any())]
fn absent() -> Missing {}

#[test]
fn attributes_apply_to_the_function_and_lint_levels_to_the_body() {
    let (_cache, _scope) = empty();
    assert_eq!(many(1, 1, 1, 1, 1, 1, 1, 1), 8);
    assert_eq!(many::peek().unwrap(), Some(8));
}

/// Records the names of spans as they begin.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<&'static str>>>);

impl Spans {
    /// The spans that a call begins.
    fn of<R>(call: impl FnOnce() -> R) -> Vec<&'static str> {
        let spans = Spans::default();
        tracing::subscriber::with_default(spans.clone(), call);
        std::mem::take(&mut spans.0.lock().unwrap())
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target().starts_with("macros")
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.0.lock().unwrap().push(span.metadata().name());
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[cached(key = "below:{id}")]
#[instrument]
fn below(id: u8) -> u8 {
    ran();
    id
}

#[instrument]
#[cached(key = "above:{id}")]
fn above(id: u8) -> u8 {
    ran();
    id
}

#[cached(key = "waited:{id}")]
#[instrument(ret)]
async fn waited(id: u8) -> u8 {
    ran();
    id
}

impl Shop {
    #[cached(key = "shop:below:{id}", skip(self))]
    #[instrument(skip(self))]
    fn below(&self, id: u8) -> u8 {
        ran();
        id
    }
}

#[test]
fn an_attribute_macro_below_applies_to_every_call_of_the_function() {
    let (_cache, _scope) = empty();
    assert_eq!((Spans::of(|| below(1)), Spans::of(|| below(1))), (vec!["below"], vec!["below"]), "a miss and a hit");
    let wait = || smol::block_on(waited(1));
    assert_eq!((Spans::of(wait), Spans::of(wait)), (vec!["waited"], vec!["waited"]), "a miss and a hit");
    assert_eq!((Spans::of(|| Shop.below(1)), Spans::of(|| Shop.below(1))), (vec!["below"], vec!["below"]));
    assert_eq!(runs(), 3);
}

#[test]
fn an_attribute_macro_below_applies_to_no_companion() {
    let (_cache, _scope) = empty();
    let nothing: Vec<&str> = Vec::new();
    assert_eq!((Spans::of(|| below::refresh(1)), Spans::of(|| below::peek(1))), (nothing.clone(), nothing.clone()));
    assert_eq!((Spans::of(|| below::uncached(1)), Spans::of(|| Shop.below_uncached(1))), (nothing.clone(), nothing));
    assert_eq!(runs(), 3);
}

#[test]
fn an_attribute_macro_above_applies_to_the_body() {
    let (_cache, _scope) = empty();
    assert_eq!((Spans::of(|| above(1)), Spans::of(|| above(1))), (vec!["above"], vec![]), "a miss and a hit");
    assert_eq!((Spans::of(|| above::refresh(1)), Spans::of(|| above::uncached(1))), (vec!["above"], vec!["above"]));
    assert_eq!(runs(), 3);
}

#[cached(key = "used:{id}")]
#[must_use]
fn used(id: u8) -> u8 {
    ran();
    id
}

#[test]
#[expect(unused_must_use, reason = "the compiler reports the function")]
fn must_use_applies_to_the_function() {
    let (_cache, _scope) = empty();
    used(1);
    assert_eq!(runs(), 1);
}

#[test]
#[deny(unused_must_use)]
fn must_use_applies_to_no_companion() {
    let (_cache, _scope) = empty();
    used::refresh(1);
    used::uncached(1);
    assert_eq!(runs(), 2);
}
