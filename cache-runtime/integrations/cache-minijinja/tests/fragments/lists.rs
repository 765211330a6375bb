//! `cache_each`: one read of all, one write of what was missing.

use cache_runtime::Cache;
use cache_runtime::testing::Chaos;
use minijinja::context;

use crate::site::{Site, card_values};

const LIST: &str = "{% cache_each c in cards %}<{{ c.id }}{{ body() }}{{ outer }}>{% endcache_each %}";

#[test]
fn all_are_read_in_one_step_and_the_missing_ones_are_written_in_one() {
    let chaos = Chaos::over(&Cache::memory());
    let site = Site::on(Cache::new(chaos.clone()), &[("a.html", LIST)]);
    let count = || (chaos.count("read_multi"), chaos.count("complete"), chaos.count("get"));
    for (cards, bodies, writes) in
        [(&[(1, 1), (2, 1)][..], 2, 1), (&[(1, 1), (2, 1)], 0, 0), (&[(1, 1), (2, 2), (3, 1)], 2, 1)]
    {
        let before = count();
        let html = site.render("a.html", context! { cards => card_values(cards), outer => "o" });
        assert_eq!(html, cards.iter().map(|(id, _)| format!("<{id}!o>")).collect::<String>());
        assert_eq!(site.bodies(), bodies);
        assert_eq!(count(), (before.0 + 1, before.1 + writes, before.2));
    }
}

#[test]
fn two_hundred_comments_of_which_one_has_changed_are_one_rendering() {
    let site = Site::new(&[("a.html", LIST)]);
    let mut cards: Vec<_> = (0..200).map(|id| (id, 1)).collect();
    site.render("a.html", context! { cards => card_values(&cards) });
    assert_eq!(site.bodies(), 200);
    cards[7].1 = 2;
    site.render("a.html", context! { cards => card_values(&cards) });
    assert_eq!(site.bodies(), 1);
}

#[test]
fn the_order_is_that_of_the_list_and_a_repeated_item_is_shown_twice() {
    let site = Site::new(&[("a.html", LIST)]);
    site.render("a.html", context! { cards => card_values(&[(2, 1)]) });
    assert_eq!(site.bodies(), 1);
    let html = site.render("a.html", context! { cards => card_values(&[(3, 1), (2, 1), (1, 1), (3, 1)]) });
    assert_eq!((html.as_str(), site.bodies()), ("<3!><2!><1!><3!>", 3));
    assert_eq!(site.show("a.html", context! { cards => card_values(&[]) }), (String::new(), 0));
}

#[test]
fn options_nesting_and_includes_work_in_it() {
    let site = Site::new(&[
        (
            "a.html",
            "{% cache_each c in cards, expires_in=5, version=v, tags='t' %}{{ loop.index }}{% include 'row.html' %}{% cache (c, 'in') %}{{ body() }}{% endcache %}{% endcache_each %}",
        ),
        ("row.html", "[{{ c.id }}]"),
        ("pairs.html", "{% cache_each (a) in cards %}{{ a.id }}{% set x = a.id %}{% endcache_each %}{{ x }}"),
    ]);
    let show = |v: u32| site.show("a.html", context! { cards => card_values(&[(1, 1), (2, 1)]), v });
    assert_eq!(
        [show(1), show(1), show(2)],
        [("1[1]!2[2]!".to_owned(), 2), ("1[1]!2[2]!".to_owned(), 0), ("1[1]!2[2]!".to_owned(), 0)]
    );
    site.cache.delete_tag("t").unwrap();
    assert_eq!(site.render("pairs.html", context! { cards => card_values(&[(1, 1)]) }), "1");
}

#[test]
fn if_one_fails_none_of_the_rest_is_stored() {
    let site =
        Site::new(&[("a.html", "{% cache_each c in cards %}{{ body() }}{{ 1 // (c.id - n) }}{% endcache_each %}")]);
    let cards = || card_values(&[(1, 1), (2, 1), (3, 1)]);
    assert!(site.try_render("a.html", context! { cards => cards(), n => 2 }).is_err());
    assert_eq!(site.bodies(), 2);
    site.render("a.html", context! { cards => cards(), n => 9 });
    assert_eq!(site.bodies(), 3);
}

#[test]
fn items_whose_keys_read_alike_are_their_own_fragments() {
    let site = Site::new(&[
        ("a.html", "{% cache_each n in ns %}{{ n }}{{ body() }}{% endcache_each %}"),
        ("b.html", "{% cache_each n in ns %}{{ n[1] is none }}{{ n[1] is string }}{{ body() }}{% endcache_each %}"),
    ]);
    for count in [2, 0] {
        assert_eq!(site.show("a.html", context! { ns => ["Bob", "bob"] }), ("Bob!bob!".to_owned(), count));
    }
    let pairs = "{% set ns = [('a', none), ('a', 'none'), ('a', 7), ('a', '7')] %}{% include 'b.html' %}";
    site.edit("c.html", pairs);
    for count in [4, 0] {
        let html = "TrueFalse!FalseTrue!FalseFalse!FalseTrue!";
        assert_eq!(site.show("c.html", ()), (html.to_owned(), count));
    }
}

#[test]
fn between_hits_a_body_knows_its_round() {
    let site = Site::new(&[(
        "a.html",
        "{% cache_each c in cards, vary=loop_start %}{{ c.id }}:{% include 'round.html' %} {% endcache_each %}",
    )]);
    site.edit("round.html", "{{ loop.index + loop_start }}");
    let show = |cards: &[(u32, u64)]| site.render("a.html", context! { cards => card_values(cards), loop_start => 0 });
    assert_eq!(show(&[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]), "1:1 2:2 3:3 4:4 5:5 ");
    assert_eq!(show(&[(1, 1), (2, 1), (3, 2), (4, 1), (5, 2)]), "1:1 2:2 3:3 4:4 5:5 ");
}

#[test]
fn the_order_of_texts_does_not_matter() {
    let site = Site::new(&[("a.html", "{% cache_each n in ns %}{{ n }}{{ body() }}{% endcache_each %}")]);
    for (ns, count) in [(vec!["a", "b"], 2), (vec!["b", "a"], 0), (vec!["a"], 0), (vec!["c", "b", "a"], 1)] {
        assert_eq!(site.show("a.html", context! { ns }).1, count);
    }
    site.edit("a.html", "{% cache_each n in ns %}new {{ n }}{{ body() }}{% endcache_each %}");
    assert_eq!(site.show("a.html", context! { ns => ["b", "a"] }), ("new b!new a!".to_owned(), 2));
}
