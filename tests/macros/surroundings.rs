//! Annotated functions among names that an expansion could confuse with its own.

use std::time::Duration;

use crate::common::empty;

/// Every name that an expansion could use means something else here.
mod shadowed {
    #![allow(dead_code, non_camel_case_types, non_upper_case_globals, unused_macros)]

    pub(super) struct Option;
    pub(super) struct Some;
    pub(super) struct None;
    pub(super) struct String;
    pub(super) struct Result;
    pub(super) struct Duration;
    pub(super) struct Display;
    pub(super) struct CallOptions;
    pub(super) struct OutcomeProbe;
    pub(super) mod macro_support {}
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod cache_runtime {}
    macro_rules! pin {
        () => {};
    }
    macro_rules! cached_function {
        () => {};
    }
    macro_rules! outcome {
        () => {};
    }

    #[::cache_runtime::cached(key = "shadowed:{key}:{value}:{here}", expires_in = 60, cache = "x", race_ttl = 5)]
    pub(super) fn shadowed(key: u8, value: u8, here: u8) -> u8 {
        fn template_key() -> u8 {
            100
        }
        template_key() + key + value + here
    }

    #[::cache_runtime::cached]
    pub(super) async fn waited(key: u8, value: u8, here: u8, never: u8) -> u8 {
        key + value + here + never
    }

    #[::cache_runtime::cached(race_ttl = 5, background)]
    pub(super) fn in_the_background(copy_0: &u8, this: &u8, asked: u8, whole: u8) -> u8 {
        let copy_1 = 100;
        copy_0 + copy_1 + this + asked + whole
    }

    #[::cache_runtime::cached(key = "{place}", version = 1)]
    pub(super) fn generic<cached, const here: usize>(place: u8) -> usize {
        here + place as usize
    }
}

mod in_the_way {
    #![allow(dead_code, non_camel_case_types, non_snake_case)]

    pub(super) struct uncached {}
    pub(super) struct peek {}
    pub(super) trait refresh {}

    #[::cache_runtime::cached(key = "{value}:{argument_1}:{missing}:{place}:{apart}", skip(argument_0, key), store_if = |judged| *judged > key)]
    pub(super) fn invalidate<__Value>(
        value: u8,
        (apart, argument_0): (u8, u8),
        argument_1: u8,
        missing: u8,
        place: u8,
        key: u8,
    ) -> u8 {
        fn uncached() -> u8 {
            100
        }
        uncached() + value + apart + argument_0 + argument_1 + missing + place + key
    }

    #[::cache_runtime::cached(each = missing, key = "each:{element}:{elements}:{keys}")]
    pub(super) async fn prime(missing: &[u8], elements: u8, keys: u8) -> Vec<u8> {
        missing.iter().map(|one| one + elements + keys).collect()
    }

    pub(super) struct key {}

    impl key {
        #[::cache_runtime::cached(key = "{value}", skip(self))]
        pub(super) fn prime(&self, value: u8) -> u8 {
            value
        }
    }
}

#[test]
fn names_of_companions_do_not_collide_with_the_users() {
    let (_cache, _scope) = empty();
    assert_eq!(in_the_way::invalidate::<u8>(1, (2, 3), 4, 5, 6, 7), 128);
    assert_eq!(in_the_way::invalidate::peek::<u8>(1, (2, 0), 4, 5, 6).unwrap(), Some(128));
    assert_eq!(in_the_way::invalidate::refresh::<u8>(1, (2, 3), 4, 5, 6, 7), 128);
    in_the_way::invalidate::prime::<u8, _>(1, (2, 0), 4, 5, 6, &9).unwrap();
    assert!(in_the_way::invalidate::invalidate::<u8>(1, (2, 0), 4, 5, 6).unwrap());
    smol::block_on(async {
        assert_eq!(in_the_way::prime(&[1, 2], 3, 4).await, [8, 9]);
        assert_eq!(in_the_way::prime::peek(1, 3, 4).await.unwrap(), Some(8));
        in_the_way::prime::prime(1, 3, 4, &1).await.unwrap();
    });
    assert_eq!(in_the_way::key {}.prime(1), 1);
    in_the_way::key {}.prime_prime(1, &2).unwrap();
    assert_eq!((in_the_way::key {}.prime(1), in_the_way::key {}.prime_key(1)), (2, "1".to_owned()));
}

