//! When two tags share a fragment, and when not.

use cache_minijinja::{model, models};
use minijinja::{Value, context};

use crate::digests::warnings;
use crate::site::{Card, Site, card, card_value, card_values, post};

#[test]
fn two_tags_on_one_model_have_two_fragments() {
    let site = Site::new(&[
        ("a.html", "{% cache card %}one{% endcache %} {% cache card %}two{% endcache %}"),
        ("b.html", "{% cache card %}three{% endcache %}"),
    ]);
    let context = || context! { card => card_value(1, 1) };
    for _ in 0..2 {
        assert_eq!(
            (site.render("a.html", context()), site.render("b.html", context())),
            ("one two".into(), "three".into())
        );
    }
}

#[test]
fn every_change_of_a_list_is_another_fragment() {
    let site = Site::new(&[(
        "a.html",
        "{% cache cards %}{% for c in cards %}{{ c.id }},{% endfor %}{{ body() }}{% endcache %}",
    )]);
    let lists: [&[(u32, u64)]; 7] = [
        &[],
        &[(1, 1)],
        &[(1, 1), (2, 5)],
        &[(2, 5)],
        // As many as before, and the newest is the same.
        &[(3, 1), (2, 5)],
        &[(1, 2), (2, 5)],
        &[(2, 5), (1, 1)],
    ];
    for bodies in [7, 0] {
        for list in lists {
            let html = site.render("a.html", context! { cards => card_values(list) });
            assert_eq!(html, format!("{}!", list.iter().map(|(id, _)| format!("{id},")).collect::<String>()));
        }
        assert_eq!(site.bodies(), bodies);
    }
}

#[test]
fn an_empty_list_has_a_key_of_its_own() {
    let site = Site::new(&[("a.html", "{% cache items %}{{ n }}{% endcache %}")]);
    assert_eq!(site.render("a.html", context! { items => models::<Card>(&[]), n => "cards" }), "cards");
    assert_eq!(site.render("a.html", context! { items => models(&post(0).comments), n => "comments" }), "comments");
    assert_eq!(site.render("a.html", context! { items => Vec::<Value>::new(), n => "plain" }), "plain");
}

#[test]
fn lists_of_the_template_have_keys() {
    let site = Site::new(&[(
        "a.html",
        "{% cache [a, b] %}{{ body() }}{% endcache %}{% cache cards|rejectattr('id', 'eq', 1)|list %}{{ body() }}{% endcache %}",
    )]);
    for bodies in [2, 0] {
        let context = context! { a => card_value(1, 1), b => model(&post(0)), cards => card_values(&[(1, 1), (2, 1)]) };
        assert_eq!(site.show("a.html", context), ("!!".to_owned(), bodies));
    }
}

#[test]
fn several_things_are_one_key() {
    let site = Site::new(&[("a.html", "{% cache (card, user, lang) %}{{ user }}{{ lang }}{% endcache %}")]);
    let show = |user: Value, lang: &str| site.render("a.html", context! { card => card_value(1, 1), user, lang });
    for _ in 0..2 {
        for user in [
            Value::from(7),
            Value::from("7"),
            Value::from("none"),
            Value::from(()),
            Value::from("Bob"),
            Value::from("bob"),
            Value::from(true),
        ] {
            for lang in ["de", "en", "de+en"] {
                assert_eq!(show(user.clone(), lang), format!("{user}{lang}"));
            }
        }
    }
}

#[test]
fn what_text_does_not_tell_apart_is_still_two_fragments() {
    let site = Site::new(&[
        ("a.html", "{% cache name %}{{ name }}{% endcache %}"),
        ("b.html", "{% cache ('x', 'y') %}tuple{% endcache %}{% cache 'x+y' %}text{% endcache %}"),
    ]);
    for name in ["Bob", "bob", "BOB", "Bob"] {
        assert_eq!(site.render("a.html", context! { name }), name);
    }
    for _ in 0..2 {
        assert_eq!(site.render("b.html", ()), "tupletext");
    }
}

#[test]
fn two_tags_with_one_text_never_show_each_others_fragment() {
    let site = Site::new(&[
        ("a.html", "{% cache 'menu' %}one{% endcache %}{% cache 'menu' %}two{% endcache %}"),
        ("b.html", "{% cache 'menu' %}three{% endcache %}"),
        ("shared-1.html", "{% cache 'shared', skip_digest=true %}{{ body() }}{% endcache %}"),
        ("shared-2.html", "{% cache 'shared', skip_digest=true %}{{ body() }}{% endcache %}"),
    ]);
    for _ in 0..2 {
        assert_eq!((site.render("a.html", ()), site.render("b.html", ())), ("onetwo".into(), "three".into()));
    }
    site.render("shared-1.html", ());
    site.render("shared-2.html", ());
    assert_eq!(site.bodies(), 1, "unless they want to");
}

