//! A body that fails, and a store that fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use cache_runtime::testing::Chaos;
use cache_runtime::{Cache, testing};
use tera::{Error, Kwargs, State};

use crate::site::{Site, cards};

/// A site whose function `fail` fails while it is told to.
fn failing(source: &str) -> (Site, Arc<AtomicBool>) {
    let mut site = Site::new(&[]);
    let fails = Arc::new(AtomicBool::new(true));
    let told = Arc::clone(&fails);
    site.templates.tera_mut().register_function("fail", move |_: Kwargs, _: &State<'_>| {
        if told.load(Ordering::SeqCst) { Err(Error::message("it fails")) } else { Ok("works") }
    });
    let told = Arc::clone(&fails);
    site.templates.tera_mut().register_function("fall", move |_: Kwargs, _: &State<'_>| {
        assert!(!told.load(Ordering::SeqCst), "it falls");
        "works"
    });
    site.edit("a.html", source);
    (site, fails)
}

#[test]
fn an_error_of_the_body_stores_nothing_has_its_line_and_the_next_render_tries_again() {
    let source = "{% cache 'a' %}\n{% cache_each c in cards %}\n{% cache 'b' %}\n{{ fail() }}{% endcache %}{% endcache_each %}{% endcache %}";
    let (site, fails) = failing(source);
    let values = [("cards", cards(&[(1, 1), (2, 1)]))];
    let error = site.error("a.html", &values);
    assert!(error.contains("it fails") && error.contains("a.html:4:"), "{error}");
    assert!(!site.cache.exists("a").unwrap() && !site.cache.exists("b").unwrap());
    // Another thread would wait for a fragment that is still being rendered.
    thread::scope(|scope| scope.spawn(|| assert!(site.error("a.html", &values).contains("it fails"))).join().unwrap());
    fails.store(false, Ordering::SeqCst);
    assert!(site.render("a.html", &values).contains("works"));
    assert!(site.cache.exists("a").unwrap() && site.cache.exists("b").unwrap());
}

#[test]
fn a_panic_of_the_body_blocks_nobody() {
    let (site, fails) = failing("{% cache 'a' %}{% cache 'b' %}{{ fall() }}{% endcache %}{% endcache %}");
    assert!(catch_unwind(AssertUnwindSafe(|| site.render("a.html", &[]))).is_err());
    fails.store(false, Ordering::SeqCst);
    thread::scope(|scope| scope.spawn(|| assert_eq!(site.render("a.html", &[]), "works")).join().unwrap());
}

#[test]
fn what_must_not_be_stored_fails_inside_a_tag() {
    let site = Site::new(&[
        ("a.html", "{% cache 'a' %}\n{% include 'b.html' %}{% endcache %}"),
        ("b.html", "{{ uncacheable() }}"),
    ]);
    let error = site.error("a.html", &[]);
    assert!(error.contains("must not be stored") && error.contains("b.html:1:"), "{error}");
}

#[test]
fn a_render_inside_a_function_is_a_render_of_its_own() {
    let (inner, _) = failing("{% cache 'inner' %}{{ fail() }}{% endcache %}");
    let inner = Arc::new(inner);
    let mut site = Site::on(inner.cache.clone(), &[]);
    let rendered = Arc::clone(&inner);
    site.templates
        .tera_mut()
        .register_function("render", move |_: Kwargs, _: &State<'_>| rendered.try_render("a.html", &[]).is_err());
    site.edit("b.html", "{% cache 'outer' %}{{ render() }}{{ body() }}{% endcache %}");
    assert_eq!(site.show("b.html", &[]), ("true!".to_owned(), 1));
    assert_eq!(site.show("b.html", &[]), ("true!".to_owned(), 0), "the inner failure has not ended the outer tag");
}

#[test]
fn an_invalidation_while_the_body_runs_wins() {
    let mut site = Site::new(&[]);
    let cache = site.cache.clone();
    site.templates.tera_mut().register_function("forget", move |_: Kwargs, _: &State<'_>| {
        cache.delete("a").map(|_| "").map_err(Error::message)
    });
    site.edit("a.html", "{% cache 'a' %}{{ forget() }}{{ body() }}{% endcache %}");
    assert_eq!(site.show("a.html", &[]), ("!".to_owned(), 1));
    assert!(!site.cache.exists("a").unwrap());
}

#[test]
fn while_the_store_fails_each_body_runs() {
    let chaos = Chaos::over(&Cache::memory());
    let site = Site::on(
        Cache::new(chaos.clone()),
        &[(
            "a.html",
            "{% cache 'a' %}{{ body() }}{% endcache %}{% cache_each c in cards %}{{ body() }}{% endcache_each %}",
        )],
    );
    let _scope = testing::scope(site.cache.clone());
    chaos.fail(true);
    let values = [("cards", cards(&[(1, 1), (2, 1)]))];
    for _ in 0..2 {
        assert_eq!(site.show("a.html", &values), ("!!!".to_owned(), 3));
    }
}
