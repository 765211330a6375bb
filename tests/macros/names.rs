//! Things of one name share no value.

use std::any::type_name;

use cache_runtime::cached;
use tracing::Level;

use crate::common::{empty, ran, runs};
use crate::logged::logged;

#[test]
fn functions_of_one_name_in_two_blocks_share_no_value() {
    let (_cache, _scope) = empty();
    for _ in 0..3 {
        {
            #[cached]
            fn inner(n: u8) -> String {
                ran();
                format!("one {n}")
            }
            assert_eq!(inner(1), "one 1");
        }
        {
            #[cached]
            fn inner(n: u8) -> String {
                ran();
                format!("two {n}")
            }
            assert_eq!(inner(1), "two 1");
        }
        {
            #[cached(companions = false)]
            fn inner(n: u8) -> String {
                ran();
                format!("three {n}")
            }
            assert_eq!(inner(1), "three 1");
        }
    }
    assert_eq!(runs(), 3);
}

#[test]
fn methods_of_local_types_of_one_name_share_no_value() {
    let (_cache, _scope) = empty();
    for _ in 0..3 {
        {
            struct Shop;
            impl Shop {
                #[cached(skip(self))]
                fn price(&self, n: u8) -> String {
                    ran();
                    format!("one {n}")
                }
            }
            assert_eq!(Shop.price(1), "one 1");
        }
        {
            struct Shop;
            impl Shop {
                #[cached(skip(self))]
                fn price(&self, n: u8) -> String {
                    ran();
                    format!("two {n}")
                }
            }
            assert_eq!(Shop.price(1), "two 1");
        }
    }
    assert_eq!(runs(), 2);
}

macro_rules! declared {
    ($text:literal) => {{
        #[cached]
        fn inner(n: u8) -> String {
            format!("{} {n}", $text)
        }
        inner as fn(u8) -> String
    }};
}

/// Both stand on one line, as far as the compiler tells.
macro_rules! two_at_once {
    () => {
        (declared!("one"), declared!("two"))
    };
}

#[test]
fn functions_that_one_macro_writes_share_no_value_and_it_is_told() {
    let (_cache, _scope) = empty();
    let (one, two) = two_at_once!();
    let (_, log) = logged(Level::WARN, || {
        for _ in 0..3 {
            assert_eq!((one(1), two(1)), ("one 1".to_owned(), "two 1".to_owned()));
        }
    });
    assert!(log.iter().any(|line| line.contains("cannot tell them apart: rename one of them")), "{log:?}");
}

#[cached(key = "kind:{n}")]
fn kind<T>(n: u8) -> String {
    format!("{} {n}", type_name::<T>())
}

#[cached]
fn size<T>(n: u8) -> usize {
    size_of::<T>() + usize::from(n)
}

#[cached(key = "given:{n}", skip(_of))]
fn given(n: u8, _of: &impl Sized) -> usize {
    size_of_val(_of) + usize::from(n)
}

struct Repo<T>(T);

impl<T> Repo<T> {
    #[cached(key = "repo:{n}", skip(self))]
    fn size(&self, n: u8) -> usize {
        size_of_val(&self.0) + usize::from(n)
    }
}

