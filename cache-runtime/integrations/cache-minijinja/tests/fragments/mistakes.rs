//! What is refused, with the line of the source as it was written.

use cache_minijinja::explain;
use cache_runtime::Cache;
use minijinja::{Environment, Value, context};

use crate::site::{Site, card_values};

/// The message for a source, without the kind of error.
#[track_caller]
fn refused(source: &str) -> String {
    let site = Site::new(&[("a.html", source)]);
    site.env.get_template("a.html").expect_err("it is refused when it is loaded").to_string()
}

#[test]
fn tags_that_do_not_match_are_refused_when_loaded() {
    assert_eq!(
        refused("\n{% cache 'a' %}\n{% if x %}{% endif %}"),
        "syntax error: `cache` has no `endcache` (in a.html:2)"
    );
    assert_eq!(refused("a\n{% endcache %}"), "syntax error: `endcache` closes no `cache` (in a.html:2)");
    assert_eq!(
        refused("{% cache_each c in cs %}\n{% endcache %}"),
        "syntax error: `endcache` closes the `cache_each` of line 1: write `endcache_each` (in a.html:2)"
    );
    assert!(refused("{% cache 'a' %}{% endcache 'a' %}").contains("stands alone"));
}

#[test]
fn a_tag_that_does_not_end_is_refused_with_its_line() {
    for source in
        ["\n{% cache 'x %}{% endcache %}", "\n{%- cache (card %}{% endcache %}", "\n{% cache card", "\n{% endcache '"]
    {
        let message = refused(source);
        assert!(message.contains("does not end") && message.ends_with("(in a.html:2)"), "{message}");
    }
    assert!(Site::new(&[("a.html", "{% raw %}{% cache {% endraw %}")]).try_render("a.html", ()).is_ok());
}

#[test]
fn a_template_that_includes_itself_is_an_error_and_the_rest_of_the_page_is_not() {
    let site = Site::new(&[
        ("loop.html", "{% cache card %}\n{% include 'loop.html' %}{% endcache %}"),
        (
            "page.html",
            "{% cache 'menu' %}menu{{ body() }}{% endcache %}{% if deep %}{% include 'loop.html' %}{% endif %}",
        ),
        (
            "tree.html",
            "{% cache (card, depth) %}{{ depth }}{{ body() }}{% if depth < 3 %}{% with depth = depth + 1 %}{% include 'tree.html' %}{% endwith %}{% endif %}{% endcache %}",
        ),
    ]);
    let context = |deep: bool| context! { card => crate::site::card_value(1, 1), deep, depth => 1 };
    let message = explain(&site.try_render("page.html", context(true)).unwrap_err());
    assert!(message.contains("recursion limit exceeded") && message.contains("loop.html:2"), "{message}");
    assert_eq!(site.bodies(), 1);
    assert_eq!(site.show("page.html", context(false)), ("menu!".to_owned(), 0), "the menu was stored");
    assert_eq!(site.show("tree.html", context(false)), ("1!2!3!".to_owned(), 3), "one that ends is no mistake");
    assert_eq!(site.show("tree.html", context(false)), ("1!2!3!".to_owned(), 0));
}

#[test]
fn statements_that_cross_a_tag_are_refused_with_its_line() {
    for word in ["else", "elif y", "endif"] {
        let message = refused(&format!("{{% if x %}}\n{{% cache 'a' %}}\n{{% {word} %}}{{% endcache %}}{{% endif %}}"));
        let first = word.split(' ').next().unwrap();
        assert!(
            message.contains(&format!("`{first}` is inside the `cache` of line 2")) && message.ends_with(":3)"),
            "{message}"
        );
    }
    assert!(
        refused("{% for x in y %}{% cache 'a' %}{% if x %}{% endfor %}{% endif %}{% endcache %}")
            .contains("`endfor` is inside")
    );
    assert!(refused("{% block b %}{% cache 'a' %}{% endblock %}{% endcache %}").contains("`endblock` is inside"));
    assert!(
        refused("{% cache 'a' %}{% if x %}{% endcache %}{% endif %}").contains("`if` inside `cache` has no `endif`")
    );
    assert!(
        refused("{% cache_each c in cs %}{% else %}none{% endcache_each %}").contains("`cache_each` has no `else`")
    );
    let whole = "{% cache 'a' %}{% if x %}{% elif y %}{% else %}{% set z | upper %}a{% endset %}{{ z }}{% endif %}\
                 {% for x in [] %}{% else %}b{% endfor %}{% with a = 1 %}{% filter upper %}c{% endfilter %}{% endwith %}{% endcache %}";
    assert_eq!(Site::new(&[("a.html", whole)]).render("a.html", ()), "AbC");
}