#[test]
fn names_of_the_expansion_do_not_collide_with_the_users() {
    let (cache, _scope) = empty();
    assert_eq!(shadowed::shadowed(1, 2, 3), 106);
    assert_eq!(smol::block_on(shadowed::waited(1, 2, 3, 4)), 10);
    assert_eq!(shadowed::in_the_background(&1, &2, 3, 4), 110);
    assert_eq!(shadowed::generic::<u8, 5>(6), 11);
    assert!(cache.exists("shadowed:1:2:3").unwrap());
}

/// The library under another name, which records that it was called.
mod ours {
    pub(crate) mod macro_support {
        pub(crate) use cache_runtime::macro_support::*;

        pub(crate) fn template_key(
            pieces: &[&str],
            values: &[&dyn KeyText],
            version: Option<&dyn std::fmt::Display>,
            path: FunctionPath,
            types: &[TypeArgument<'_>],
        ) -> cache_runtime::Result<String> {
            cache_runtime::macro_support::template_key(pieces, values, version, path, types)
                .map(|key| format!("ours:{key}"))
        }

        pub(crate) fn template_text(pieces: &[&str], values: &[&dyn KeyText]) -> cache_runtime::Result<String> {
            cache_runtime::macro_support::template_text(pieces, values).map(|key| format!("ours:{key}"))
        }
    }
    pub(crate) use cache_runtime::Counter;
}

#[cache_runtime::cached(key = "renamed:{id}", crate = crate::surroundings::ours)]
fn renamed(id: u8) -> u8 {
    id
}

#[cache_runtime::counter(key = "counted", crate = crate::surroundings::ours)]
fn counted();

#[test]
fn the_library_may_have_another_name() {
    let (cache, _scope) = empty();
    assert_eq!(renamed(1), 1);
    counted().increment().unwrap();
    assert!(cache.exists("ours:renamed:1").unwrap() && cache.exists("ours:counted").unwrap());
}

macro_rules! cached_functions {
    ($($name:ident($argument:ident: $type:ty) -> $result:ty, $key:literal, $time:expr;)*) => {$(
        #[cache_runtime::cached(key = $key, expires_in = $time)]
        fn $name($argument: $type) -> $result {
            let key = 1;
            $argument + key
        }
    )*};
}

cached_functions! {
    first(n: u8) -> u8, "first:{n}", 300;
    second(m: u16) -> u16, "second:{m}", "5m";
}

/// What a macro passes on as a whole comes in an invisible group.
macro_rules! grouped {
    ($library:path, $condition:expr, $function:path, $lifetime:expr, $tags:expr, $tag:expr, $each:expr, $elements:ty) => {
        #[cache_runtime::cached(key = "closure:{n}", store_if = $condition, tags = $tags, crate = $library)]
        fn by_closure(n: u8) -> u8 {
            n
        }

        #[cache_runtime::cached(key = "path:{n}", store_if = $function, tags = [$tag, "b"], companions = false)]
        fn by_path(n: u8) -> u8 {
            n
        }

        #[cache_runtime::cached(key = "lifetime:{n}", expires_in = $lifetime)]
        fn by_lifetime(n: u8) -> u8 {
            n
        }

        #[cache_runtime::cached(each = $each, key = "elements:{id}", store_if = $condition)]
        fn by_elements(ids: $elements) -> Vec<u8> {
            ids.to_vec()
        }
    };
}

fn above_one(n: &u8) -> bool {
    *n > 1
}

grouped!(::cache_runtime, |n| *n > 1, above_one, |n| Duration::from_secs((*n).into()), ["n:{n}"], "a:{n}", ids, &[u8]);

#[test]
fn a_macro_may_pass_on_every_argument() {
    let (cache, _scope) = empty();
    assert_eq!((by_closure(1), by_closure(2)), (1, 2));
    assert_eq!((by_path(1), by_path(2)), (1, 2));
    assert_eq!(by_elements(&[1, 2]), [1, 2]);
    assert_eq!((by_lifetime(5), by_lifetime(60)), (5, 60));
    let stored = |key: &str| cache.exists(key).unwrap();
    assert_eq!((stored("closure:1"), stored("closure:2")), (false, true));
    assert_eq!((stored("path:1"), stored("path:2")), (false, true));
    assert_eq!((stored("elements:1"), stored("elements:2")), (false, true));
    assert_eq!(by_closure::tags(2), ["n:2"]);
    cache.delete_tag("a:2").unwrap();
    assert!(!stored("path:2"));
    cache_runtime::testing::advance(Duration::from_secs(6));
    assert_eq!((stored("lifetime:5"), stored("lifetime:60")), (false, true));
}

/// Without the traits and types that every module has by default.
mod without_a_prelude {
    #![no_implicit_prelude]

