//! Frozen keys of all forms: a newer release finds the entries of an older one only under the same key.
//!
//! `keys.txt` holds a call and its key on each line. A key may change only with a reason that stands in the changelog.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use cache_runtime::cached;
use serde::Serialize;

#[derive(Serialize)]
struct Point {
    x: i32,
    y: Option<f64>,
}

#[derive(Serialize)]
struct Wrapped(u8);

#[derive(Serialize)]
enum Shape {
    Dot,
    Circle(u8),
    Line { to: u8 },
}

#[cached(key = "user:{id}")]
fn user(id: u64) {
    let _ = id;
}

#[cached(key = "page:{url}:{lang}")]
fn page(url: &str, lang: &str) {
    let _ = (url, lang);
}

#[cached(key = "{{{a}%{b}é{c}}}")]
fn odd(a: &str, b: &str, c: &str) {
    let _ = (a, b, c);
}

#[cached(key = "price:{sku}", version = 2)]
fn versioned(sku: u64) {
    let _ = sku;
}

#[cached(key = "price:{sku}", version = "v#<2>")]
fn versioned_by_a_text(sku: u64) {
    let _ = sku;
}

#[cached(key = "of:{n}")]
fn generic<T, const N: usize>(n: u8) {
    let _ = n;
}

#[cached(key = "of:{n}")]
fn unnamed(n: impl std::fmt::Display) {
    let _ = n;
}

#[cached]
fn nothing() {}

#[cached]
fn numbers(a: u8, b: i64, c: u128, d: f32, e: bool, f: char) {
    let _ = (a, b, c, d, e, f);
}

#[cached(version = 3, skip(b))]
async fn texts(a: &str, b: u8, c: String, d: Cow<'_, str>, r#type: Option<&str>) {
    let _ = (a, b, c, d, r#type);
}

#[cached]
fn collections(a: &[u8], b: (u8, &str), c: [Option<u8>; 2], d: &HashMap<u8, &str>, e: BTreeMap<&str, ()>) {
    let _ = (a, b, c, d, e);
}

#[cached]
fn structs(point: &Point, wrapped: Wrapped, shapes: &[Shape], at: IpAddr) {
    let _ = (point, wrapped, shapes, at);
}

#[cached]
fn generic_by_default<T: Serialize, const N: usize>(values: [T; 1], (a, _): (u8, u8)) {
    let _ = (values, a);
}

#[cached(each = ids, key = "many:{lang}:{id}")]
fn many(ids: &[u64], lang: &str) -> Vec<u64> {
    let _ = lang;
    ids.to_vec()
}

struct Shop<T>(T);

impl<T> Shop<T> {
    #[cached(key = "shop:{sku}", skip(self))]
    fn price(&self, sku: u64) {
        let _ = (&self.0, sku);
    }

    #[cached(skip(self))]
    fn tax(&self, sku: u64) {
        let _ = (&self.0, sku);
    }
}

trait Named {
    #[cached(skip(self))]
    fn name(&self) -> u8
    where
        Self: Sized,
    {
        1
    }
}

impl Named for Point {}

macro_rules! lines {
    ($($name:literal $key:expr;)*) => { [$(format!("{:<32}{}\n", $name, $key.replace('\0', "NUL"))),*].concat() };
}

#[test]
fn keys_are_those_of_all_releases() {
    let point = || Point { x: -1, y: Some(0.5) };
    let inner = {
        #[cached]
        fn inner(n: u8) {
            let _ = n;
        }
        inner::key(1)
    };
    let lines = lines! {
        "template" user::key(42);
        "template, two placeholders" page::key("http://x/%41", "en");
        "template, odd separators" odd::key("a%b", "éa", "%25");
        "template, `@` in front" unnamed_at("@a");
        "template, 300 bytes" unnamed_at(&"x".repeat(300));
        "template, version" versioned::key(7);
        "template, version of a text" versioned_by_a_text::key(7);
        "template, type arguments" generic::key::<Vec<u8>, 3>(1);
        "template, unnamed type" unnamed::key("a");
        "template, generic impl" Shop(1_u8).price_key(7);
        "template, of each element" many::key(7, "en:us");
        "default, no arguments" nothing::key();
        "default, numbers" numbers::key(1, -2, u128::MAX, 0.1, true, '\'');
        "default, texts and version" texts::key("a\"\\", "b".to_owned(), "c\0".into(), Some("None"));
        "default, collections" collections::key(&[1, 2], (1, "a"), [None, Some(2)], &[(2, "b"), (1, "a")].into(), [("k", ())].into());
        "default, structs" structs::key(&point(), Wrapped(1), &[Shape::Dot, Shape::Circle(1), Shape::Line { to: 2 }], [127, 0, 0, 1].into());
        "default, type arguments" generic_by_default::key::<f64, 3>([f64::NAN], (1, 2));
        "default, generic impl" Shop("a").tax_key(7);
        "default, trait" point().name_key();
        "default, inside of a function" inner;
    };
    assert_eq!(lines, include_str!("keys.txt"), "see the first lines of this file");
}

fn unnamed_at(text: &str) -> String {
    #[cached(key = "{text}")]
    fn whole(text: &str) {
        let _ = text;
    }
    whole::key(text)
}
