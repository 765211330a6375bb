//! What is refused, with the line of the source as it was written.

use cache_tera::Templates;
use tera::Value;

use crate::site::{Site, card, refused};

#[track_caller]
fn refused_source(source: &str) -> String {
    refused(&[("a.html", source)])
}

#[test]
fn tags_that_do_not_match_are_refused() {
    assert_eq!(refused_source("\n{% cache 'a' %}\n{% if x %}{% endif %}"), "a.html:2: `cache` has no `endcache`");
    assert_eq!(refused_source("a\n{% endcache %}"), "a.html:2: `endcache` closes no `cache`");
    assert_eq!(
        refused_source("{% cache_each c in cs %}\n{% endcache %}"),
        "a.html:2: `endcache` closes the `cache_each` of line 1: write `endcache_each`"
    );
}

#[test]
fn a_tag_that_does_not_end_is_refused() {
    for source in ["\n{% cache 'x %}{% endcache %}", "\n{%- cache (card %}{% endcache %}", "\n{% cache card"] {
        let message = refused_source(source);
        assert!(message.starts_with("a.html:2: `cache` does not end"), "{message}");
    }
}

#[test]
fn what_has_no_key_is_an_error_with_file_and_line() {
    let site = Site::new(&[
        ("a.html", "\n\n{% cache key %}{% endcache %}"),
        ("each.html", "\n{% cache_each c in key %}{% endcache_each %}"),
    ]);
    for (key, what) in [
        (Value::from(42), "no key for a"),
        (Value::none(), "no key for a"),
        (Value::from(""), "the key is an empty text"),
        (Value::from(vec![Value::from(1)]), "no key for this list"),
        (Value::from(tera::Map::new()), "cache_tera::model(&card)"),
    ] {
        let message = site.error("a.html", &[("key", key)]);
        assert!(message.contains(what) && message.contains("a.html:3:"), "{message}");
    }
    let undefined = site.error("a.html", &[]);
    assert!(undefined.contains("a.html:3:"), "{undefined}");
    let message = site.error("each.html", &[("key", Value::from(1))]);
    assert!(message.contains("`cache_each` takes a list") && message.contains("each.html:2:"), "{message}");
}

#[test]
fn a_variable_that_is_undefined_in_a_body_is_an_error_and_the_rest_of_the_page_is_not() {
    let site = Site::new(&[(
        "a.html",
        "{% cache 'menu' %}menu{{ body() }}{% endcache %}\n{% cache 'text' %}\n{{ nothing.here }}{% endcache %}",
    )]);
    let message = site.error("a.html", &[]);
    assert!(message.contains("a.html:3:"), "{message}");
    assert!(site.cache.exists("menu").unwrap() && !site.cache.exists("text").unwrap());
    assert_eq!(site.bodies(), 1);
    let mut here = tera::Map::new();
    here.insert("here".into(), Value::from("here"));
    let there = site.show("a.html", &[("nothing", Value::from(here))]);
    assert_eq!(there, ("menu!\n\nhere".to_owned(), 0));
}

#[test]
fn what_cannot_be_in_a_fragment_is_refused() {
    for (inside, what) in [
        ("{% block b %}{% endblock %}", "put the tag inside the block"),
        ("{% extends 'b' %}", "`extends`"),
        ("{% set_global x = 1 %}", "`set_global`"),
        ("{{ loop.index }}", "`loop`"),
        ("{% break %}", "`break` leaves the `cache` tag"),
        ("{% continue %}", "`continue` leaves the `cache` tag"),
    ] {
        let message =
            refused_source(&format!("{{% for c in cs %}}{{% cache c %}}\n\n{inside}{{% endcache %}}{{% endfor %}}"));
        assert!(message.starts_with("a.html:3: ") && message.contains(what), "{message}");
    }
}

#[test]
fn options_that_do_not_exist_are_refused() {
    let message = refused_source("{% cache 'a' %}{% endcache %}\n{% cache 'b',\n expire=3 %}{% endcache %}");
    assert_eq!(message, "a.html:2: `cache` has no option `expire`: did you mean `expires_in`?");
    assert!(refused_source("{% cache card, user %}{% endcache %}").contains("write a tuple"));
    assert!(refused_source("{% cache %}{% endcache %}").contains("needs a key"));
}

#[test]
fn options_with_wrong_values_are_errors_with_file_and_line() {
    for (option, message) in [
        ("expires_in='soon'", "`expires_in` takes seconds"),
        ("expires_in=-1", "`expires_in` takes seconds"),
        ("version=[1]", "`version` takes a text or a number"),
        ("tags=7", "`tags` takes a text or a list of texts"),
        ("public=7", "`public` takes true or false"),
    ] {
        let site = Site::new(&[("a.html", &format!("\n\n{{% cache 'a', {option} %}}{{% endcache %}}"))]);
        let error = site.error("a.html", &[]);
        assert!(error.contains(message) && error.contains("a.html:3:"), "{error}");
    }
}

#[test]
fn a_refused_template_leaves_the_old_one() {
    let mut site = Site::new(&[("a.html", "old")]);
    assert!(site.templates.add("a.html", "{% cache 'a' %}").is_err());
    assert!(site.templates.add("a.html", "{% if %}").is_err());
    assert_eq!(site.render("a.html", &[]), "old");
}

#[test]
fn lines_behind_a_tag_of_several_lines_are_right() {
    let site = Site::new(&[("a.html", "{% cache\n (card,\n 'x') %}\n{% endcache\n %}\n{{ nothing.here }}")]);
    let error = site.error("a.html", &[("card", card(1, 1))]);
    assert!(error.contains("a.html:6:"), "{error}");
}

#[test]
fn without_the_render_of_templates_a_tag_is_an_error() {
    let mut templates = Templates::new(&cache_runtime::Cache::memory());
    templates.add("a.html", "{% cache 'a' %}{% endcache %}").unwrap();
    let error = templates.tera_mut().render("a.html", &tera::Context::new()).unwrap_err().to_string();
    assert!(error.contains("cache_tera::Templates::render"), "{error}");
}