    #[::cache_runtime::cached(tags = ["n:{n}", "all"], expires_in = |_| ::std::time::Duration::from_secs(60), store_if = |_| true)]
    pub(super) fn tagged(n: u8) -> ::std::option::Option<u8> {
        ::std::option::Option::Some(n)
    }

    #[::cache_runtime::cached(race_ttl = 5, background, tags = ["all"])]
    pub(super) async fn in_the_background(text: &str, n: u8) -> ::std::result::Result<u8, ::std::string::String> {
        let _ = text;
        ::std::result::Result::Ok(n)
    }

    #[::cache_runtime::cached(each = ids, key = "bare:{id}", tags = ["id:{id}"])]
    pub(super) fn each(ids: &[u8]) -> ::std::vec::Vec<u8> {
        <[u8]>::to_vec(ids)
    }

    #[::cache_runtime::cached(each = ids, key = "bare:{id}", companions = false)]
    pub(super) async fn each_alone(ids: ::std::vec::Vec<u8>) -> ::std::vec::Vec<u8> {
        ids
    }

    #[::cache_runtime::cached(companions = false)]
    pub(super) fn generic<T: ::std::default::Default + ::serde::Serialize + ::serde::de::DeserializeOwned>() -> T {
        ::std::default::Default::default()
    }

    #[::cache_runtime::counter(key = "bare:counted", version = 1)]
    pub(super) fn counted();
}

#[test]
fn a_module_may_have_no_prelude() {
    let (_cache, _scope) = empty();
    assert_eq!(
        (without_a_prelude::tagged(1), without_a_prelude::tagged::tags(1)),
        (Some(1), vec!["n:1".into(), "all".into()])
    );
    assert_eq!((without_a_prelude::each(&[1, 2]), without_a_prelude::generic::<u8>()), (vec![1, 2], 0));
    assert_eq!(without_a_prelude::counted().increment().unwrap(), 1);
    smol::block_on(async {
        assert_eq!(without_a_prelude::in_the_background("a", 1).await, Ok(1));
        assert_eq!(without_a_prelude::each_alone(vec![3]).await, [3]);
    });
}

macro_rules! argument_of_its_own {
    ($name:ident, $result:ty) => {
        #[cache_runtime::cached(key = "own:{inner}")]
        fn $name(inner: u8) -> $result {
            inner
        }
    };
}
argument_of_its_own!(third, u8);

#[test]
fn macros_may_write_annotated_functions() {
    let (cache, _scope) = empty();
    assert_eq!((first(1), second(2), third(3)), (2, 3, 3));
    assert!(cache.exists("first:1").unwrap() && cache.exists("second:2").unwrap() && cache.exists("own:3").unwrap());
}
