//! What tells the instances of a function apart, and what is not part of the key.
#![expect(clippy::extra_unused_type_parameters, reason = "a function's key depends on them")]

use std::marker::PhantomData;

use super::place;
use crate::key::{DefaultKey, FunctionPath};
use crate::poll_once::poll_once;

struct Repo<T, const N: usize>(T);

impl<T, const N: usize> Repo<T, N> {
    fn associated() -> FunctionPath {
        place!()
    }
    fn generic<U>() -> FunctionPath {
        place!()
    }
    async fn waited(&self) -> FunctionPath {
        place!(async: true)
    }
}

trait Priced {
    fn given() -> FunctionPath {
        place!()
    }
    fn written() -> FunctionPath;
}

struct Tea;

impl Priced for Tea {
    fn written() -> FunctionPath {
        place!()
    }
}

impl<T, const N: usize> Priced for Repo<T, N> {
    fn written() -> FunctionPath {
        place!()
    }
}

struct Borrowed<'a>(PhantomData<&'a str>);

impl<'a> Borrowed<'a> {
    fn own(&self) -> FunctionPath {
        place!()
    }
}

fn plain() -> FunctionPath {
    place!()
}

fn generic<T, const N: usize>() -> FunctionPath {
    place!()
}

async fn waited<T>() -> FunctionPath {
    place!(async: true)
}

/// Removes the path of this module.
fn short(text: &str) -> String {
    text.replace(concat!(module_path!(), "::"), "")
}

#[test]
fn a_path_holds_all_type_arguments() {
    let path = |place: FunctionPath| short(place.path());
    assert_eq!(path(plain()), "plain");
    assert_eq!(path(generic::<u8, 3>()), "generic<u8, 3>");
    assert_eq!(path(poll_once(waited::<u8>())), "waited<u8>");
    assert_eq!(path(Repo::<u8, 3>::associated()), "Repo<u8, 3>::associated");
    assert_eq!(path(Repo::<u8, 3>::generic::<bool>()), "Repo<u8, 3>::generic<bool>");
    assert_eq!(path(poll_once(Repo::<u8, 3>(1).waited())), "Repo<u8, 3>::waited");
    assert_eq!(path(Repo::<u8, 3>::written()), "<Repo<u8, 3> as Priced>::written");
    assert_eq!(path(Repo::<u8, 3>::given()), "<Repo<u8, 3> as Priced>::given");
    assert_eq!(path(Tea::given()), "<Tea as Priced>::given");
}

#[test]
fn generic_surroundings_are_part_of_the_key() {
    let around = |place: FunctionPath| place.surroundings().map(short);
    assert_eq!(around(Repo::<u8, 3>::associated()).as_deref(), Some("Repo<u8, 3>"));
    assert_eq!(around(Repo::<u8, 3>::generic::<bool>()).as_deref(), Some("Repo<u8, 3>::generic<bool>"));
    assert_eq!(around(poll_once(Repo::<u8, 3>(1).waited())).as_deref(), Some("Repo<u8, 3>"));
    assert_eq!(around(Repo::<u8, 3>::written()).as_deref(), Some("<Repo<u8, 3> as Priced>"));
    assert_eq!(around(Tea::given()).as_deref(), Some("<Tea as Priced>"));
}

#[test]
fn other_surroundings_are_not_part_of_the_key() {
    for place in [
        plain(),
        generic::<u8, 3>(),
        poll_once(waited::<u8>()),
        Tea::written(),
        Borrowed(PhantomData).own(),
        generic::<Repo<u8, 1>, 3>(),
    ] {
        assert_eq!(place.surroundings(), None, "{place:?}");
    }
}

#[test]
fn only_a_function_in_a_closure_has_its_line_in_the_key() {
    fn key(place: FunctionPath) -> String {
        short(&DefaultKey::new(place, None, 7, 9).finish().unwrap())
    }
    fn outer() -> FunctionPath {
        fn inner() -> FunctionPath {
            place!()
        }
        inner()
    }
    let in_closure = || {
        fn inner() -> FunctionPath {
            place!()
        }
        inner()
    };
    assert_eq!(key(plain()), "plain()");
    assert_eq!(key(poll_once(waited::<u8>())), "waited<u8>()");
    assert_eq!(key(outer()), "only_a_function_in_a_closure_has_its_line_in_the_key::outer::inner()");
    assert_eq!(key(in_closure()), "only_a_function_in_a_closure_has_its_line_in_the_key::{{closure}}::inner@7:9()");
}
