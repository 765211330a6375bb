//! A tag that shows something of the user has the user in its key.

use cache_runtime::Cache;
use cache_tera::Templates;
use tera::{Kwargs, State};

use crate::site::refused;

#[track_caller]
fn is_refused(files: &[(&str, &str)]) {
    let message = refused(files);
    assert!(message.contains("which is not in its key"), "{message}");
}

#[track_caller]
fn is_accepted(files: &[(&str, &str)]) {
    let mut templates = Templates::new(&Cache::memory());
    for name in ["f", "request"] {
        templates.tera_mut().register_function(name, |_: Kwargs, _: &State<'_>| 1_u64);
    }
    templates.add_all(files.iter().copied()).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_body_that_reads_the_user_is_refused_with_file_and_line() {
    let message = refused(&[("a.html", "\n{% cache 'a' %}{{ current_user.name }}{% endcache %}")]);
    assert!(message.starts_with("a.html:2: the fragment reads `current_user.name`"), "{message}");
    for inside in [
        "{% if session %}{% endif %}",
        "{% for f in flash %}{% endfor %}",
        "{{ 'a' ~ request.path | upper }}",
        "{{ f(x=csrf_token) }}",
        "{% cache 'b', vary=request.path %}{% endcache %}",
        "{% filter g(x=session) %}{% endfilter %}",
        "{{ current_user?.name }}",
        "{% set session = session %}{{ session.name }}",
        "{% set session %}{{ session.name }}{% endset %}{{ session }}",
        "{% if 1 < session.age %}{% endif %}",
        "{{ 1 / session.age }}",
        "{{ [...flash] }}",
        "{{ [x for x in flash] }}",
        "{{ x is matching(session) }}",
        "{% <badge title={session.name}> %}{% </badge> %}",
    ] {
        is_refused(&[("a.html", &format!("{{% cache 'a' %}}{inside}{{% endcache %}}"))]);
    }
}

#[test]
fn a_key_that_names_the_user_is_enough() {
    for tag in [
        "cache ('a', current_user.id)",
        "cache 'a', vary=current_user.id",
        "cache 'a', vary=[current_user]",
        "cache ('a', current_user.name)",
        "cache 'a', public=true",
    ] {
        is_accepted(&[("a.html", &format!("{{% {tag} %}}{{{{ current_user.name }}}}{{% endcache %}}"))]);
    }
    is_refused(&[("a.html", "{% cache ('a', current_user.role) %}{{ current_user.name }}{% endcache %}")]);
}

#[test]
fn the_list_of_an_item_does_not_name_the_user_and_the_item_does() {
    is_refused(&[("a.html", "{% cache_each c in [card, current_user] %}{{ current_user.name }}{% endcache_each %}")]);
    is_accepted(&[("a.html", "{% cache_each c in current_user.cards %}{{ c.title }}{% endcache_each %}")]);
    is_accepted(&[("a.html", "{% cache_each c in cards, vary=session.id %}{{ session.x }}{% endcache_each %}")]);
}

#[test]
fn an_option_or_a_condition_does_not_name_the_user() {
    for tag in [
        "cache 'a', tags=['u' ~ current_user.id]",
        "cache ('a', current_user is defined)",
        "cache ('a', 'in' if current_user else 'out')",
        "cache 'a', vary=current_user.id > 5",
        "cache 'a', vary=current_user.name | length",
    ] {
        is_refused(&[("a.html", &format!("{{% {tag} %}}{{{{ current_user.name }}}}{{% endcache %}}"))]);
    }
}

#[test]
fn includes_components_and_assignments_are_followed() {
    let page = ("a.html", "{% cache 'a' %}{% include 'b.html' %}{% endcache %}");
    is_refused(&[page, ("b.html", "{% include 'c.html' %}"), ("c.html", "{{ session.x }}")]);
    is_accepted(&[page, ("b.html", "{% for session in sessions %}{{ session.x }}{% endfor %}")]);
    is_refused(&[page, ("b.html", "{% for session in sessions %}{% endfor %}{{ session.x }}")]);
    is_refused(&[("a.html", "{% set name = current_user.name %}{% cache 'a' %}{{ name }}{% endcache %}")]);
    is_refused(&[("a.html", "{% set name %}{{ session.name }}{% endset %}{% cache 'a' %}{{ name }}{% endcache %}")]);
    is_refused(&[(
        "a.html",
        "{% for order in current_user.orders %}{% cache 'a' %}{{ order.id }}{% endcache %}{% endfor %}",
    )]);
    is_refused(&[
        ("a.html", "{% cache 'a' %}{{ <who /> }}{% endcache %}"),
        ("b.html", "{% component who(@current_user) %}{{ current_user.name }}{% endcomponent who %}"),
    ]);
}

#[test]
fn layouts_and_templates_that_include_each_other_are_followed() {
    let files = [
        (
            "a.html",
            "{% cache 'a', public=true %}{% include 'c.html' %}{% endcache %}{% cache 'b' %}{% include 'r.html' %}{% endcache %}",
        ),
        ("c.html", "{% if x %}{% include 'r.html' %}{% endif %}{{ current_user.name }}"),
        ("r.html", "{% if x %}{% include 'c.html' %}{% endif %}"),
    ];
    is_refused(&files);
    let layout = ("layout.html", "{% block b %}{{ current_user.name }}{% endblock %}");
    is_refused(&[
        layout,
        ("a.html", "{% extends 'layout.html' %}{% block b %}{% cache 'a' %}{{ super() }}{% endcache %}{% endblock %}"),
    ]);
    is_refused(&[
        layout,
        ("a.html", "{% cache 'a' %}{% include 'b.html' %}{% endcache %}"),
        ("b.html", "{% extends 'layout.html' %}"),
    ]);
}

#[test]
fn attributes_arguments_functions_and_texts_are_no_variables() {
    is_accepted(&[(
        "a.html",
        "{{ session.x }}{% cache 'a' %}{{ page.session }}{{ f(session=1) }}{{ 'request' }}{{ request() }}{# flash #}{% endcache %}",
    )]);
}

#[test]
fn the_names_can_be_changed() {
    let source = "{% cache 'a' %}{{ account.name }}{% endcache %}{% cache 'b' %}{{ request.host }}{% endcache %}";
    let with = |templates: Templates| {
        let mut templates = templates;
        templates.add("a.html", source)
    };
    let new = || Templates::new(&Cache::memory());
    assert!(with(new()).is_err());
    assert!(with(new().unprotect(["request"])).is_ok());
    assert!(with(new().unprotect(["request"]).protect(["account"])).is_err());
}