#[test]
fn two_templates_that_replace_each_others_fragment_are_reported_once() {
    let warned = warnings(|| {
        let site = Site::new(&[
            ("a.html", "\n{% cache 'menu' %}one{% endcache %}"),
            ("b.html", "{% cache 'menu' %}two{% endcache %}"),
        ]);
        for _ in 0..3 {
            site.render("a.html", ());
            site.render("b.html", ());
        }
    });
    assert_eq!(warned.matches("a.html:2 and b.html:1 share the key `menu`").count(), 1, "{warned}");
}

#[test]
fn two_tags_that_share_many_texts_are_reported_once() {
    let warned = warnings(|| {
        let site = Site::new(&[
            ("a.html", "{% cache 'u' ~ n %}one{% endcache %}"),
            ("b.html", "{% cache 'u' ~ n %}two{% endcache %}"),
        ]);
        for n in 0..20 {
            site.render("a.html", context! { n });
            site.render("b.html", context! { n });
        }
    });
    assert_eq!(warned.matches("share the key").count(), 1, "{warned}");
}

#[test]
fn vary_adds_to_the_key() {
    let site = Site::new(&[
        ("a.html", "{% cache card, vary=lang %}{{ lang }}{% endcache %}"),
        ("b.html", "{% cache 'menu', vary=[lang, 1] %}{{ lang }}{% endcache %}"),
        ("c.html", "{% cache_each c in cards, vary=lang %}{{ c.id }}{{ lang }}{% endcache_each %}"),
    ]);
    for lang in ["de", "en", "de"] {
        let context = || context! { card => card_value(1, 1), cards => card_values(&[(1, 1)]), lang };
        assert_eq!(site.render("a.html", context()), lang);
        assert_eq!(site.render("b.html", context()), lang);
        assert_eq!(site.render("c.html", context()), format!("1{lang}"));
    }
}

#[test]
fn call_form_and_tuple_form_are_told_apart_by_a_blank() {
    let site = Site::new(&[(
        "a.html",
        "{% cache(card) %}{{ body() }}{% endcache %}{% cache (card, 'x') %}{{ body() }}{% endcache %}{% cache(card, version='v2') %}{{ body() }}{% endcache %}",
    )]);
    for bodies in [3, 0] {
        assert_eq!(site.show("a.html", context! { card => card_value(1, 1) }), ("!!!".to_owned(), bodies));
    }
}

#[test]
fn keys_of_models_have_the_template_and_its_digest_in_front() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let cache = cache_runtime::Cache::memory();
    let tag = cache_minijinja::CacheTag::new(&cache).observe({
        let seen = std::sync::Arc::clone(&seen);
        move |event| *seen.lock().unwrap() = event.key.to_owned()
    });
    let site = Site::with(cache, tag, &[("cards/show.html", "{% cache card %}{% endcache %}")]);
    site.render("cards/show.html", context! { card => model(&card(42, 1_735_689_600)) });
    let key = seen.lock().unwrap().clone();
    let (digest, rest) = key.strip_prefix("cards/show.html@").unwrap().split_once('#').unwrap();
    assert_eq!((digest.len(), rest), (16, "1:1735689600.0/card/42"));
}

#[test]
fn a_slice_of_models_has_the_key_of_its_models() {
    let site = Site::new(&[
        (
            "a.html",
            "{% cache cards[:2] %}{{ body() }}{% for card in cards[:2] %}{{ card.id }}{% endfor %}{% endcache %}",
        ),
        (
            "b.html",
            "{% cache cards|reverse %}{{ body() }}{% for card in cards|reverse %}{{ card.id }}{% endfor %}{% endcache %}",
        ),
    ]);
    let show = |name: &str, cards: &[(u32, u64)]| site.show(name, context! { cards => card_values(cards) });
    for count in [1, 0] {
        assert_eq!(show("a.html", &[(1, 1), (2, 1), (3, 1)]), ("!12".to_owned(), count));
        assert_eq!(show("b.html", &[(1, 1), (2, 1)]), ("!21".to_owned(), count));
    }
    assert_eq!(show("a.html", &[(1, 1), (2, 1), (3, 2)]).1, 0, "the third is not among them");
    assert_eq!(show("a.html", &[(1, 1), (2, 2), (3, 1)]).1, 1);
}