#[test]
fn what_would_be_shared_by_mistake_is_refused_when_loaded() {
    let block = refused("{% cache 'a' %}\n{% block b %}{% endblock %}{% endcache %}");
    assert!(block.contains("put the tag inside the block (in a.html:2)"), "{block}");
    for (inside, what) in [
        ("{{ self.b() }}", "`self`"),
        ("{% if self['b']() %}{% endif %}", "`self`"),
        ("{{ caller() }}", "`caller`"),
        ("{% extends 'b' %}", "`extends`"),
    ] {
        let message = refused(&format!("{{% cache 'a' %}}\n\n{inside}{{% endcache %}}"));
        assert!(message.contains(what) && message.ends_with("(in a.html:3)"), "{message}");
    }
    assert!(
        Site::new(&[("a.html", "{% cache 'a' %}{{ {'self': 1}.self }}{{ self_x }}{% endcache %}")])
            .try_render("a.html", ())
            .is_ok()
    );
}

#[test]
fn an_attribute_of_an_object_that_the_tag_has_not_made_cannot_be_set_in_it() {
    let outer = "{% set ns = namespace() %}{% cache 'x' %}\n{% set ns.a = 2 %}{% endcache %}[{{ ns.a }}]";
    let message = refused(outer);
    assert!(
        message.contains("an attribute of `ns` is set inside `cache`") && message.ends_with("(in a.html:2)"),
        "{message}"
    );
    let inner =
        "{% cache 'x' %}{% set ns = namespace() %}{% cache 'y' %}{% set ns.a = 2 %}{% endcache %}{% endcache %}";
    refused(inner);
    for made in ["{% set ns = namespace() %}", "{% with ns = namespace() %}"] {
        let end = if made.contains("with") { "{% endwith %}" } else { "" };
        let source = format!("{{% cache 'x' %}}{made}{{% set ns.a = 2 %}}{{{{ ns.a }}}}{end}{{% endcache %}}");
        let site = Site::new(&[("a.html", &source)]);
        assert_eq!([site.render("a.html", ()), site.render("a.html", ())], ["2", "2"]);
    }
}

#[test]
fn a_loop_outside_cannot_be_left_and_one_inside_can() {
    for word in ["break", "continue"] {
        for tag in ["cache c", "cache_each c in cs"] {
            let end = tag.split(' ').next().unwrap();
            let message =
                refused(&format!("{{% for c in cs %}}{{% {tag} %}}\n{{% {word} %}}{{% end{end} %}}{{% endfor %}}"));
            assert!(
                message.contains(&format!("`{word}` leaves the `{end}` tag")) && message.ends_with(":2)"),
                "{message}"
            );
        }
    }
    let source = "{% cache 'a' %}{% for c in [1, 2, 3] %}{% if c == 2 %}{% continue %}{% endif %}{{ c }}{% endfor %}{% endcache %}";
    assert_eq!(Site::new(&[("a.html", source)]).render("a.html", ()), "13");
}

#[test]
fn options_that_do_not_exist_are_refused_when_loaded() {
    let message = refused("{% cache 'a' %}{% endcache %}\n{% cache 'b',\n expire=3 %}{% endcache %}");
    assert_eq!(message, "syntax error: `cache` has no option `expire`: did you mean `expires_in`? (in a.html:2)");
    assert!(refused("{% cache 'a', colour=1 %}{% endcache %}").contains("it has `expires_in`, `version`"));
    for nothing in
        ["{% cache %}{% endcache %}", "{% cache expires_in=3 %}{% endcache %}", "{% cache() %}{% endcache %}"]
    {
        assert!(refused(nothing).contains("needs a key"), "{nothing}");
    }
    assert!(refused("{% cache card, user %}{% endcache %}").contains("write a tuple"));
    assert!(refused("{% cache 'a', expires_in=5, expires_in=6 %}{% endcache %}").contains("has `expires_in` twice"));
    assert!(
        refused("{% cache 'a', race_ttl=5, race_condition_ttl=6 %}{% endcache %}")
            .contains("`race_condition_ttl` twice")
    );
    assert!(refused("{% cache card, **options %}{% endcache %}").contains("(in a.html:1)"));
    assert!(refused("{% cache_each c %}{% endcache_each %}").contains("cache_each comment in comments"));
    assert!(refused("{% cache_each c in cs if c.x %}{% endcache_each %}").contains("selectattr"));
    assert!(
        Site::new(&[("a.html", "{% cache 'a' if x == 1 else 'b', %}{% endcache %}")]).try_render("a.html", ()).is_ok()
    );
}

