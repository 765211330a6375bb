//! Keys look as documented, and distinct arguments have distinct keys.
#![expect(clippy::extra_unused_type_parameters, reason = "a function's key depends on them")]

use std::collections::{BTreeSet, HashMap};

use super::*;

mod function_paths;
mod injective;

/// The path of the function in which this is written.
macro_rules! place {
    () => {
        place!(in_impl: false, async: false)
    };
    (async: $is_async:expr) => {
        place!(in_impl: false, async: $is_async)
    };
    (in_impl: $in_impl:expr) => {
        place!(in_impl: $in_impl, async: false)
    };
    (in_impl: $in_impl:expr, async: $is_async:expr) => {
        FunctionPath::of(
            &|| (),
            &{
                fn here() {}
                here
            },
            module_path!(),
            $in_impl,
            $is_async,
        )
    };
}
use place;

fn template(pieces: &[&str], values: &[&dyn KeyText]) -> String {
    template_key(pieces, values, None, place!(), &[]).unwrap()
}

#[test]
fn a_template_key_is_the_text_of_the_template() {
    assert_eq!(template(&["user:", ""], &[&42]), "user:42");
    assert_eq!(template(&["page:", ":", ""], &[&"home", &"en"]), "page:home:en");
    assert_eq!(template(&["user:", ""], &[&"a:b%c"]), "user:a:b%c", "a single placeholder is written as it is");
}

#[test]
fn the_separator_of_two_placeholders_is_escaped_inside_them() {
    assert_eq!(template(&["page:", ":", ""], &[&"http://x", &"en"]), "page:http%3A//x:en");
    assert_ne!(template(&["", ":", ""], &[&"a:b", &"c"]), template(&["", ":", ""], &[&"a", &"b:c"]));
    let percent = |a: &str, b: &str| template(&["", "%", ""], &[&a, &b]);
    assert_ne!(percent("x", "25%y"), percent("x%", "25y"));
    assert_ne!(percent("a!", "b"), percent("a", "!b"));
    assert_ne!(template(&["", "é", ""], &[&"aéb", &"c"]), template(&["", "é", ""], &[&"a", &"béc"]));
}

#[test]
fn versions_and_type_arguments_have_keys_of_their_own() {
    let key = |version: Option<&dyn Display>, types: &[TypeArgument<'_>]| {
        template_key(&["user:", ""], &[&7], version, place!(), types).unwrap()
    };
    assert_eq!(key(Some(&2), &[]), "#2#user:7");
    assert_eq!(
        key(None, &[TypeArgument::of::<u8>(), TypeArgument::of_val("x"), TypeArgument::Const(&7)]),
        "#<u8|str|7>#user:7"
    );
    assert_eq!(key(Some(&"v#1<"), &[TypeArgument::of::<[u8; 4]>()]), "#v%231%3C<[u8; 4]>#user:7");
}

