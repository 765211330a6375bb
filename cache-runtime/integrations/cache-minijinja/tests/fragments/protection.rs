//! A fragment of one user must not reach another.

use cache_minijinja::CacheTag;
use cache_runtime::Cache;
use minijinja::{Value, context};

use crate::digests::warnings;
use crate::site::{Site, card_value};

fn user(id: u32) -> Value {
    context! { id, name => format!("user {id}") }
}

fn context(id: u32) -> Value {
    context! { card => card_value(1, 1), current_user => user(id), session => context! { token => id }, users => vec![user(id)] }
}

/// Refuses a body whose key does not name the user, in a file with others.
#[track_caller]
fn assert_refused(source: &str, files: &[(&str, &str)]) -> String {
    let files: Vec<_> = [("a.html", source)].into_iter().chain(files.iter().copied()).collect();
    let message = Site::new(&files).error("a.html", context(1));
    assert!(message.contains("which is not in its key") && message.contains("(in a.html:"), "{source}: {message}");
    message
}

/// Every user sees what is his.
#[track_caller]
fn assert_own(source: &str, files: &[(&str, &str)]) {
    let files: Vec<_> = [("a.html", source)].into_iter().chain(files.iter().copied()).collect();
    let site = Site::new(&files);
    for id in [1, 2, 1] {
        let html = site.render("a.html", context(id));
        assert!(html.contains(&format!("user {id}")), "{source}: {html}");
    }
}

#[test]
fn what_the_body_reads_of_the_user_must_be_in_the_key() {
    let message = assert_refused("\n{% cache card %}{{ current_user.name }}{% endcache %}", &[]);
    assert!(
        message.contains("reads `current_user.name`")
            && message.contains("vary=current_user.id")
            && message.ends_with("a.html:2)"),
        "{message}"
    );
    assert_refused("{% cache 'menu' %}{% if session.token %}x{% endif %}{% endcache %}", &[]);
    assert_refused("{% cache 'menu' %}{{ csrf_token() }}{% endcache %}", &[]);
    assert_refused("{% cache_each c in [card] %}{{ current_user.name }}{% endcache_each %}", &[]);
    assert_refused("{% cache (card, current_user.is_admin) %}{{ current_user.name }}{% endcache %}", &[]);
    assert_refused(
        "{% cache 'o' %}{% cache ('i', current_user.id) %}{{ current_user.name }}{% endcache %}{% endcache %}",
        &[],
    );
}

#[test]
fn a_key_that_names_the_user_is_enough() {
    assert_own("{% cache (card, current_user.id) %}{{ current_user.name }}{% endcache %}", &[]);
    assert_own("{% cache card, vary=current_user.id %}{{ current_user.name }}{% endcache %}", &[]);
    assert_own("{% cache 'hello-' ~ current_user.name %}{{ current_user.name }}{% endcache %}", &[]);
    assert_own("{% cache_each c in [card], vary=current_user.id %}{{ current_user.name }}{% endcache_each %}", &[]);
    assert_own("{% cache 'menu' %}x{% endcache %}{{ current_user.name }}", &[]);
}

#[test]
fn an_option_that_is_not_in_the_key_does_not_name_the_user() {
    for option in
        ["tags=['u' ~ current_user.id]", "expires_in=60 if current_user.id else 5", "skip_digest=current_user.id > 5"]
    {
        assert_refused(&format!("{{% cache 'menu', {option} %}}{{{{ current_user.name }}}}{{% endcache %}}"), &[]);
    }
    assert_own("{% cache 'menu', version=current_user.id %}{{ current_user.name }}{% endcache %}", &[]);
}

