//! What a body sees, and what it leaves behind.

use crate::site::{Site, card, cards};

#[track_caller]
fn shows(files: &[(&str, &str)], expected: &str) {
    let site = Site::new(files);
    let values = [("card", card(1, 1)), ("cards", cards(&[(7, 1), (8, 1)])), ("x", "out".into())];
    for turn in ["a miss", "a hit"] {
        assert_eq!(site.render("a.html", &values), expected, "{turn}");
    }
}

#[test]
fn an_include_sees_the_variables_of_a_loop() {
    let loops = "{% for card in cards %}{% cache card %}{% include 'b.html' %}{% endcache %}{% endfor %}";
    shows(&[("a.html", loops), ("b.html", "<{{ card.id }}>")], "<7><8>");
    let each = "{% cache_each card in cards %}{% include 'b.html' %}{% endcache_each %}";
    shows(&[("a.html", each), ("b.html", "<{{ card.id }}{{ x }}>")], "<7out><8out>");
}

#[test]
fn what_a_body_sets_is_not_seen_behind_the_tag() {
    shows(&[("a.html", "{% set x = 1 %}{% cache card %}{% set x = 2 %}{{ x }}{% endcache %}{{ x }}")], "21");
}

#[test]
fn super_works_in_a_body() {
    let child = "{% extends 'b.html' %}{% block main %}{% cache card %}[{{ super() }}]{% endcache %}{% endblock %}";
    shows(&[("a.html", child), ("b.html", "{% block main %}base{% endblock %}")], "[base]");
}

#[test]
fn a_component_may_have_tags() {
    let component = "{% component row(card: map) %}{% cache card %}<{{ card.id }}>{% endcache %}{% endcomponent row %}";
    shows(
        &[("a.html", "{% for card in cards %}{{ <row card={card} /> }}{% endfor %}"), ("b.html", component)],
        "<7><8>",
    );
}

#[test]
fn blanks_are_trimmed_as_without_the_tag() {
    shows(&[("a.html", "a {%- cache card -%} b {%- endcache -%} c")], "abc");
    shows(&[("a.html", "a {% cache card -%} b {% endcache %} c")], "a b  c");
    shows(&[("a.html", "a {%- cache_each c in cards -%} b {%- endcache_each -%} c")], "abbc");
}

#[test]
fn comments_raw_blocks_and_texts_are_left_alone() {
    shows(
        &[("a.html", "{# {% cache x %} #}{% raw %}{% cache x %}{% endraw %}{{ '{% cache x %}' | safe }}")],
        "{% cache x %}{% cache x %}",
    );
}

#[test]
fn a_loop_inside_a_body_is_its_own() {
    shows(
        &[(
            "a.html",
            "{% cache 'a' %}{% for c in cards %}{{ loop.index }}{% if loop.last %}{% break %}{% endif %}{% endfor %}{% endcache %}",
        )],
        "12",
    );
}

#[test]
fn a_template_knows_whether_it_is_being_stored() {
    shows(&[("a.html", "{{ caching() }}{% cache 'a' %}{{ caching() }}{% endcache %}{{ uncacheable() }}")], "falsetrue");
}