#[test]
fn a_default_key_names_the_function_and_its_arguments() {
    fn all<T>() -> Result<String> {
        DefaultKey::new(place!(), Some(&3), 1, 2).finish()
    }
    fn report() -> Result<String> {
        DefaultKey::new(place!(), None, 1, 2).arg("year", &2024u16).arg("region", "eu").finish()
    }
    let stem = concat!(module_path!(), "::a_default_key_names_the_function_and_its_arguments");
    assert_eq!(report().unwrap(), format!(r#"{stem}::report@1:2(year=2024u16,region="eu")"#));
    assert_eq!(all::<u8>().unwrap(), format!("#3#{stem}::all<u8>@1:2()"));
}

#[test]
fn distinct_arguments_have_distinct_canonical_forms() {
    #[derive(serde::Serialize)]
    struct Point {
        x: i32,
        y: i32,
    }
    #[derive(serde::Serialize)]
    enum Shape {
        Dot,
        Circle(u8),
        Line { to: u8 },
    }
    let forms = [
        text(&1u8),
        text(&1u16),
        text(&"1"),
        text(&'1'),
        text(&1.0f64),
        text(&-0.0f64),
        text(&0.0f64),
        text(&f64::NAN),
        text(&true),
        text(&"true"),
        text(&()),
        text(&""),
        text(&Some("None")),
        text(&None::<u8>),
        text(&Some(())),
        text(&"None"),
        text(&("a", "b:c")),
        text(&("a:b", "c")),
        text(&["a", "b"]),
        text(&["a\",\"b"]),
        text(&vec![1u8]),
        text(&[1u8, 2]),
        text(&vec![vec![1u8], vec![]]),
        text(&vec![vec![], vec![1u8]]),
        text(&"\\"),
        text(&"\""),
        text(&"\0"),
        text(&Point { x: 1, y: 2 }),
        text(&Point { x: 2, y: 1 }),
        text(&Shape::Dot),
        text(&Shape::Circle(1)),
        text(&Shape::Line { to: 1 }),
    ];
    assert_eq!(forms.iter().collect::<BTreeSet<_>>().len(), forms.len(), "{forms:#?}");
    assert_eq!(text(&Point { x: 1, y: -2 }), "Point{x:1i32,y:-2i32}");
    assert_eq!(text(&f64::NAN), text(&-f64::NAN), "all NaNs are one");
}

#[test]
fn a_quote_in_a_text_does_not_end_it() {
    #[derive(serde::Serialize)]
    enum Token {
        Text(&'static str),
        #[serde(rename = "\"")]
        Quote,
        Group(Box<Token>),
    }
    let two = [Token::Text(r"a\"), Token::Text("),Token::Group(Token::")];
    let one = [Token::Text("a\"),Token::Text("), Token::Group(Box::new(Token::Quote))];
    // They differ in one `\`. Without it the first text of `two` would go on, up to the quote in its second.
    assert_eq!(text(&two), r#"(Token::Text("a\\"),Token::Text("),Token::Group(Token::"))"#);
    assert_eq!(text(&one), r#"(Token::Text("a\"),Token::Text("),Token::Group(Token::"))"#);
}

#[test]
fn a_map_has_one_form_whatever_its_order() {
    let forward: HashMap<u32, &str> = (0..100).map(|n| (n, "v")).collect();
    let backward: HashMap<u32, &str> = (0..100).rev().map(|n| (n, "v")).collect();
    assert_eq!(text(&forward), text(&backward));
}

fn text<T: Serialize + ?Sized>(value: &T) -> String {
    let mut out = String::new();
    argument_encoding::write(value, &mut out).unwrap();
    out
}

#[test]
fn an_argument_that_serde_cannot_write_is_an_error_that_names_it() {
    struct Broken;
    impl Serialize for Broken {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no"))
        }
    }
    let error = DefaultKey::new(place!(), None, 1, 2).arg("x", &Broken).arg("y", &1).finish().unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Key, "argument `x` cannot be part of the key: no; skip it, or write a `key`")
    );
}

#[test]
fn namespaces_share_no_key_with_each_other_or_with_the_root() {
    let names = ["e", "a", "a/b", "a%2Fb", "%", "@", "é"];
    let keys = ["k", "@k", "@/k", "@a/k", "/", "@", "#", "@%/k"];
    let mut namespaces = vec![String::new()];
    for name in names {
        namespaces.push(namespace("", name));
        namespaces.extend(names.map(|inner| namespace(&namespace("", name), inner)));
    }
    let all: Vec<String> =
        namespaces.iter().flat_map(|n| keys.map(|key| stored(n, key).unwrap().into_owned())).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:#?}");
    assert!(stored(&namespace("", "a"), "k").unwrap().starts_with(&namespace("", "a")));
    assert_eq!(stored(&namespace("", "tenant-7"), "user:42").unwrap(), "@tenant-7/user:42");
}

#[test]
fn a_long_key_keeps_its_start_and_ends_in_a_hash() {
    let long = "x".repeat(10_000);
    let (a, b) = (format!("{long}a"), format!("{long}b"));
    let (a, b) = (stored("", &a).unwrap().into_owned(), stored("", &b).unwrap().into_owned());
    assert_ne!(a, b);
    assert_eq!(a.len(), MAX_LEN);
    assert!(a.starts_with("xxx"));
    assert_eq!(stored("", &a).unwrap().len(), MAX_LEN);
    assert_ne!(stored("", &a).unwrap(), a, "a plain key that looks like a shortened one is another key");
    let frozen = format!("{}~0d4e2ca9e9cbced7a7a5380eb29e1a37", "x".repeat(217));
    assert_eq!(stored("", &"x".repeat(300)).unwrap(), frozen, "a newer release finds the entries of an older one");
    let exact = "y".repeat(MAX_LEN);
    assert_eq!(stored("", &exact).unwrap(), exact);
    let wide = "é".repeat(300);
    assert!(stored("", &wide).unwrap().len() <= MAX_LEN, "cut between characters");
    assert_ne!(namespace("", &long), namespace("", &format!("{long}!")));
    let three = (0..3).fold(String::new(), |outer, _| namespace(&outer, &long));
    assert!(stored(&three, &"x".repeat(300)).unwrap().len() <= MAX_LEN, "also inside three long namespaces");
}

#[test]
fn an_empty_key_is_an_error() {
    assert_eq!(stored("", "").unwrap_err().kind(), ErrorKind::Key);
    assert_eq!(stored("@a/", "").unwrap_err().kind(), ErrorKind::Key);
    assert!(stored("", "0").is_ok());
}
