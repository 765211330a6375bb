//! Bodies that fail.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use cache_minijinja::explain;
use minijinja::{Error, ErrorKind, context};

use crate::site::{Site, card_values};

#[test]
fn an_error_of_the_body_stores_nothing_has_the_right_line_and_the_next_render_tries_again() {
    let site = Site::new(&[(
        "a.html",
        "1\n{% cache 'outer' %}\n3{% cache 'inner' %}i{% endcache %}\n{{ 1 / n }}\n{% endcache %}",
    )]);
    for _ in 0..2 {
        assert!(site.error("a.html", context! { n => 0 }).ends_with("(in a.html:4)"));
    }
    assert!(!site.cache.exists("outer").unwrap() && site.cache.exists("inner").unwrap());
    assert_eq!(site.render("a.html", context! { n => 1 }), "1\n\n3i\n1.0\n");
}

#[test]
fn a_failing_body_hands_the_flight_to_somebody_who_waits() {
    let site = Site::new(&[(
        "a.html",
        "{% cache 'k' %}{{ first() }}{% cache 'inner' %}{{ first() }}{% endcache %}{% endcache %}",
    )]);
    let mut env = site.env.clone();
    let (fails, waits) = (Arc::new(AtomicBool::new(true)), Arc::new(Barrier::new(2)));
    let others = Arc::clone(&waits);
    env.add_function("first", move || {
        if fails.swap(false, Ordering::SeqCst) {
            others.wait();
            return Err(Error::new(ErrorKind::InvalidOperation, "the first one fails"));
        }
        Ok("ok")
    });
    thread::scope(|scope| {
        let first = scope.spawn(|| env.get_template("a.html").unwrap().render(()).is_err());
        waits.wait();
        let second = scope.spawn(|| env.get_template("a.html").unwrap().render(()).unwrap());
        assert_eq!((first.join().unwrap(), second.join().unwrap()), (true, "okok".to_owned()));
    });
}

#[test]
fn a_panic_of_the_body_frees_every_tag_around_it() {
    let site = Site::new(&[(
        "a.html",
        "{% cache 'o' %}{% cache 'm' %}{% cache_each c in cards %}{% cache 'i' %}{{ boom() }}{% endcache %}{% endcache_each %}{% endcache %}{% endcache %}{{ caching() }}",
    )]);
    let mut env = site.env.clone();
    let (booms, shared) = (Arc::new(AtomicBool::new(true)), ());
    let boom = Arc::clone(&booms);
    env.add_function("boom", move || {
        assert!(!boom.load(Ordering::SeqCst), "in the body");
        "x"
    });
    let render = || {
        env.get_template("a.html")
            .unwrap()
            .render(context! { cards => card_values(&[(1, 1), (2, 1)]), shared })
            .unwrap()
    };
    assert!(catch_unwind(AssertUnwindSafe(render)).is_err());
    booms.store(false, Ordering::SeqCst);
    assert_eq!(render(), "xxFalse");
    assert_eq!(thread::scope(|scope| scope.spawn(render).join().unwrap()), "xxFalse");
}

#[test]
fn what_must_not_be_stored_fails_inside_a_tag_and_not_outside() {
    let site = Site::new(&[
        ("outside.html", "{{ uncacheable() }}{{ caching() }}{% cache 'k' %}{{ caching() }}{% endcache %}"),
        ("inside.html", "\n{% cache 'x' %}\n{% include 'part.html' %}{% endcache %}"),
        ("part.html", "\n{{ uncacheable() }}"),
    ]);
    assert_eq!(site.render("outside.html", ()), "FalseTrue");
    assert_eq!(site.render("outside.html", ()), "FalseTrue");
    let error = site.try_render("inside.html", ()).unwrap_err();
    let text = explain(&error);
    assert!(text.contains("inside.html:3") && text.contains("part.html:2") && text.contains("uncacheable"), "{text}");
    assert!(!site.cache.exists("x").unwrap());
    assert_eq!(site.render("outside.html", ()), "FalseTrue", "nothing is left of the failed tag");
}

#[test]
fn a_render_inside_a_function_of_a_body_is_inside_the_tag() {
    let site = Site::new(&[("a.html", "{% cache 'k' %}{{ other() }}{% endcache %}"), ("b.html", "{{ caching() }}")]);
    let (mut env, inner) = (site.env.clone(), site.env.clone());
    env.add_function("other", move || inner.get_template("b.html")?.render(()));
    assert_eq!(env.get_template("a.html").unwrap().render(()).unwrap(), "True");
}

#[test]
fn an_invalidation_while_the_body_runs_wins() {
    let site = Site::new(&[("a.html", "{% cache 'k' %}{{ forget() }}{{ n }}{% endcache %}")]);
    let (mut env, cache) = (site.env.clone(), site.cache.clone());
    env.add_function("forget", move || {
        cache.delete("k").map(|_| "").map_err(|_| Error::from(ErrorKind::InvalidOperation))
    });
    for n in [1, 2] {
        assert_eq!(env.get_template("a.html").unwrap().render(context! { n }).unwrap(), n.to_string());
    }
}