#[test]
fn what_has_no_key_is_an_error_with_its_line() {
    let site = Site::new(&[
        ("a.html", "\n\n{% cache key %}{% endcache %}"),
        ("each.html", "\n{% cache_each c in key %}{% endcache_each %}"),
    ]);
    for (key, what) in [
        (Value::from(42), "no key for a number"),
        (Value::from(()), "no key for a none"),
        (Value::from_bytes(b"bytes".to_vec()), "no key for a bytes"),
        (Value::UNDEFINED, "the key is undefined"),
        (Value::from(""), "empty text"),
        (context! { id => 1, updated_at => 2 }, "cache_minijinja::model(&card)"),
        (Value::from(vec![context! { id => 1 }]), "cache_minijinja::models(&cards)"),
        (Value::from(vec!["a"]), "a list of strings"),
    ] {
        let message = site.error("a.html", context! { key => key.clone() });
        assert!(message.contains(what) && message.ends_with("(in a.html:3)"), "{key:?}: {message}");
    }
    let message = site.error("each.html", context! { key => 1 });
    assert!(message.contains("`cache_each` takes a list") && message.ends_with("(in each.html:2)"), "{message}");
    assert!(site.error("each.html", context! { key => vec![1] }).contains("no key for a number"));
}

#[test]
fn options_of_the_wrong_type_are_errors_with_their_line() {
    for (option, what) in [
        ("expires_in='soon'", "`expires_in` takes seconds"),
        ("expires_in=-1", "`expires_in` takes seconds"),
        ("race_condition_ttl=[]", "`race_condition_ttl` takes seconds"),
        ("version=[]", "`version` takes a text"),
        ("tags=1", "`tags` takes a text"),
        ("vary=nothing", "`vary` is undefined"),
        ("vary=[nothing]", "the key is undefined"),
    ] {
        let source = format!("\n{{% cache 'a', {option} %}}{{% endcache %}}");
        let message = Site::new(&[("a.html", &source)]).error("a.html", ());
        assert!(message.contains(what) && message.ends_with("(in a.html:2)"), "{option}: {message}");
    }
    let site = Site::new(&[(
        "a.html",
        "{% cache 'a', expires_in=none, version=none, tags=none, vary='x' %}{{ 1 }}{% endcache %}",
    )]);
    assert_eq!(site.render("a.html", ()), "1");
}

#[test]
fn a_tag_is_no_line_statement() {
    let mut env = Environment::new();
    env.set_syntax(
        minijinja::syntax::SyntaxConfig::builder()
            .line_statement_prefix("#")
            .line_comment_prefix("##")
            .build()
            .unwrap(),
    );
    let source = "## {% cache %}\n# if x\n{% cache 'a' %}b{% endcache %}\n# endif\n";
    cache_minijinja::install(&mut env, &Cache::memory(), move |name: &str| {
        Ok(Some(if name == "ok" { source } else { "\n# cache 'a'\nb\n# endcache" }))
    });
    assert_eq!(env.get_template("ok").unwrap().render(context! { x => true }).unwrap().trim(), "b");
    let message = env.get_template("no").unwrap_err().to_string();
    assert!(message.contains("it is no line statement (in no:2)"), "{message}");
}

#[test]
fn an_error_shows_the_source_as_it_was_written() {
    let site = Site::new(&[
        ("a.html", "1\n{% cache card,\n   version=1 %}\n<b>{{ 1 / 0 }}</b>\n{% endcache %}"),
        ("syntax.html", "1\n{% cache card.. %}{% endcache %}"),
        ("bad.html", "1\n{% cache %}{% endcache %}"),
        ("each.html", "{% cache_each c in cards %}{{ c.id }}\n{{ 1 / 0 }}{% endcache_each %}"),
    ]);
    let text = explain(&site.try_render("a.html", context! { card => crate::site::card_value(1, 1) }).unwrap_err());
    assert!(
        text.contains("(in a.html:4)")
            && text.contains("    4 > <b>{{ 1 / 0 }}</b>")
            && text.contains("    2 | {% cache card,"),
        "{text}"
    );
    let text = explain(&site.env.get_template("syntax.html").unwrap_err());
    assert!(text.contains("    2 > {% cache card.. %}"), "{text}");
    let text = explain(&site.env.get_template("bad.html").unwrap_err());
    assert!(text.contains("    2 > {% cache %}{% endcache %}"), "{text}");
    let text = explain(&site.try_render("each.html", context! { cards => card_values(&[(1, 1)]) }).unwrap_err());
    assert!(text.contains("    1 | {% cache_each c in cards %}"), "{text}");
}
