//! Which fragments are one, and which are apart.

use askama::Template;
use cache_askama::{Prefix, filters};
use cache_runtime::Cache;

use crate::site::{Card, card, cards, show};

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached("cards/head", card) %}head{{ crate::site::note("") }}{% endfilter %} {% filter cached("cards/foot", card) %}foot{{ crate::site::note("") }}{% endfilter %}"#
)]
struct Two {
    card: Card,
}

#[test]
fn two_filters_on_one_model_are_apart_by_their_prefixes() {
    let (cache, page) = (Cache::memory(), Two { card: card(1, 1) });
    assert_eq!(show(&page, &cache), ("head foot".to_owned(), 2));
    assert_eq!(show(&page, &cache), ("head foot".to_owned(), 0));
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached("cards", cards) %}{% for card in cards %}{{ card.id }}{% endfor %}{{ crate::site::note("") }}{% endfilter %}"#
)]
struct List {
    cards: Vec<Card>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached("cards", cards) %}{% for card in cards %}{{ card.id }}{% endfor %}{{ crate::site::note("") }}{% endfilter %}"#
)]
struct Slice<'a> {
    cards: &'a [Card],
}

#[test]
fn a_list_is_new_if_a_member_is_added_removed_changed_or_swapped() {
    let cache = Cache::memory();
    let shown = |list: &[(u32, u64)]| show(&List { cards: cards(list) }, &cache);
    assert_eq!(shown(&[(1, 1), (2, 2)]), ("12".to_owned(), 1));
    assert_eq!(shown(&[(1, 1), (2, 2)]), ("12".to_owned(), 0));
    assert_eq!(shown(&[(1, 1), (2, 2), (3, 1)]), ("123".to_owned(), 1), "added");
    assert_eq!(shown(&[(2, 2)]), ("2".to_owned(), 1), "removed");
    assert_eq!(shown(&[(1, 2), (2, 2)]), ("12".to_owned(), 1), "changed");
    assert_eq!(shown(&[(3, 1), (2, 2)]), ("32".to_owned(), 1), "swapped, with an equal count and newest moment");
    assert_eq!(shown(&[]), (String::new(), 1), "empty");
    assert_eq!(shown(&[]), (String::new(), 0), "empty again");
    assert_eq!(show(&Slice { cards: &cards(&[(1, 1), (2, 2)]) }, &cache).1, 0, "a slice is the same list");
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached("greeting", "hello", vary = user) %}hello {{ user }}{{ crate::site::note("") }}{% endfilter %}"#
)]
struct Greeting<'a> {
    user: &'a str,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached("greeting", user) %}hello {{ user }}{{ crate::site::note("") }}{% endfilter %}"#
)]
struct ByText<'a> {
    user: &'a str,
}

#[test]
fn what_varies_is_apart_even_by_case_alone() {
    let cache = Cache::memory();
    for user in ["bob", "Bob", "", "eve"] {
        assert_eq!(show(&Greeting { user }, &cache), (format!("hello {user}"), 1));
        assert_eq!(show(&Greeting { user }, &cache), (format!("hello {user}"), 0));
    }
    assert_eq!(show(&ByText { user: "bob" }, &cache).0, "hello bob");
    assert_eq!(show(&ByText { user: "Bob" }, &cache).0, "hello Bob", "one key, and never the other's fragment");
    assert!(cache.delete("bob").unwrap(), "the key is in lower case");
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached("page", "menu", version = version) %}{{ crate::site::note("") }}{% endfilter %}{% filter cached("card", card, version = version) %}{{ crate::site::note("") }}{% endfilter %}"#
)]
struct Versioned<'a> {
    version: &'a str,
    card: &'a Card,
}

#[test]
fn a_version_renders_anew() {
    let (cache, card) = (Cache::memory(), card(1, 1));
    let bodies = |version| show(&Versioned { version, card: &card }, &cache).1;
    assert_eq!((bodies("v1"), bodies("v1"), bodies("v2"), bodies("v1")), (2, 0, 2, 0));
    assert!(cache.exists("menu:v2").unwrap() && cache.exists("card:v2/card/1").unwrap());
}

const BEFORE: Prefix = Prefix::new("edited", &["<h2>"]);
const AFTER: Prefix = Prefix::new("edited", &["<h1>"]);

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached(prefix, card) %}{{ crate::site::note("") }}{% endfilter %}{% filter cached(prefix, "menu") %}{{ crate::site::note("") }}{% endfilter %}"#
)]
struct Edited<'a> {
    prefix: &'a Prefix,
    card: &'a Card,
}

#[test]
fn an_edited_template_is_another_fragment() {
    let (cache, card) = (Cache::memory(), card(1, 1));
    let bodies = |prefix| show(&Edited { prefix, card: &card }, &cache).1;
    assert_eq!((bodies(&BEFORE), bodies(&BEFORE)), (2, 0));
    assert_eq!((bodies(&AFTER), bodies(&AFTER)), (2, 0));
    // The release before finds its fragment of the card, whose key has the digest. The text has one key for both.
    assert_eq!(bodies(&BEFORE), 1);
}

#[derive(Template)]
#[template(ext = "html", source = r#"{% filter cached("html", "a") %}{{ text }}{% endfilter %}"#)]
struct Html<'a> {
    text: &'a str,
}

#[derive(Template)]
#[template(ext = "txt", source = r#"{% filter cached("txt", "b") %}{{ text }}{% endfilter %}"#)]
struct Text<'a> {
    text: &'a str,
}

#[test]
fn a_hit_is_escaped_as_a_miss_is() {
    let cache = Cache::memory();
    for _ in 0..2 {
        assert_eq!(show(&Html { text: "<" }, &cache).0, "&#60;");
        assert_eq!(show(&Text { text: "<" }, &cache).0, "<");
    }
}
