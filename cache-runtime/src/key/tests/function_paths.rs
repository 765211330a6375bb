//! What tells the instances of a function apart, and what is not part of the key.
#![expect(clippy::extra_unused_type_parameters, reason = "a function's key depends on them")]

use std::marker::PhantomData;

use super::place;
use crate::ErrorKind;
use crate::key::{DefaultKey, FunctionPath, TypeArgument, template_key};
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
fn only_a_function_inside_of_another_has_its_line_in_the_key() {
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
    let test = "only_a_function_inside_of_another_has_its_line_in_the_key";
    assert_eq!(key(outer()), format!("{test}::outer::inner@7:9()"));
    assert_eq!(key(in_closure()), format!("{test}::{{{{closure}}}}::inner@7:9()"));
}

mod types {
    pub(super) struct Coffee;
}

#[test]
fn only_a_method_of_a_type_inside_of_a_function_has_its_line_in_the_key() {
    #[expect(non_local_definitions, reason = "it is what is tested")]
    impl types::Coffee {
        fn local() -> FunctionPath {
            place!(in_impl: true)
        }
    }
    struct Local;
    impl Local {
        fn own() -> FunctionPath {
            place!(in_impl: true)
        }
    }
    impl Priced for Local {
        fn written() -> FunctionPath {
            place!(in_impl: true)
        }
    }
    for stable in [Tea::own(), Repo::<u8, 3>::own(), types::Coffee::own(), Tea::owned(), u8::owned()] {
        assert!(!stable.is_ambiguous(), "{stable:?}");
    }
    for ambiguous in [types::Coffee::local(), Local::own(), Local::written()] {
        assert!(ambiguous.is_ambiguous(), "{ambiguous:?}");
    }
}

impl Tea {
    fn own() -> FunctionPath {
        place!(in_impl: true)
    }
}

impl<T, const N: usize> Repo<T, N> {
    fn own() -> FunctionPath {
        place!(in_impl: true)
    }
}

impl types::Coffee {
    fn own() -> FunctionPath {
        place!(in_impl: true)
    }
}

trait Owned {
    fn owned() -> FunctionPath;
}

impl<T> Owned for T {
    fn owned() -> FunctionPath {
        place!(in_impl: true)
    }
}

#[test]
fn a_name_belongs_to_the_type_that_uses_it_first() {
    let key = |argument| template_key(&["x"], &[], None, FunctionPath::PLAIN, &[argument]);
    fn first() -> TypeArgument<'static> {
        struct Kind;
        TypeArgument::of::<Kind>()
    }
    let (one, other) = {
        let one = {
            struct Local;
            || TypeArgument::of::<Local>()
        };
        let other = {
            struct Local;
            || TypeArgument::of::<Local>()
        };
        (one, other)
    };
    assert!(key(one()).is_ok() && key(one()).is_ok() && key(first()).is_ok());
    let error = key(other()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Key);
    assert!(error.to_string().contains("Local`, so a key cannot tell them apart: rename one of them"), "{error}");
    std::thread::spawn(move || assert!(key(one()).is_ok() && key(other()).is_err())).join().unwrap();
}

#[test]
fn two_functions_that_one_macro_writes_in_one_place_share_no_key() {
    macro_rules! declared {
        () => {{
            fn inner() -> FunctionPath {
                place!()
            }
            inner as fn() -> FunctionPath
        }};
    }
    let (one, other) = (declared!(), declared!());
    let key = |path: fn() -> FunctionPath| DefaultKey::new(path(), None, 7, 9).finish();
    assert!(key(one).is_ok() && key(one).is_ok());
    assert_eq!(key(other).unwrap_err().kind(), ErrorKind::Key);
}

#[test]
fn generic_surroundings_of_one_name_share_no_key() {
    struct Holder<T>(T);
    impl<T> Holder<T> {
        fn path() -> FunctionPath {
            place!(in_impl: true)
        }
    }
    let one = {
        struct Local;
        Holder::<Local>::path
    };
    let other = {
        struct Local;
        Holder::<Local>::path
    };
    let key = |path: fn() -> FunctionPath, piece: &str| template_key(&[piece], &[], None, path(), &[]);
    assert!(key(one, "a").is_ok());
    assert!(key(other, "b").is_ok(), "the templates tell them apart");
    assert_eq!(key(other, "a").unwrap_err().kind(), ErrorKind::Key);
}