#[test]
fn local_types_of_one_name_share_no_value() {
    let (_cache, _scope) = empty();
    for _ in 0..3 {
        {
            struct Local(#[expect(dead_code, reason = "only its size counts")] u8);
            assert_eq!((size::<Local>(1), given(1, &Local(1)), Repo(Local(1)).size(1)), (2, 2, 2));
            let _ = kind::<Local>(1);
        }
        {
            struct Local(#[expect(dead_code, reason = "only its size counts")] u64);
            assert_eq!((size::<Local>(1), given(1, &Local(1)), Repo(Local(1)).size(1)), (9, 9, 9));
            let _ = kind::<Local>(1);
        }
    }
}

#[test]
fn two_closures_of_one_caller_share_no_value() {
    #[cached(key = "applied:{n}", skip(f))]
    fn applied(n: u8, f: impl Fn(u8) -> u8) -> u8 {
        ran();
        f(n)
    }
    let (_cache, _scope) = empty();
    for _ in 0..3 {
        assert_eq!((applied(1, |n| n + 1), applied(1, |n| n + 2)), (2, 3));
    }
    assert_eq!(runs(), 2);
}

#[cached(key = "both:{id}")]
fn as_number(id: u64) -> u64 {
    ran();
    id
}

#[cached(key = "both:{id}")]
fn as_text(id: u64) -> String {
    ran();
    id.to_string()
}

#[test]
fn two_functions_of_one_key_and_different_types_are_told_once() {
    let (_cache, _scope) = empty();
    let (_, log) = logged(Level::WARN, || {
        for id in 1..4 {
            assert_eq!((as_text(id), as_number(id), as_text(id)), (id.to_string(), id, id.to_string()));
        }
    });
    assert_eq!(log.len(), 1, "{log:?}");
    for part in
        ["`as_number` (", "`as_text` (", "macros/names.rs:", "share the key `both:1`", "give one of them another key"]
    {
        assert!(log[0].contains(part), "{part}: {log:?}");
    }
}

#[cached(key = "primed:{id}")]
fn primed_number(id: u64) -> u64 {
    id
}

#[cached(key = "primed:{id}")]
fn primed_text(id: u64) -> String {
    id.to_string()
}

#[test]
fn a_value_that_a_companion_stores_has_a_writer_too() {
    let (_cache, _scope) = empty();
    let (_, log) = logged(Level::WARN, || {
        primed_number::prime(1, &5).unwrap();
        primed_text(1);
    });
    assert!(log.len() == 1 && log[0].contains("`primed_text` ("), "{log:?}");
}

#[cached(key = "{text}")]
fn length(text: &str) -> usize {
    text.len()
}

#[test]
fn a_key_finds_what_is_stored_under_it() {
    let (cache, _scope) = empty();
    for text in ["a", "@at", "@/at", "#2#x", &"long".repeat(100), &format!("{}~{}", "x".repeat(217), "0".repeat(32))] {
        let key = length::key(text);
        assert!(!cache.exists(&key).unwrap(), "{key}");
        length(text);
        assert!(cache.exists(&key).unwrap(), "{key}");
        assert_eq!(cache.get::<usize>(&key).unwrap(), Some(text.len()));
        assert!(cache.delete(&key).unwrap(), "{key}");
    }
    let _ = (size::<Vec<u8>>(1), kind::<u8>(7));
    assert!(cache.exists(&size::key::<Vec<u8>>(1)).unwrap() && cache.exists(&kind::key::<u8>(7)).unwrap());
}

mod hidden_fields {
    use serde::Serialize;
    use serde::ser::SerializeStruct;

    use super::*;

    #[derive(Clone, Serialize)]
    struct Query {
        page: u32,
        #[serde(skip)]
        user: String,
    }

    #[derive(Clone, Serialize)]
    struct Plain {
        flag: bool,
        page: u64,
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        user: Option<String>,
        #[serde(with = "as_text")]
        with: u8,
        list: Vec<(u8, u64)>,
    }

    mod as_text {
        pub(super) fn serialize<S: serde::Serializer>(n: &u8, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(n)
        }
    }

    #[cached]
    fn rows(query: &Query) -> usize {
        query.user.len()
    }

    #[derive(Serialize)]
    struct Holder {
        id: u8,
        query: Query,
    }

    #[cached(companions = false)]
    fn held(holder: Holder) -> usize {
        holder.query.user.len()
    }

    #[cached]
    fn in_a_slice(queries: &[Query]) -> usize {
        queries.len()
    }

    #[cached]
    fn in_a_list(queries: Vec<Query>, _pages: &Vec<Plain>) -> usize {
        queries.len()
    }

    #[cached]
    fn in_an_option_and_an_array(query: Option<Query>, queries: [Query; 1]) -> usize {
        queries.len() + usize::from(query.is_some())
    }

    fn plain_value(user: Option<&str>) -> Plain {
        let (name, user) = ("n".to_owned(), user.map(str::to_owned));
        Plain { flag: true, page: 1, name, user, with: 1, list: vec![(1, 1)] }
    }

    /// The compiler may not move its fields together.
    #[derive(Serialize)]
    #[repr(C)]
    struct Padded {
        a: u8,
        b: u64,
        c: u8,
    }

    /// What it writes stands elsewhere.
    struct ByHand {
        name: String,
    }

    impl Serialize for ByHand {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut fields = serializer.serialize_struct("ByHand", 1)?;
            fields.serialize_field("name", self.name.as_str())?;
            fields.end()
        }
    }

    #[cached]
    fn unusual(padded: &Padded, by_hand: ByHand) -> usize {
        usize::from(padded.a) + by_hand.name.len()
    }

    #[cached]
    fn plain(plain: &Plain, boxed: Box<Plain>, pair: (u8, u64), text: &&str) -> usize {
        plain.name.len() + boxed.name.len() + pair.0 as usize + text.len()
    }

    #[test]
    fn a_default_key_that_leaves_fields_out_is_told_once() {
        let (_cache, _scope) = empty();
        let query = |user: &str| Query { page: 1, user: user.to_owned() };
        let (_, log) = logged(Level::WARN, || {
            rows(&query("a"));
            rows(&query("b"));
            held(Holder { id: 1, query: query("a") });
        });
        assert_eq!(log.len(), 2, "{log:?}");
        assert!(
            log[0].contains("hidden_fields::rows` leaves out fields of `Query` in the argument `query`"),
            "{log:?}"
        );
        assert!(
            log[0].contains("or `skip(query)`") && log[1].contains("fields of `Query` in the argument `holder`"),
            "{log:?}"
        );
    }

    #[test]
    fn a_list_of_what_leaves_fields_out_is_told() {
        let (_cache, _scope) = empty();
        let query = || Query { page: 1, user: "a".to_owned() };
        let (_, log) = logged(Level::WARN, || {
            in_a_slice(&[query(), query()]);
            in_a_list(vec![query()], &vec![plain_value(None)]);
            in_an_option_and_an_array(Some(query()), [query()]);
        });
        let told: Vec<_> =
            log.iter().map(|line| line.contains("leaves out fields of `Query` in the argument `quer")).collect();
        assert_eq!(told, [true; 4], "{log:?}");
    }

    #[test]
    fn a_key_that_holds_all_fields_is_not() {
        let (_cache, _scope) = empty();
        let (_, log) = logged(Level::WARN, || {
            plain(&plain_value(None), Box::new(plain_value(Some("u"))), (1, 2), &"t");
            plain(&plain_value(Some("u")), Box::new(plain_value(None)), (1, 2), &"t");
            unusual(&Padded { a: 1, b: 2, c: 3 }, ByHand { name: "n".to_owned() });
        });
        assert!(log.is_empty(), "{log:?}");
    }
}
