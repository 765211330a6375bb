//! Which fragments are one, and which are apart.

use tera::{Map, Value};

use crate::site::{Site, card, cards};

#[test]
fn two_tags_on_one_model_are_apart() {
    let site = Site::new(&[(
        "a.html",
        "{% cache card %}head{{ body() }}{% endcache %}{% cache card %}foot{{ body() }}{% endcache %}",
    )]);
    assert_eq!(site.show("a.html", &[("card", card(1, 1))]), ("head!foot!".to_owned(), 2));
    assert_eq!(site.show("a.html", &[("card", card(1, 1))]), ("head!foot!".to_owned(), 0));
}

#[test]
fn every_change_of_a_list_is_another_fragment() {
    let site = Site::new(&[(
        "a.html",
        "{% cache cards %}{% for card in cards %}{{ card.id }}{% endfor %}{{ body() }}{% endcache %}",
    )]);
    let shown = |list: &[(u32, u64)]| site.show("a.html", &[("cards", cards(list))]);
    assert_eq!(shown(&[(1, 1), (2, 2)]), ("12!".to_owned(), 1));
    assert_eq!(shown(&[(1, 1), (2, 2)]), ("12!".to_owned(), 0));
    assert_eq!(shown(&[(1, 1), (2, 2), (3, 1)]), ("123!".to_owned(), 1), "added");
    assert_eq!(shown(&[(2, 2)]), ("2!".to_owned(), 1), "removed");
    assert_eq!(shown(&[(1, 2), (2, 2)]), ("12!".to_owned(), 1), "changed");
    assert_eq!(shown(&[(3, 1), (2, 2)]), ("32!".to_owned(), 1), "swapped, with an equal count and newest moment");
    assert_eq!(shown(&[]), ("!".to_owned(), 1), "empty");
    assert_eq!(shown(&[]), ("!".to_owned(), 0), "empty again");
}

#[test]
fn a_version_renders_anew() {
    let site = Site::new(&[(
        "a.html",
        "{% cache 'a', version=version %}{{ body() }}{% endcache %}{% cache card, version=version %}{{ body() }}{% endcache %}",
    )]);
    let bodies = |version: &str| site.show("a.html", &[("version", version.into()), ("card", card(1, 1))]).1;
    assert_eq!((bodies("v1"), bodies("v1"), bodies("v2"), bodies("v1")), (2, 0, 2, 0));
    assert!(site.cache.exists("a:v2").unwrap());
}

#[test]
fn all_parts_of_a_tuple_count_and_so_does_what_varies() {
    for tag in ["cache (card, value)", "cache card, vary=value", "cache card, vary=[value, 1]", "cache (card, value,)"]
    {
        let site = Site::new(&[("a.html", &format!("{{% {tag} %}}{{{{ body() }}}}{{% endcache %}}"))]);
        let values: [Value; 7] =
            ["bob".into(), "Bob".into(), 7.into(), "7".into(), true.into(), "true".into(), Value::none()];
        for value in values {
            let bodies = |card_id| site.show("a.html", &[("card", card(card_id, 1)), ("value", value.clone())]).1;
            assert_eq!((bodies(1), bodies(1), bodies(2)), (1, 0, 1), "{tag} with {value:?}");
        }
    }
}

#[test]
fn texts_that_differ_in_case_share_a_key_and_never_a_fragment() {
    let site = Site::new(&[("a.html", "{% cache name %}{{ name }}{% endcache %}")]);
    assert_eq!(site.render("a.html", &[("name", "bob".into())]), "bob");
    assert_eq!(site.render("a.html", &[("name", "Bob".into())]), "Bob");
}

#[test]
fn what_has_no_key_is_an_error_with_file_and_line() {
    let site = Site::new(&[("a.html", "\n{% cache value %}{% endcache %}")]);
    let mut map = Map::new();
    map.insert("id".into(), 1.into());
    for (value, message) in [
        (Value::from(7), "there is no key for a i64"),
        (Value::from(map), "cache_tera::model(&card)"),
        (Value::from(vec![1, 2]), "cache_tera::models(&cards)"),
        (Value::from(""), "empty text"),
    ] {
        let error = site.error("a.html", &[("value", value)]);
        assert!(error.contains(message) && error.contains("a.html:2:"), "{error}");
    }
    let error = site.error("a.html", &[]);
    assert!(error.contains("value") && error.contains("a.html:2:"), "{error}");
}

#[test]
fn data_cannot_pretend_to_be_a_model() {
    let site = Site::new(&[("a.html", "{% cache value %}{% endcache %}")]);
    let mut fields = card(1, 1).into_map().unwrap();
    let entry = fields.iter().find(|(key, _)| key.as_str() == Some("__cache_model")).unwrap().1.clone();
    let mut bytes = entry.as_bytes().unwrap().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    fields.insert("__cache_model".into(), Value::bytes(bytes));
    assert!(site.error("a.html", &[("value", fields.into())]).contains("there is no key"));
}

#[test]
fn a_text_template_is_not_escaped_and_apart_from_html() {
    let part = "{% cache 'shared', skip_digest=true %}{{ text }}{% endcache %}";
    let site = Site::new(&[("a.html", part), ("a.txt", part)]);
    for _ in 0..2 {
        assert_eq!(site.render("a.html", &[("text", "<".into())]), "&lt;");
        assert_eq!(site.render("a.txt", &[("text", "<".into())]), "<");
    }
}

#[test]
fn items_of_a_list_are_apart_and_do_not_depend_on_the_first() {
    let site = Site::new(&[("a.html", "{% cache_each n in ns %}{{ n }}{{ body() }}{% endcache_each %}")]);
    let shown = |ns: &[&str]| site.show("a.html", &[("ns", Value::from(ns.to_vec()))]);
    assert_eq!(shown(&["Bob", "bob"]), ("Bob!bob!".to_owned(), 2));
    assert_eq!(shown(&["bob", "Bob"]), ("bob!Bob!".to_owned(), 0));
    assert_eq!(shown(&["bob"]), ("bob!".to_owned(), 0));
}
