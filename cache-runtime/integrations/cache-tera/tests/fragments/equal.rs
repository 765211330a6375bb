//! A page is the same without tags, without a cache, on a miss and on a hit.

use cache_runtime::Cache;
use cache_tera::Templates;
use proptest::prelude::*;
use tera::Context;

use crate::site::{card, cards};

/// A piece of a template.
#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Show(&'static str),
    Set(Vec<Node>),
    If(Vec<Node>),
    For(Vec<Node>),
    Include,
    Cache([&'static str; 4], Vec<Node>),
    Each([&'static str; 4], Vec<Node>),
}

fn marker() -> impl Strategy<Value = [&'static str; 4]> {
    let one = || prop_oneof![Just(""), Just("-")];
    [one(), one(), one(), one()]
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let leaf = prop_oneof![
        "[ a<\n]{0,4}".prop_map(Node::Text),
        prop_oneof![Just("x"), Just("card.title"), Just("x | upper"), Just("'{% cache x %}'")].prop_map(Node::Show),
        Just(Node::Include),
    ];
    let node = leaf.prop_recursive(4, 24, 4, |inner| {
        let inner = prop::collection::vec(inner, 0..4);
        prop_oneof![
            inner.clone().prop_map(Node::Set),
            inner.clone().prop_map(Node::If),
            inner.clone().prop_map(Node::For),
            (marker(), inner.clone()).prop_map(|(marker, inner)| Node::Cache(marker, inner)),
            (marker(), inner).prop_map(|(marker, inner)| Node::Each(marker, inner)),
        ]
    });
    prop::collection::vec(node, 0..5)
}

/// Writes a template with its tags, or with what they stand for.
fn written(nodes: &[Node], has_tags: bool) -> String {
    let body = |nodes: &[Node]| written(nodes, has_tags);
    let one = |node: &Node| match node {
        Node::Text(text) => text.clone(),
        Node::Show(what) => format!("{{{{ {what} }}}}"),
        Node::Set(inner) => format!("{{% set y %}}{}{{% endset %}}{{{{ y }}}}", body(inner)),
        Node::If(inner) => format!("{{% if x %}}{}{{% else %}}no{{% endif %}}", body(inner)),
        Node::For(inner) => format!("{{% for card in cards %}}{{{{ loop.index }}}}{}{{% endfor %}}", body(inner)),
        Node::Include => "{% include 'part.html' %}".to_owned(),
        Node::Cache([a, b, c, d], inner) if has_tags => {
            format!("{{%{a} cache card, vary=x {b}%}}{}{{%{c} endcache {d}%}}", body(inner))
        }
        Node::Each([a, b, c, d], inner) if has_tags => {
            format!("{{%{a} cache_each card in cards, vary=x {b}%}}{}{{%{c} endcache_each {d}%}}", body(inner))
        }
        Node::Cache([a, b, c, d], inner) => format!("{{%{a} if true {b}%}}{}{{%{c} endif {d}%}}", body(inner)),
        Node::Each([a, b, c, d], inner) => {
            format!("{{%{a} for card in cards {b}%}}{}{{%{c} endfor {d}%}}", body(inner))
        }
    };
    nodes.iter().map(one).collect()
}

/// Two renders of a template with this cache.
fn renders(cache: &Cache, name: &str, source: &str) -> [Result<String, String>; 2] {
    let mut templates = Templates::new(cache);
    let added = templates.add_all([(name, source), ("part.html", "<{{ card.id }}{{ x }}>")]);
    added.unwrap_or_else(|error| panic!("{error}\n{source}"));
    let mut context = Context::new();
    context.insert("x", "x&");
    context.insert("card", &card(1, 1));
    context.insert("cards", &cards(&[(2, 1), (3, 1), (2, 1)]));
    [(), ()].map(|()| templates.render(name, &context).map_err(|error| error.to_string()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_page_is_the_same_without_tags_without_a_cache_on_a_miss_and_on_a_hit(nodes in nodes(), is_html: bool) {
        let name = if is_html { "page.html" } else { "page.txt" };
        let (plain, tagged) = (written(&nodes, false), written(&nodes, true));
        let [without_tags, _] = renders(&Cache::open("none:").unwrap(), name, &plain);
        let [without_cache, _] = renders(&Cache::open("none:").unwrap(), name, &tagged);
        let [miss, hit] = renders(&Cache::memory(), name, &tagged);
        prop_assert!(without_tags.is_ok(), "{:?}", without_tags);
        prop_assert_eq!(&without_tags, &without_cache, "{}", tagged);
        prop_assert_eq!(&without_tags, &miss, "{}", tagged);
        prop_assert_eq!(&without_tags, &hit, "{}", tagged);
    }

    #[test]
    fn no_text_makes_a_panic(source in "(\\{%-? ?(cache|endcache|cache_each c in|raw|endraw|set|for|component|include|if) ?|[a'\"`(),=<>.{}% #\n-]|%\\}){0,20}") {
        let _ = Templates::new(&Cache::open("none:").unwrap()).add("a.html", &source);
    }
}
