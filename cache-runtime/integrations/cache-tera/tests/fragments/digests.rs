//! Fragments are new after an edit of what they depend on.

use crate::site::{Site, card, refused};

/// Whether an edit makes the fragment of `page.html` a new one.
#[track_caller]
fn notices(files: &[(&str, &str)], edited: &str, source: &str) -> bool {
    let mut site = Site::new(files);
    let bodies = |site: &Site| site.show("page.html", &[("card", card(1, 1))]).1;
    assert!(bodies(&site) > 0);
    assert_eq!(bodies(&site), 0);
    site.edit(edited, source);
    bodies(&site) > 0
}

const PAGE: (&str, &str) = ("page.html", "{% cache card %}{{ body() }}{% include 'part.html' %}{% endcache %}");

#[test]
fn a_template_and_its_partials_are_noticed_two_deep() {
    let files = [PAGE, ("part.html", "{% include \"deep.html\" %}"), ("deep.html", "a"), ("other.html", "a")];
    assert!(notices(&files, "page.html", "{% cache card %}b{{ body() }}{% endcache %}"));
    assert!(notices(&files, "part.html", "b"));
    assert!(notices(&files, "deep.html", "b"));
    assert!(!notices(&files, "other.html", "b"));
}

#[test]
fn a_text_is_rendered_anew_after_an_edit() {
    let files = [("page.html", "{% cache 'a' %}{{ body() }}{% endcache %}")];
    assert!(notices(&files, "page.html", "{% cache 'a' %}b{{ body() }}{% endcache %}"));
    let files = [("page.html", "{% cache 'a', skip_digest=true %}{{ body() }}{% endcache %}")];
    assert!(!notices(&files, "page.html", "{% cache 'a', skip_digest=true %}b{{ body() }}{% endcache %}"));
}

#[test]
fn a_component_that_is_called_is_noticed() {
    let files = [
        ("page.html", "{% cache card %}{{ body() }}{{ <ui.badge title={card.title} /> }}{% endcache %}"),
        ("ui.html", "{% component ui.badge(title: string) %}<b>{{ title }}</b>{% endcomponent ui.badge %}"),
    ];
    assert!(notices(&files, "ui.html", "{% component ui.badge(title: string) %}<i>{{ title }}</i>{% endcomponent %}"));
}

#[test]
fn a_layout_counts_for_its_own_tags_and_where_super_is_called() {
    let layout = "{% block main %}base{% endblock %}";
    let edited = "edited {% block main %}base{% endblock %}";
    let child = "{% extends 'layout.html' %}{% block main %}{% cache card %}{{ body() }}{% endcache %}{% endblock %}";
    assert!(!notices(&[("page.html", child), ("layout.html", layout)], "layout.html", edited));
    let child = "{% extends 'layout.html' %}{% block main %}{% cache card %}{{ super() }}{{ body() }}{% endcache %}{% endblock %}";
    assert!(notices(&[("page.html", child), ("layout.html", layout)], "layout.html", edited));
}

#[test]
fn a_declared_dependency_notices_files_that_are_added() {
    let page = "{# Template Dependency: kinds/* #}{% cache card %}{{ body() }}{% endcache %}";
    assert!(notices(&[("page.html", page), ("kinds/a.html", "a")], "kinds/b.html", "b"));
    assert!(!notices(&[("page.html", page), ("kinds/a.html", "a")], "sorts/b.html", "b"));
}

#[test]
fn templates_that_include_each_other_are_refused_by_tera() {
    let circle = [
        ("a.html", "{% cache 'a' %}{% include 'b.html' %}{% endcache %}"),
        ("b.html", "{% if x %}{% include 'a.html' %}{% endif %}"),
    ];
    assert!(refused(&circle).contains("Circular include"));
}
