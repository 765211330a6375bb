//! Which calls share a value, and under which key it is stored.

use std::fmt::Display;

use cache_runtime::cached;

use crate::common::{empty, ran, runs};

#[cached(key = "user:{id}")]
fn user(id: u64) -> String {
    ran();
    format!("user {id}")
}

#[test]
fn the_text_of_a_template_is_the_key() {
    let (cache, _scope) = empty();
    assert_eq!(user(42), "user 42");
    assert_eq!(cache.get::<String>("user:42").unwrap().as_deref(), Some("user 42"));
    cache.set("user:7", "set by hand").unwrap();
    assert_eq!(user(7), "set by hand");
    assert_eq!(runs(), 1);
}

#[cached(key = "{{literal}}:{id}")]
fn braces(id: u8) -> u8 {
    id
}

#[test]
fn doubled_braces_are_braces_in_the_key() {
    let (cache, _scope) = empty();
    braces(1);
    assert_eq!(cache.get("{literal}:1").unwrap(), Some(1u8));
}

struct Place {
    town: Town,
    pair: (u8, (u8, u8)),
    r#type: &'static str,
}

struct Town {
    zip: u32,
}

#[cached(key = "{place.town.zip}:{place.pair.1.0}:{place.type}:{in}")]
fn fields(place: &Place, r#in: u8) -> u8 {
    r#in
}

