//! What a change of a template renders again.

use std::fs;
use std::sync::{Arc, Mutex};

use cache_minijinja::{CacheTag, template_digest};
use cache_runtime::Cache;
use minijinja::{Environment, context};

use crate::site::{Site, card_value};

const FILES: [(&str, &str); 6] = [
    (
        "page.html",
        "{% extends 'layout.html' %}{% block main %}{% cache card %}P{{ body() }}{% include 'p.html' %}{% endcache %}{% cache 'text' %}T{{ body() }}{% include 'p.html' %}{% endcache %}{% endblock %}",
    ),
    ("p.html", "p{% include 'q.html' %}"),
    ("q.html", "q"),
    ("layout.html", "{% cache 'top' %}L{{ body() }}{% endcache %}{% block main %}{% endblock %}"),
    ("m.html", "{% macro m() %}m{% endmacro %}"),
    ("uses-m.html", "{% import 'm.html' as m %}{% cache card %}{{ m.m() }}{{ body() }}{% endcache %}"),
];

fn show(site: &Site, name: &str) -> (String, usize) {
    site.show(name, context! { card => card_value(1, 1) })
}

#[test]
fn an_edited_partial_two_includes_deep_is_a_new_fragment_at_once() {
    let site = Site::new(&FILES);
    assert_eq!(show(&site, "page.html"), ("L!P!pqT!pq".to_owned(), 3));
    assert_eq!(show(&site, "page.html").1, 0);
    site.edit("q.html", "Q2");
    assert_eq!(show(&site, "page.html"), ("L!P!pQ2T!pQ2".to_owned(), 2));
    assert_eq!(show(&site, "page.html").1, 0);
    site.edit("p.html", "-");
    assert_eq!(show(&site, "page.html"), ("L!P!-T!-".to_owned(), 2));
}

#[test]
fn a_fragment_of_a_layout_depends_on_the_layout_and_one_of_a_page_does_not() {
    let site = Site::new(&FILES);
    show(&site, "page.html");
    site.edit("layout.html", "{% cache 'top' %}N{{ body() }}{% endcache %}{% block main %}{% endblock %}");
    assert_eq!(show(&site, "page.html"), ("N!P!pqT!pq".to_owned(), 1));
    site.edit("page.html", &FILES[0].1.replace("P{{", "X{{"));
    assert_eq!(show(&site, "page.html"), ("N!X!pqT!pq".to_owned(), 2));
}

#[test]
fn the_digest_of_a_page_changes_with_all_that_it_is_rendered_from() {
    let site = Site::new(&FILES);
    let digest = || template_digest(&site.env, "page.html").expect("the page is there");
    let first = digest();
    assert_eq!(digest(), first);
    let mut seen = vec![first];
    for edited in ["page.html", "q.html", "layout.html"] {
        let (_, source) = FILES.iter().find(|(name, _)| *name == edited).expect("it is there");
        site.edit(edited, &format!("{source} "));
        assert!(!seen.contains(&digest()), "{edited}");
        seen.push(digest());
    }
    site.edit("m.html", "another page has it");
    assert_eq!(Some(&digest()), seen.last());
    assert!(template_digest(&site.env, "nope.html").is_err());
    let bare = template_digest(&Environment::new(), "page.html").expect_err("there are no templates");
    assert_eq!(bare.kind(), minijinja::ErrorKind::TemplateNotFound);
}

#[test]
fn an_imported_macro_is_a_dependency() {
    let site = Site::new(&FILES);
    assert_eq!(show(&site, "uses-m.html"), ("m!".to_owned(), 1));
    site.edit("m.html", "{% macro m() %}M{% endmacro %}");
    assert_eq!(show(&site, "uses-m.html"), ("M!".to_owned(), 1));
}

#[test]
fn what_was_rendered_by_the_old_template_is_there_for_the_old_release() {
    let site = Site::new(&FILES);
    show(&site, "uses-m.html");
    site.edit("m.html", "{% macro m() %}M{% endmacro %}");
    show(&site, "uses-m.html");
    site.edit("m.html", FILES[4].1);
    assert_eq!(show(&site, "uses-m.html"), ("m!".to_owned(), 0));
}

#[test]
fn templates_that_include_each_other_have_a_digest() {
    let site = Site::new(&[
        (
            "a.html",
            "{% cache 'k' %}a{{ n }}{% if n > 0 %}{% set n = n - 1 %}{% include 'b.html' %}{% endif %}{% endcache %}",
        ),
        ("b.html", "b{% if n > 0 %}{% set n = n - 1 %}{% include 'c.html' %}{% endif %}"),
        ("c.html", "c{% if n > 0 %}{% include 'b.html' %}{% endif %}"),
        ("self.html", "{% cache 'self' %}{% include 'self.html' %}{% endcache %}"),
    ]);
    assert_eq!(site.render("a.html", context! { n => 2 }), "a2bc");
    assert!(site.try_render("self.html", ()).is_err(), "minijinja stops a recursion without an end");
    assert!(!site.cache.exists("self").unwrap());
}