#[test]
fn the_list_of_an_item_does_not_name_the_user_and_the_item_does() {
    let show = "{{ current_user.name }}{% endcache_each %}";
    assert_refused(&format!("{{% cache_each c in [card, current_user.id|string] %}}{show}"), &[]);
    assert_refused(&format!("{{% cache_each c in [card, current_user] %}}{show}"), &[]);
    assert_own("{% cache_each name in [current_user.name] %}{{ name }}{% endcache_each %}", &[]);
    assert_own("{% cache_each (c, name) in [(card, current_user.name)] %}{{ name }}{% endcache_each %}", &[]);
    assert_own("{% cache_each c, name in [(card, current_user.name)] %}{{ name }}{% endcache_each %}", &[]);
}

#[test]
fn a_condition_on_the_user_does_not_name_the_user() {
    for part in [
        "current_user is defined",
        "'in' if current_user else 'out'",
        "'x' ~ current_user.id if card else 'y'",
        "current_user.id if card",
        "current_user.id > 5",
        "not current_user.id",
        "current_user.id and 1",
        "current_user.name|length",
        "current_user.name|upper|first",
        "current_user.id % 2",
        "current_user.id ~ card.id",
        "current_user.name[0]",
        "range(current_user.id)|length",
        "current_user.id ~ '1' ~ card.id",
    ] {
        for tag in [format!("('menu', {part})"), format!("'menu', vary={part}"), format!("'menu', vary=[{part}]")] {
            assert_refused(&format!("{{% cache {tag} %}}{{{{ current_user.name }}}}{{% endcache %}}"), &[]);
        }
    }
    for part in ["(current_user.id)", "current_user.id|string", "'a' ~ current_user.id ~ '-' ~ card.id"] {
        assert_own(&format!("{{% cache ('menu', {part}) %}}{{{{ current_user.name }}}}{{% endcache %}}"), &[]);
    }
}

#[test]
fn no_name_of_a_variable_counts_as_the_key() {
    for name in ["f", "_"] {
        assert_refused(
            &format!("{{% set {name} = current_user %}}{{% cache 'x' %}}{{{{ {name}.name }}}}{{% endcache %}}"),
            &[],
        );
    }
}

#[test]
fn includes_imports_macros_and_assignments_are_followed() {
    let partial = [("row.html", "{% include 'deep.html' %}"), ("deep.html", "{{ current_user.name }}")];
    assert_refused("{% cache card %}{% include 'row.html' %}{% endcache %}", &partial);
    assert_refused(
        "{% cache card %}{% if card %}{% include ['none.html', 'row.html'] %}{% endif %}{% endcache %}",
        &partial,
    );
    assert_own("{% cache card, vary=current_user.id %}{% include 'row.html' %}{% endcache %}", &partial);
    let named = [("row.html", "{{ current_user.name }}")];
    assert_own(
        "{% cache 'users', public=true %}{% endcache %}{% for current_user in users %}{% include 'row.html' %}{% endfor %}",
        &named,
    );
    let site = Site::new(&[
        ("a.html", "{% cache card %}{% for current_user in ['x'] %}{% include 'row.html' %}{% endfor %}{% endcache %}"),
        ("row.html", "{{ current_user }}"),
    ]);
    assert_eq!(site.render("a.html", context(1)), "x", "the body sets it itself");

    let message = assert_refused("{% set name = current_user.name %}{% cache card %}{{ name }}{% endcache %}", &[]);
    assert!(message.contains("through `name`"), "{message}");
    assert_refused("{% with n = current_user.name %}{% cache card %}{{ n }}{% endcache %}{% endwith %}", &[]);
    assert_refused("{% for x in session.items %}{% endfor %}{% cache card %}{{ x }}{% endcache %}", &[]);
    assert_refused(
        "{% macro row() %}{{ current_user.name }}{% endmacro %}{% cache card %}{{ row() }}{% endcache %}",
        &[],
    );
    let macros = [("mac.html", "{% macro row() %}{{ current_user.name }}{% endmacro %}")];
    assert_refused("{% from 'mac.html' import row %}{% cache card %}{{ row() }}{% endcache %}", &macros);
    assert_refused("{% import 'mac.html' as m %}{% cache card %}{{ m.row() }}{% endcache %}", &macros);
    assert_own("{% set name = current_user.name %}{% cache ('x', name) %}{{ name }}{% endcache %}", &[]);
}