#[test]
fn a_key_may_contain_fields_and_raw_names() {
    let (cache, _scope) = empty();
    fields(&Place { town: Town { zip: 8000 }, pair: (1, (2, 3)), r#type: "city" }, 9);
    assert_eq!(cache.get("8000:2:city:9").unwrap(), Some(9u8));
}

#[cached(key = "pair:{a}:{b}")]
fn pair(a: &str, b: &str) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

#[test]
fn a_separator_inside_a_value_is_escaped() {
    let (_cache, _scope) = empty();
    assert_eq!(pair("a:b", "c"), ("a:b".into(), "c".into()));
    assert_eq!(pair("a", "b:c"), ("a".into(), "b:c".into()));
}

#[cached(key = "price:{sku}", version = 2)]
fn price(sku: u32) -> u32 {
    ran();
    sku * 2
}

#[cached(key = "price:{sku}", version = "three")]
fn price_three(sku: u32) -> u32 {
    ran();
    sku * 3
}

#[cached(key = "price:{sku}")]
fn price_of_old(sku: u32) -> u32 {
    ran();
    sku
}

#[test]
fn a_version_is_part_of_the_key() {
    let (_cache, _scope) = empty();
    assert_eq!((price_of_old(5), price(5), price_three(5)), (5, 10, 15));
    assert_eq!((price_of_old(5), price(5), price_three(5)), (5, 10, 15));
    assert_eq!(runs(), 3);
}

struct Client;

#[cached(key = "page:{url}", skip(client))]
fn page(client: &Client, url: &str) -> String {
    ran();
    let Client = client;
    url.to_owned()
}

#[test]
fn a_skipped_argument_needs_no_display() {
    let (cache, _scope) = empty();
    page(&Client, "/");
    page(&Client, "/");
    assert_eq!(runs(), 1);
    assert!(cache.exists("page:/").unwrap());
}

mod defaults {
    use super::*;

    #[cached]
    pub(super) fn sum(a: u8, b: u8) -> u8 {
        ran();
        a + b
    }

    #[cached]
    pub(super) fn difference(a: u8, b: u8) -> u8 {
        ran();
        a - b
    }

    pub(super) mod inner {
        use super::*;

        #[cached]
        pub(in super::super) fn sum(a: u8, b: u8) -> u8 {
            ran();
            a + b + 100
        }
    }
}

#[test]
fn default_keys_distinguish_arguments_functions_and_modules() {
    let (_cache, _scope) = empty();
    for _ in 0..3 {
        assert_eq!(defaults::sum(2, 1), 3);
        assert_eq!(defaults::sum(1, 2), 3);
        assert_eq!(defaults::difference(2, 1), 1);
        assert_eq!(defaults::inner::sum(2, 1), 103);
    }
    assert_eq!(runs(), 4);
}

#[test]
fn functions_inside_functions_have_keys_of_their_own() {
    fn first() -> u8 {
        #[cached]
        fn inner() -> u8 {
            1
        }
        inner()
    }
    fn second() -> u8 {
        #[cached]
        fn inner() -> u8 {
            2
        }
        inner()
    }
    let (_cache, _scope) = empty();
    assert_eq!((first(), second(), first()), (1, 2, 1));
}

#[cached]
async fn waited(id: u8) -> u8 {
    ran();
    id
}

#[test]
fn default_keys_are_the_path_and_the_arguments() {
    let (cache, _scope) = empty();
    defaults::inner::sum(2, 1);
    smol::block_on(waited(7));
    assert!(cache.exists("macros::keys::defaults::inner::sum(a=2u8,b=1u8)").unwrap());
    assert!(cache.exists("macros::keys::waited(id=7u8)").unwrap());
}

#[cached(skip(client))]
fn skipped_by_default(client: &Client, id: u8) -> u8 {
    ran();
    let Client = client;
    id
}

#[test]
fn a_default_key_omits_skipped_arguments() {
    let (cache, _scope) = empty();
    skipped_by_default(&Client, 3);
    assert!(cache.exists("macros::keys::skipped_by_default(id=3u8)").unwrap());
}

#[cached(key = "default")]
fn made<T: Default + ToString>() -> String {
    ran();
    T::default().to_string()
}

#[cached]
fn length<const N: usize>() -> usize {
    ran();
    N
}

#[cached(key = "shown:{value}")]
fn shown(value: impl Display + Copy) -> String {
    ran();
    std::any::type_name_of_val(&value).to_owned()
}

#[test]
fn instances_of_a_generic_function_do_not_share() {
    let (_cache, _scope) = empty();
    for _ in 0..3 {
        assert_eq!((made::<u8>(), made::<bool>()), ("0".into(), "false".into()));
        assert_eq!((length::<1>(), length::<2>()), (1, 2));
        assert_eq!((shown(1u8), shown("1")), ("u8".into(), "&str".into()));
    }
    assert_eq!(runs(), 6);
}

struct Shop {
    id: u32,
    rate: u32,
}

impl Shop {
    #[cached(key = "shop:{self.id}:price:{sku}")]
    fn price(&self, sku: u32) -> Option<u32> {
        ran();
        Some(sku * self.rate)
    }

    #[cached(skip(self))]
    fn tax(&self, amount: u32) -> u32 {
        ran();
        amount / 5
    }

    #[cached(key = "shop:{self.id}:waited")]
    async fn waited(&self) -> u32 {
        ran();
        self.rate
    }
}

#[test]
fn methods_are_distinguished_by_the_fields_of_self_in_the_key() {
    let (cache, _scope) = empty();
    let (one, two) = (Shop { id: 1, rate: 10 }, Shop { id: 2, rate: 20 });
    for _ in 0..3 {
        assert_eq!((one.price(3), two.price(3)), (Some(30), Some(60)));
        assert_eq!(smol::block_on(async { (one.waited().await, two.waited().await) }), (10, 20));
    }
    assert_eq!(runs(), 4);
    assert_eq!(cache.get("shop:2:price:3").unwrap(), Some(Some(60u32)));
}

#[test]
fn calls_that_skip_self_share_a_value() {
    let (_cache, _scope) = empty();
    assert_eq!((Shop { id: 1, rate: 1 }.tax(50), Shop { id: 2, rate: 2 }.tax(50)), (10, 10));
    assert_eq!(runs(), 1);
}

#[cached(key = "taken:{n}:{text}")]
fn changes_its_arguments(mut n: u32, text: String) -> u32 {
    n += 100;
    let bytes = text.into_bytes();
    n + u32::try_from(bytes.len()).unwrap()
}

#[test]
fn the_key_is_made_before_the_body_changes_an_argument() {
    let (cache, _scope) = empty();
    assert_eq!(changes_its_arguments(1, "abc".to_owned()), 104);
    assert_eq!(cache.get("taken:1:abc").unwrap(), Some(104u32));
}

#[cached]
fn destructured((a, b): (u8, u8), [first, ..]: [u8; 2]) -> u8 {
    ran();
    a + b + first
}

#[cached(key = "point:{x}:{y}")]
fn point(Point { x, y }: Point) -> i32 {
    ran();
    x - y
}

struct Point {
    x: i32,
    y: i32,
}

#[test]
fn names_of_a_pattern_are_part_of_the_key() {
    let (cache, _scope) = empty();
    assert_eq!((destructured((1, 2), [3, 4]), destructured((2, 1), [3, 4])), (6, 6));
    assert_eq!(destructured((1, 2), [3, 9]), 6);
    assert_eq!(runs(), 2);
    point(Point { x: 5, y: 3 });
    assert!(cache.exists("point:5:3").unwrap());
}
