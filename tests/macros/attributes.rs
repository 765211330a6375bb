//! The function's name, its location and the user's own attributes, as the body sees them.

use std::any::type_name_of_val;
use std::backtrace::Backtrace;
use std::panic::Location;

use cache_runtime::cached;

use crate::common::empty;

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