#[test]
fn every_form_of_assignment_is_followed() {
    for before in [
        "{% set name, b = current_user.name, 2 %}",
        "{% set (a, name) = (1, current_user.name) %}",
        "{% set name %}{{ current_user.name }}{% endset %}",
        "{% set name|upper %}{% set b %}b{% endset %}{{ current_user.name }}{% endset %}",
    ] {
        assert_refused(&format!("{before}{{% cache 'x' %}}{{{{ name }}}}{{% endcache %}}"), &[]);
    }
    assert_refused(
        "{% set ns = namespace() %}{% set ns.u = current_user.name %}{% cache 'x' %}{{ ns.u }}{% endcache %}",
        &[],
    );
    assert_refused(
        "{% with (name, b) = (current_user.name, 2) %}{% cache 'x' %}{{ name }}{% endcache %}{% endwith %}",
        &[],
    );
    assert_refused("{% for u in [current_user] recursive %}{% cache 'x' %}{{ u.name }}{% endcache %}{% endfor %}", &[]);
    assert_own("{% with a = current_user.name, b = 2 %}{{ a }}{% cache 'x' %}{{ b }}{% endcache %}{% endwith %}", &[]);
}

#[test]
fn what_a_statement_in_the_body_reads_is_read_from_outside() {
    for body in [
        "{% set current_user = current_user %}{{ current_user.name }}",
        "{% set current_user = current_user.name %}{{ current_user }}",
        "{% with current_user = current_user %}{{ current_user.name }}{% endwith %}",
        "{% set current_user %}{{ current_user.name }}{% endset %}{{ current_user }}",
        "{% filter replace('x', current_user.name) %}x{% endfilter %}",
        "{% set y | replace('x', current_user.name) %}x{% endset %}{{ y }}",
        "{% include current_user.name ~ '.html' ignore missing %}",
        "{% macro m(current_user=current_user) %}{{ current_user.name }}{% endmacro %}{{ m() }}",
    ] {
        assert_refused(&format!("{{% cache 'x' %}}{body}{{% endcache %}}"), &[]);
    }
    for body in [
        "{% for current_user in users %}{% set name = current_user.name %}{{ name }}{% endfor %}",
        "{% macro m(current_user, x=1) %}{{ current_user.name }}{% endmacro %}{{ m(users[0]) }}",
        "{% set current_user = users[0] %}{% set name %}{{ current_user.name }}{% endset %}{{ name }}",
    ] {
        let source = format!("{{% cache 'x' %}}{body}{{% endcache %}}");
        assert_eq!(Site::new(&[("a.html", &source)]).render("a.html", context(1)), "user 1", "{body}");
    }
}

#[test]
fn what_an_included_template_extends_is_followed() {
    let files = [
        ("part.html", "{% extends 'layout.html' %}{% block b %}{% endblock %}"),
        ("layout.html", "{{ current_user.name }}{% block b %}{% endblock %}"),
        (
            "own.html",
            "{% extends 'layout.html' %}{% block b %}{% cache 'x' %}{{ super() }}{% endcache %}{% endblock %}",
        ),
    ];
    assert_refused("{% cache 'x' %}{% include 'part.html' %}{% endcache %}", &files);
    let site = Site::new(&files);
    assert!(site.error("own.html", context(1)).contains("which is not in its key"));
}

#[test]
fn templates_that_include_each_other_are_read_completely() {
    let files = [
        ("comment.html", "{% if deep %}{% include 'replies.html' %}{% endif %}{{ current_user.name }}"),
        ("replies.html", "{% if deep %}{% include 'comment.html' %}{% endif %}"),
    ];
    assert_refused(
        "{% cache 'one', public=true %}{% include 'comment.html' %}{% endcache %}\
         {% cache 'two' %}{% include 'replies.html' %}{% endcache %}",
        &files,
    );
}

