//! Instances of generic functions, methods and traits share no values.

use std::any::type_name;

use cache_runtime::cached;

use crate::common::{empty, ran, runs};

struct Repo<T>(T);

impl<T> Repo<T> {
    #[cached(key = "repo:{id}", companions = false)]
    fn by_template(id: u8) -> String {
        ran();
        format!("{} {id}", type_name::<T>())
    }

    #[cached(companions = false)]
    fn by_default(id: u8) -> String {
        ran();
        format!("{} {id}", type_name::<T>())
    }

    #[cached(key = "method", skip(self))]
    fn method<U>(&self) -> String {
        ran();
        format!("{} {}", type_name::<T>(), type_name::<U>())
    }

    #[cached(key = "waited:{id}", companions = false)]
    async fn waited(id: u8) -> String {
        ran();
        format!("{} {id}", type_name::<T>())
    }

    #[cached(companions = false)]
    async fn waited_by_default(id: u8) -> String {
        ran();
        format!("{} {id}", type_name::<T>())
    }
}

#[test]
fn instances_of_a_generic_impl_do_not_share() {
    let (cache, _scope) = empty();
    for _ in 0..3 {
        assert_eq!((Repo::<u8>::by_template(1), Repo::<bool>::by_template(1)), ("u8 1".into(), "bool 1".into()));
        assert_eq!((Repo::<u8>::by_default(1), Repo::<bool>::by_default(1)), ("u8 1".into(), "bool 1".into()));
        assert_eq!((Repo(1u8).method::<u8>(), Repo(true).method::<u8>()), ("u8 u8".into(), "bool u8".into()));
        assert_eq!(Repo(1u8).method::<char>(), "u8 char");
    }
    assert_eq!(runs(), 7);
    assert!(cache.exists("#<macros::instances::Repo<u8>>#repo:1").unwrap());
    assert!(cache.exists("macros::instances::Repo<u8>::by_default(id=1u8)").unwrap());
}

#[test]
fn instances_of_an_async_method_do_not_share() {
    let (cache, _scope) = empty();
    smol::block_on(async {
        for _ in 0..3 {
            assert_eq!((Repo::<u8>::waited(1).await, Repo::<bool>::waited(1).await), ("u8 1".into(), "bool 1".into()));
            assert_eq!(Repo::<u8>::waited_by_default(1).await, "u8 1");
            assert_eq!(Repo::<bool>::waited_by_default(1).await, "bool 1");
        }
    });
    assert_eq!(runs(), 4);
    assert!(cache.exists("#<macros::instances::Repo<u8>>#waited:1").unwrap());
    assert!(cache.exists("macros::instances::Repo<u8>::waited_by_default(id=1u8)").unwrap());
}

trait Named: Sized {
    fn name() -> &'static str;

    #[cached(key = "given", companions = false)]
    fn given() -> String {
        ran();
        Self::name().to_owned()
    }

    #[cached(companions = false)]
    fn given_by_default(id: u8) -> String {
        ran();
        format!("{} {id}", Self::name())
    }

    fn written() -> String;
    fn written_by_default() -> String;
}

impl<T> Named for Repo<T> {
    fn name() -> &'static str {
        type_name::<T>()
    }

    #[cached(key = "written", companions = false)]
    fn written() -> String {
        ran();
        Self::name().to_owned()
    }

    #[cached(companions = false)]
    fn written_by_default() -> String {
        ran();
        Self::name().to_owned()
    }
}

#[test]
fn instances_of_a_trait_do_not_share() {
    let (_cache, _scope) = empty();
    let pair = |first: &str, second: &str| (first.to_owned(), second.to_owned());
    for _ in 0..3 {
        assert_eq!((Repo::<u8>::given(), Repo::<i8>::given()), pair("u8", "i8"));
        assert_eq!((Repo::<u8>::given_by_default(1), Repo::<i8>::given_by_default(1)), pair("u8 1", "i8 1"));
        assert_eq!((Repo::<u8>::written(), Repo::<i8>::written()), pair("u8", "i8"));
        assert_eq!((Repo::<u8>::written_by_default(), Repo::<i8>::written_by_default()), pair("u8", "i8"));
    }
    assert_eq!(runs(), 8);
}

struct Shop;

impl Shop {
    #[cached(key = "shop:{id}", companions = false)]
    fn plain(id: u8) -> u8 {
        id
    }
}

impl Named for Shop {
    fn name() -> &'static str {
        "shop"
    }

    #[cached(key = "written by the shop", companions = false)]
    fn written() -> String {
        Self::name().to_owned()
    }

    #[cached(companions = false)]
    fn written_by_default() -> String {
        Self::name().to_owned()
    }
}

#[cached(key = "generic")]
fn generic<T>() -> u8 {
    1
}

#[test]
fn the_keys_of_plain_functions_are_the_text_alone() {
    let (cache, _scope) = empty();
    Shop::plain(1);
    Shop::written();
    Shop::written_by_default();
    generic::<char>();
    assert!(cache.exists("shop:1").unwrap() && cache.exists("written by the shop").unwrap());
    let default = "<macros::instances::Shop as macros::instances::Named>::written_by_default()";
    assert!(cache.exists(default).unwrap());
    assert!(cache.exists("#<char>#generic").unwrap(), "of a generic function only its own type arguments");
}

#[test]
fn functions_of_the_same_name_in_two_closures_do_not_share() {
    let first = || {
        #[cached]
        fn inner() -> u8 {
            1
        }
        inner()
    };
    let second = || {
        #[cached]
        fn inner() -> u8 {
            2
        }
        inner()
    };
    let (_cache, _scope) = empty();
    assert_eq!((first(), second(), first()), (1, 2, 1));
}