#[test]
fn a_dependency_that_is_missing_is_no_failure() {
    let site = Site::new(&[(
        "a.html",
        "{# Template Dependency: gone.html #}{% cache 'k' %}{% include 'none.html' ignore missing %}{{ body() }}{% endcache %}",
    )]);
    assert_eq!(site.show("a.html", ()), ("!".to_owned(), 1));
    assert_eq!(site.show("a.html", ()), ("!".to_owned(), 0));
    site.edit("none.html", "now");
    assert_eq!(site.show("a.html", ()), ("now!".to_owned(), 1));
}

fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Environment<'static>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, source) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, source).unwrap();
    }
    let mut env = Environment::new();
    cache_minijinja::install_folder(&mut env, &Cache::memory(), folder.path());
    (folder, env)
}

#[test]
fn a_pattern_notices_files_that_are_added_changed_and_removed() {
    let (folder, env) = folder(&[
        (
            "a.html",
            "{# Template Dependency: kinds/* #}{% cache card %}{{ n }}{% include 'kinds/' ~ kind %}{% endcache %}",
        ),
        ("kinds/one.html", "1"),
    ]);
    let show = |n: u32| {
        env.get_template("a.html")
            .unwrap()
            .render(context! { card => card_value(1, 1), n, kind => "one.html" })
            .unwrap()
    };
    assert_eq!((show(1), show(2)), ("11".to_owned(), "11".to_owned()));
    fs::write(folder.path().join("kinds/one.html"), "one").unwrap();
    assert_eq!((show(3), show(4)), ("3one".to_owned(), "3one".to_owned()));
    fs::write(folder.path().join("kinds/two.html"), "2").unwrap();
    assert_eq!((show(5), show(6)), ("5one".to_owned(), "5one".to_owned()));
    fs::remove_file(folder.path().join("kinds/two.html")).unwrap();
    assert_eq!(show(7), "3one");
}

#[test]
fn without_automatic_reloading_nothing_is_looked_up_again() {
    let (folder, mut env) =
        folder(&[("a.html", "{% cache card %}{{ n }}{% include 'b.html' %}{% endcache %}"), ("b.html", "b")]);
    env.set_auto_reload(false);
    let show = |n: u32| env.get_template("a.html").unwrap().render(context! { card => card_value(1, 1), n }).unwrap();
    assert_eq!(show(1), "1b");
    fs::write(folder.path().join("b.html"), "changed").unwrap();
    assert_eq!(show(2), "1b");
}

#[test]
fn a_computed_name_without_a_declared_dependency_is_reported_once() {
    let warned = warnings(|| {
        let site = Site::new(&[
            ("a.html", "\n{% cache card %}{% include kind %}{% endcache %}"),
            ("one.html", "1"),
            ("b.html", "{# Template Dependency: one.html #}{% cache card %}{% include kind %}{% endcache %}"),
        ]);
        for name in ["a.html", "a.html", "b.html"] {
            site.render(name, context! { card => card_value(1, 1), kind => "one.html" });
        }
    });
    assert_eq!(warned.matches("Template Dependency").count(), 1, "{warned}");
    assert!(warned.contains("a.html:2"), "{warned}");
}

#[test]
fn digests_can_be_left_out() {
    let cache = Cache::memory();
    let tag = CacheTag::new(&cache).skip_digest(true);
    let site = Site::with(cache, tag, &FILES);
    show(&site, "page.html");
    site.edit("q.html", "Q2");
    assert_eq!(show(&site, "page.html").1, 0);
}

/// The warnings while `run` runs.
pub(crate) fn warnings(run: impl FnOnce()) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_ansi(false);
    tracing::subscriber::with_default(subscriber.with_writer(move || writer.clone()).finish(), run);
    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_source_of_equal_length_in_the_place_of_an_older_one_is_noticed() {
    let mut site = Site::new(&[("a.html", "{% cache card %}{% include 'q.html' %}{{ body() }}{% endcache %}")]);
    for letter in ["a", "b", "c", "d"] {
        site.env.add_template_owned("q.html", "z".repeat(5000)).unwrap();
        site.env.add_template_owned("q.html", letter.repeat(5000)).unwrap();
        assert!(show(&site, "a.html").0.starts_with(letter), "{letter}");
    }
}

#[test]
fn each_template_that_a_condition_chooses_is_a_dependency() {
    let site = Site::new(&[
        (
            "a.html",
            "{% cache card %}{% include 'one.html' if x is defined else 'two.html' %}{{ body() }}{% endcache %}",
        ),
        ("one.html", "1"),
        ("two.html", "2"),
    ]);
    assert_eq!([show(&site, "a.html"), show(&site, "a.html")], [("2!".to_owned(), 1), ("2!".to_owned(), 0)]);
    site.edit("two.html", "two");
    assert_eq!(show(&site, "a.html"), ("two!".to_owned(), 1));
    site.edit("one.html", "one");
    assert_eq!(show(&site, "a.html").1, 1);
}
