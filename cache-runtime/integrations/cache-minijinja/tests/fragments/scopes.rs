//! A body sees and sets what it would without a tag.

use cache_runtime::Cache;
use minijinja::{context, syntax::SyntaxConfig};

use crate::site::{Site, card_value, card_values};

#[test]
fn an_include_in_a_cached_loop_sees_the_loop_variable() {
    let site = Site::new(&[
        ("a.html", "{% for c in cards %}{% cache c %}{% include 'row.html' %}{{ body() }}{% endcache %}{% endfor %}"),
        ("row.html", "<i>{{ c.id }}</i>"),
    ]);
    for bodies in [2, 0] {
        let cards = card_values(&[(7, 1), (8, 1)]);
        assert_eq!(site.show("a.html", context! { cards }), ("<i>7</i>!<i>8</i>!".to_owned(), bodies));
    }
}

#[test]
fn a_block_can_show_its_parent() {
    let site = Site::new(&[
        ("base.html", "{% block a %}base{% endblock %}"),
        (
            "a.html",
            "{% extends 'base.html' %}{% block a %}{% cache 'k' %}[{{ super() }}{{ body() }}]{% endcache %}{% endblock %}",
        ),
    ]);
    for bodies in [1, 0] {
        assert_eq!(site.show("a.html", ()), ("[base!]".to_owned(), bodies));
    }
    site.edit("base.html", "{% block a %}new{% endblock %}");
    assert_eq!(site.show("a.html", ()), ("[new!]".to_owned(), 1));
}

#[test]
fn a_tag_works_in_an_imported_macro() {
    let site = Site::new(&[
        (
            "mac.html",
            "{% macro m(card) %}{% cache card %}{% include 'row.html' %}{{ body() }}{% endcache %}{% endmacro %}",
        ),
        ("row.html", "<i>{{ card.id }}</i>"),
        ("a.html", "{% from 'mac.html' import m %}{{ m(card) }}"),
    ]);
    for bodies in [1, 0] {
        assert_eq!(site.show("a.html", context! { card => card_value(3, 1) }), ("<i>3</i>!".to_owned(), bodies));
    }
}

#[test]
fn what_the_body_sets_is_not_seen_behind_it() {
    let source = "{% set a = 1 %}{% cache 'k' %}{% set a = 2 %}{{ a }}{% endcache %}{{ a }}";
    let site = Site::new(&[("a.html", source)]);
    assert_eq!([site.render("a.html", ()), site.render("a.html", ())], ["21", "21"]);
}

#[test]
fn whitespace_control_is_that_of_the_tags() {
    let site = Site::new(&[
        ("a.txt", "a\n  {%- cache 'k' -%}\n   b\n  {%- endcache -%}\n c"),
        ("each.txt", "a\n  {%- cache_each c in cards -%}\n   b\n  {%- endcache_each -%}\n c"),
        ("multi.txt", "{%\n  cache 'm',\n  expires_in=5\n%}b{% endcache\n %}\n{{ 1 }}"),
    ]);
    let cards = || context! { cards => card_values(&[(1, 1), (2, 1)]) };
    for _ in 0..2 {
        assert_eq!(site.render("a.txt", ()), "abc");
        assert_eq!(site.render("each.txt", cards()), "abbc");
        assert_eq!(site.render("multi.txt", ()), "b\n1");
    }
}

#[test]
fn raw_blocks_comments_and_strings_are_left_alone() {
    let source =
        "{# {% cache 'x' %} #}{% raw %}{% cache 'y' %}{% endraw %}{{ '{% cache %}' }}{{ \"%}{% endcache %}\" }}";
    let site = Site::new(&[("a.txt", source)]);
    assert_eq!(site.render("a.txt", ()), "{% cache 'y' %}{% cache %}%}{% endcache %}");
}

#[test]
fn other_delimiters_are_those_of_the_environment() {
    let mut env = minijinja::Environment::new();
    let syntax = SyntaxConfig::builder()
        .block_delimiters("<%", "%>")
        .variable_delimiters("${", "}")
        .comment_delimiters("<#", "#>")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    env.set_syntax(syntax.unwrap());
    let source = "  <% cache 'k' %>\n  {% cache %} ${ x }<# <% endcache %> #>\n  <% endcache %>\n.";
    cache_minijinja::install(&mut env, &Cache::memory(), move |_: &str| Ok(Some(source)));
    for x in [1, 2] {
        let html = env.get_template("a.txt").unwrap().render(context! { x }).unwrap();
        assert_eq!(html, "  {% cache %} 1.");
    }
}

#[test]
fn text_and_html_do_not_mix_and_nothing_is_escaped_twice() {
    let site = Site::new(&[
        ("a.html", "{% include 'row' %}"),
        ("a.txt", "{% cache 'k' %}{{ '<' }}{{ body() }}{% endcache %}"),
        ("b.html", "{% cache 'k' %}{{ '<' }}{{ body() }}{% endcache %}"),
        ("mac.html", "{% macro m(card) %}{% cache card %}{{ '<' }}{% endcache %}{% endmacro %}"),
        ("c.html", "{% from 'mac.html' import m %}{% autoescape false %}{{ m(card) }}{% endautoescape %}{{ m(card) }}"),
        ("off.html", "{% autoescape false %}{% cache card %}{{ '<' }}{% endcache %}{% endautoescape %}"),
    ]);
    let context = || context! { card => card_value(1, 1) };
    for _ in 0..3 {
        assert_eq!(site.render("a.txt", ()), "<!");
        assert_eq!(site.render("b.html", ()), "&lt;!");
        assert_eq!(site.render("off.html", context()), "<");
    }
    let first = site.render("c.html", context());
    assert_eq!(site.render("c.html", context()), first);
}

#[test]
fn templates_that_are_added_and_not_loaded_are_rewritten_by_hand() {
    // A loader that has a template of any name is not asked for those without one.
    let site = Site::new(&[("<string>", "{% cache 'other' %}{% endcache %}")]);
    let mut env = site.env.clone();
    let source = |name: &str, source: &str| cache_minijinja::rewrite(name, source, site.env.syntax()).unwrap();
    env.add_template_owned("a.html", source("a.html", "{% cache 'k' %}{{ body() }}{% endcache %}")).unwrap();
    for bodies in [1, 0] {
        assert_eq!((env.get_template("a.html").unwrap().render(()).unwrap(), site.bodies()), ("!".into(), bodies));
    }
    // Templates without a name do not share fragments, either.
    let card = || context! { card => card_value(1, 1) };
    for text in ["one", "two", "one"] {
        let written = format!("{{% cache card %}}{text}{{% endcache %}}");
        let source = source("<string>", &written);
        assert_eq!(env.render_str(&source, card()).unwrap(), text);
    }
}