#[test]
fn the_name_of_an_include_may_have_escapes() {
    assert_refused(r"{% cache 'x' %}{% include '\x69.html' %}{% endcache %}", &[("i.html", "{{ current_user.name }}")]);
}

#[test]
fn an_included_tag_is_checked_in_its_own_file() {
    let site = Site::new(&[
        ("a.html", "{% include 'part.html' %}"),
        ("part.html", "\n{% cache card %}{{ session.token }}{% endcache %}"),
    ]);
    let error = site.try_render("a.html", context(1)).unwrap_err();
    assert!(cache_minijinja::explain(&error).contains("part.html:2"));
}

#[test]
fn the_author_may_say_that_it_is_public() {
    let site = Site::new(&[("a.html", "{% cache 'menu', public=true %}{{ request }}{% endcache %}")]);
    assert_eq!(site.render("a.html", context! { request => "home" }), "home");
}

#[test]
fn what_is_rewritten_by_hand_is_checked_at_once() {
    let rewrite = |source| cache_minijinja::rewrite("a.html", source, &Default::default());
    let message = rewrite("\n\n{% cache 'a' %}\n{{ session.token }}{% endcache %}").unwrap_err().to_string();
    assert!(message.contains("reads `session.token`") && message.ends_with("(in a.html:3)"), "{message}");
    assert!(
        rewrite("{% cache 'a', public=true %}{{ session }}{% endcache %}{% cache 'b' %}{{ x }}{% endcache %}").is_ok()
    );
}

#[test]
fn the_settings_hold_for_what_is_rewritten_by_hand() {
    let tag = CacheTag::new(&Cache::memory()).protect(["account"]).unprotect(["request"]);
    let rewrite = |source| tag.rewrite("a.html", source, &Default::default());
    assert!(rewrite("{% cache 'a' %}{{ request.path }}{% endcache %}").is_ok());
    let message = rewrite("{% cache 'a' %}{{ account.name }}{% endcache %}").unwrap_err().to_string();
    assert!(message.contains("write `vary=account.id`"), "{message}");
}

#[test]
fn of_a_request_the_key_should_name_what_is_read() {
    let message = assert_refused("{% cache 'a' %}{{ request.path }}{% endcache %}", &[]);
    assert!(message.contains("write `vary=request.path`"), "{message}");
}

#[test]
fn the_names_are_a_setting() {
    let cache = Cache::memory();
    let tag = CacheTag::new(&cache).protect(["account"]).unprotect(["request"]);
    let site = Site::with(
        cache,
        tag,
        &[
            ("a.html", "{% cache 'a' %}{{ account.name }}{% endcache %}"),
            ("b.html", "{% cache 'b' %}{{ request }}{% endcache %}"),
        ],
    );
    assert!(site.error("a.html", ()).contains("reads `account.name`"));
    assert_eq!(site.render("b.html", ()), "");
}

#[test]
fn a_hit_is_refused_as_well() {
    let site = Site::new(&[("a.html", "{% cache 'a' %}1{% endcache %}")]);
    site.render("a.html", ());
    site.edit("a.html", "{% cache 'a', skip_digest=true %}{{ session }}{% endcache %}");
    site.error("a.html", ());
    site.error("a.html", ());
}

#[test]
fn the_position_in_an_outer_loop_is_reported() {
    let warned = warnings(|| {
        let site =
            Site::new(&[("a.html", "{% for x in [1, 2] %}{% cache card %}{{ loop.index }}{% endcache %}{% endfor %}")]);
        site.render("a.html", context(1));
        site.render("a.html", context(1));
    });
    assert_eq!(warned.matches("`loop`").count(), 1, "{warned}");
}
