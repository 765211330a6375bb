//! Thousands of random templates render the same without tags, without a cache, on a miss and on a hit. No bytes make the scanner panic.

use std::sync::LazyLock;

use cache_runtime::Cache;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context};
use proptest::prelude::*;

use crate::site::card_values;

/// A piece of a template. Tags get their numbers when they are written.
#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Show(&'static str),
    Comment(String),
    Raw(String),
    Set(&'static str, u8),
    Include,
    If(Vec<Node>, Vec<Node>),
    For(Vec<Node>),
    With(Vec<Node>),
    Filter(Vec<Node>),
    Escape(bool, Vec<Node>),
    Macro(Vec<Node>),
    Cache([&'static str; 4], Key, Vec<Node>),
    Each([&'static str; 4], Vec<Node>),
}

#[derive(Clone, Copy, Debug)]
enum Key {
    Text,
    Card,
    Tuple,
}

fn texts() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop::sample::select(vec!["a", "<b>", " ", "\n", "\n  ", "é", "&", "{", "}", "%", "#", "\"", "'", "- "]),
        0..6,
    )
    .prop_map(|parts| parts.concat())
    // Two of them are a delimiter.
    .prop_map(|text| {
        text.replace("{{", "{ {").replace("{%", "{ %").replace("{#", "{ #").replace("{ {", "{").replace("%}", "% }")
    })
    .prop_filter("no delimiter", |text| {
        !["{{", "{%", "{#", "}}", "%}", "#}"].iter().any(|marker| text.contains(marker))
    })
    .prop_map(|text| text.trim_end_matches('{').to_owned())
}

fn markers() -> impl Strategy<Value = [&'static str; 4]> {
    let marker = || prop::sample::select(vec!["", "", "-", "+"]);
    [marker(), marker(), marker(), marker()]
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let leaf = prop_oneof![
        4 => texts().prop_map(Node::Text),
        3 => prop::sample::select(vec!["x", "y", "'<q>'", "c.id", "card.title", "x ~ \"%}\"", "{'k': 1}", "loop.index"]).prop_map(Node::Show),
        1 => texts().prop_map(Node::Comment),
        1 => texts().prop_map(Node::Raw),
        1 => (prop::sample::select(vec!["x", "y"]), any::<u8>()).prop_map(|(name, value)| Node::Set(name, value)),
        1 => Just(Node::Include),
    ];
    let list = |inner: BoxedStrategy<Node>| proptest::collection::vec(inner, 0..5);
    let node = leaf.prop_recursive(4, 40, 5, move |inner| {
        let inner = move || list(inner.clone().boxed());
        prop_oneof![
            1 => (inner(), inner()).prop_map(|(yes, no)| Node::If(yes, no)),
            1 => inner().prop_map(Node::For),
            1 => inner().prop_map(Node::With),
            1 => inner().prop_map(Node::Filter),
            1 => (any::<bool>(), inner()).prop_map(|(on, body)| Node::Escape(on, body)),
            1 => inner().prop_map(Node::Macro),
            3 => (markers(), prop::sample::select(vec![Key::Text, Key::Card, Key::Tuple]), inner()).prop_map(|(markers, key, body)| Node::Cache(markers, key, body)),
            2 => (markers(), inner()).prop_map(|(markers, body)| Node::Each(markers, body)),
        ]
    });
    proptest::collection::vec(node, 0..6)
}

#[derive(Default)]
struct Writer {
    out: String,
    tags: usize,
    macros: usize,
    /// How many macros are around. An include in a macro that a loop calls sees now and then a variable of the loop.
    in_macros: usize,
    /// How many lists are around. In a plain loop a macro keeps what an earlier round has set.
    in_lists: usize,
    /// Whether it writes `with` and `for` in place of the tags.
    is_plain: bool,
}

impl Writer {
    fn all(&mut self, nodes: &[Node]) {
        nodes.iter().for_each(|node| self.node(node));
    }

    fn around(&mut self, begin: &str, body: &[Node], end: &str) {
        self.out.push_str(begin);
        self.all(body);
        self.out.push_str(end);
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Show(expression) => self.out.push_str(&format!("{{{{ {expression} }}}}")),
            Node::Comment(text) => self.out.push_str(&format!("{{# {{% cache '{text}' %}} #}}")),
            Node::Raw(text) => self.out.push_str(&format!("{{% raw %}}{text}{{% endcache %}}{{{{ x }}{{% endraw %}}")),
            Node::Set(name, value) => self.out.push_str(&format!("{{% set {name} = {value} %}}")),
            Node::Include if self.in_macros > 0 => {}
            Node::Include => self.out.push_str("{% include 'part.html' %}"),
            Node::If(yes, no) => {
                self.around("{% if x %}", yes, "{% else -%}");
                self.around("", no, "{%- endif %}");
            }
            Node::For(body) => self.around("{% for c in cards %}", body, "{% endfor %}"),
            Node::With(body) => self.around("{% with x = 'w' %}", body, "{% endwith %}"),
            Node::Filter(body) => self.around("{% filter upper %}", body, "{% endfilter %}"),
            Node::Escape(on, body) => self.around(&format!("{{% autoescape {on} %}}"), body, "{% endautoescape %}"),
            Node::Macro(body) if self.in_lists > 0 => self.all(body),
            Node::Macro(body) => {
                self.macros += 1;
                let name = format!("m{}", self.macros);
                self.in_macros += 1;
                self.around(&format!("{{% macro {name}() %}}"), body, &format!("{{% endmacro %}}{{{{ {name}() }}}}"));
                self.in_macros -= 1;
            }
            Node::Cache([a, b, c, d], key, body) => {
                self.tags += 1;
                let n = self.tags;
                // What the body reads is in the key, as it has to be.
                let key = match key {
                    Key::Text => format!("'k{n}-' ~ x ~ '-' ~ y ~ '-' ~ c.id ~ '-' ~ loop.index"),
                    Key::Card => "card, vary=[x|string, y|string, c.id|string, loop.index|string]".to_owned(),
                    Key::Tuple => {
                        format!("(card, 'k{n}', x|string, y|string, c.id|string, loop.index|string),\n expires_in=60")
                    }
                };
                if self.is_plain {
                    let lines = "\n".repeat(key.matches('\n').count());
                    self.around(&format!("{{%{a} with tag = 1{lines} {b}%}}"), body, &format!("{{%{c} endwith {d}%}}"));
                } else {
                    self.around(&format!("{{%{a} cache {key} {b}%}}"), body, &format!("{{%{c} endcache {d}%}}"));
                }
            }
            Node::Each([a, b, c, d], body) => {
                self.in_lists += 1;
                if self.is_plain {
                    self.around(&format!("{{%{a} for c in cards {b}%}}"), body, &format!("{{%{c} endfor {d}%}}"));
                } else {
                    let begin = format!("{{%{a} cache_each c in cards, vary=[x|string, y|string] {b}%}}");
                    self.around(&begin, body, &format!("{{%{c} endcache_each {d}%}}"));
                }
                self.in_lists -= 1;
            }
        }
    }
}

fn source(nodes: &[Node], is_plain: bool) -> String {
    let mut writer = Writer { is_plain, ..Writer::default() };
    writer.all(nodes);
    writer.out
}

const PART: &str = "{% cache (card, x|string, c.id|string) %}<{{ x }}{{ c.id }}>{% endcache %}";
const PLAIN_PART: &str = "<{{ x }}{{ c.id }}>";

fn env(cache: &Cache, source: &str, syntax: SyntaxConfig, part: &'static str) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_syntax(syntax);
    env.set_undefined_behavior(UndefinedBehavior::Chainable);
    let source = source.to_owned();
    cache_minijinja::install(&mut env, cache, move |name: &str| {
        Ok(Some(if name == "part.html" { part.to_owned() } else { source.clone() }))
    });
    env
}

fn render(env: &Environment<'_>, name: &str) -> Result<String, String> {
    let context = context! { x => "x&", y => 1, card => crate::site::card_value(1, 1), cards => card_values(&[(1, 1), (2, 1), (3, 1)]) };
    env.get_template(name)
        .and_then(|template| template.render(context))
        .map_err(|error| cache_minijinja::explain(&error))
}

/// Emptied for each page, which is faster than a new one.
static CACHE: LazyLock<Cache> = LazyLock::new(Cache::memory);

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_page_is_the_same_without_tags_without_a_cache_on_a_miss_and_on_a_hit(
        nodes in nodes(), trim in any::<bool>(), lstrip in any::<bool>(), is_html in any::<bool>(),
    ) {
        let syntax = SyntaxConfig::builder().trim_blocks(trim).lstrip_blocks(lstrip).build().unwrap();
        let (plain, source) = (source(&nodes, true), source(&nodes, false));
        let name = if is_html { "a.html" } else { "a.txt" };
        let none = Cache::none();
        let plain = render(&env(&none, &plain, syntax.clone(), PLAIN_PART), name);
        let without = render(&env(&none, &source, syntax.clone(), PART), name);
        CACHE.clear().unwrap();
        let cached = env(&CACHE, &source, syntax, PART);
        let (miss, hit) = (render(&cached, name), render(&cached, name));
        prop_assert!(plain.is_ok(), "{}\n{}", source, plain.unwrap_err());
        prop_assert_eq!(&plain, &without, "{}", source);
        prop_assert_eq!(&without, &miss, "{}", source);
        prop_assert_eq!(&miss, &hit, "{}", source);
    }

    #[test]
    fn no_text_makes_the_rewriting_panic_and_without_tags_it_changes_nothing(
        parts in proptest::collection::vec(prop_oneof![
            prop::sample::select(vec![
                "{%", "%}", "{{", "}}", "{#", "#}", "-", "+", "cache", "cache_each", "endcache", " ", "'", "\"", "\\", "(", ")", "in",
                "raw", "endraw", ",", "=", "\n", "é", "include", "for", "break", "block", "self.", "# ", "## ", "a", "with", "{",
            ]).prop_map(str::to_owned),
            ".{0,3}",
        ], 0..30),
        with_lines in any::<bool>(),
    ) {
        let source = parts.concat();
        let mut syntax = SyntaxConfig::builder();
        if with_lines {
            syntax.line_statement_prefix("# ").line_comment_prefix("## ");
        }
        let syntax = syntax.build().unwrap();
        match cache_minijinja::rewrite("a.html", &source, &syntax) {
            Ok(rewritten) if !source.contains("cache") => prop_assert_eq!(rewritten, source),
            Ok(_) => {}
            Err(error) => prop_assert!(error.line().is_some_and(|line| line <= source.matches('\n').count() + 1), "{}", error),
        }
    }

    #[test]
    fn what_is_accepted_by_the_rewriting_keeps_its_lines(nodes in nodes()) {
        let source = source(&nodes, false);
        let rewritten = cache_minijinja::rewrite("a.html", &source, &SyntaxConfig::default()).unwrap();
        prop_assert_eq!(rewritten.matches('\n').count(), source.matches('\n').count());
    }
}
