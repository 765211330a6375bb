//! Fragments in two halves, which the caller renders in its own code, and digests.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use cache_runtime::testing::{self, Chaos};
use cache_runtime::{Cache, Fragment, FragmentLookup, Rendering};

fn miss(fragment: &Fragment) -> Rendering {
    match fragment.begin() {
        FragmentLookup::Miss(rendering) => rendering,
        FragmentLookup::Hit(html) => panic!("it is stored: {html}"),
    }
}

fn hit(fragment: &Fragment) -> String {
    match fragment.begin() {
        FragmentLookup::Hit(html) => html,
        FragmentLookup::Miss(_) => panic!("it is not stored"),
    }
}

#[test]
fn what_is_finished_is_stored_and_what_is_dropped_is_not() {
    let cache = Cache::memory();
    let sidebar = cache.fragment("page", "sidebar");
    drop(miss(&sidebar));
    assert_eq!(miss(&sidebar).finish("<nav>".into()), "<nav>");
    assert_eq!(hit(&sidebar), "<nav>");
}

#[test]
fn renderings_nest() {
    let cache = Cache::memory();
    let [outer, inner] = ["outer", "inner"].map(|name| cache.fragment("page", name));
    let rendering = miss(&outer);
    assert_eq!(miss(&inner).finish("i".into()), "i");
    rendering.finish(format!("<{}>", hit(&inner)));
    assert_eq!(hit(&outer), "<i>");
}

#[test]
fn if_a_rendering_is_dropped_one_of_those_who_wait_renders() {
    let cache = Cache::memory();
    let sidebar = cache.fragment("page", "sidebar");
    let rendering = miss(&sidebar);
    let (begun, begins) = mpsc::channel();
    thread::scope(|scope| {
        let waiter = scope.spawn({
            let sidebar = sidebar.clone();
            move || {
                begun.send(()).unwrap();
                miss(&sidebar).finish("by the waiter".into())
            }
        });
        begins.recv().unwrap();
        drop(rendering);
        assert_eq!(waiter.join().unwrap(), "by the waiter");
    });
    assert_eq!(hit(&sidebar), "by the waiter");
}

#[test]
fn an_invalidation_during_a_rendering_wins() {
    let cache = Cache::memory();
    let sidebar = cache.fragment("page", "sidebar");
    let rendering = miss(&sidebar);
    cache.delete("sidebar").unwrap();
    assert_eq!(rendering.finish("late".into()), "late");
    assert!(!cache.exists("sidebar").unwrap());
}

#[test]
fn in_the_window_the_others_get_the_stale_fragment() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let sidebar = cache.fragment("page", "sidebar").expires_in(60).race_ttl(10);
    sidebar.render(|| "old");
    testing::advance(Duration::from_secs(61));
    let rendering = miss(&sidebar);
    assert_eq!(thread::scope(|scope| scope.spawn(|| hit(&sidebar)).join().unwrap()), "old");
    rendering.finish("new".into());
    assert_eq!(hit(&sidebar), "new");
}

#[test]
fn many_fragments_are_read_in_one_step_and_written_in_another() {
    let chaos = Chaos::over(&Cache::memory());
    let cache = Cache::new(chaos.clone());
    let fragments: Vec<_> = (0..100).map(|n| cache.fragment("page", &format!("row-{n}"))).collect();
    fragments[7].render(|| "seven");
    let before = (chaos.count("read_multi"), chaos.count("complete"));
    let lookup = Fragment::begin_all(&fragments);
    let found: Vec<_> = (0..100).filter(|at| lookup.html(*at).is_some()).collect();
    assert_eq!((found, lookup.html(7)), (vec![7], Some("seven")));
    let missing: Vec<_> = (0..100).filter(|at| lookup.html(*at).is_none()).collect();
    lookup.finish(missing.into_iter().map(|at| (at, at.to_string())));
    assert_eq!((chaos.count("read_multi"), chaos.count("complete")), (before.0 + 1, before.1 + 1));
    let lookup = Fragment::begin_all(&fragments);
    assert_eq!((lookup.html(7), lookup.html(99)), (Some("seven"), Some("99")));
}

#[test]
fn many_fragments_that_are_dropped_have_failed() {
    let cache = Cache::memory();
    let fragments = [cache.fragment("page", "a"), cache.fragment("page", "b")];
    drop(Fragment::begin_all(&fragments));
    let lookup = Fragment::begin_all(&fragments);
    cache.delete("a").unwrap();
    lookup.finish([(0, "a".into()), (1, "b".into())]);
    assert!(!cache.exists("a").unwrap() && cache.exists("b").unwrap());
    Fragment::begin_all(&[]).finish([]);
}

#[test]
fn a_fragment_of_another_digest_is_a_miss() {
    let cache = Cache::memory();
    let sidebar = cache.fragment("page", "sidebar");
    sidebar.clone().digest(1).render(|| "one");
    assert_eq!(hit(&sidebar.clone().digest(1)), "one");
    drop(miss(&sidebar));
    miss(&sidebar.clone().digest(2)).finish("two".into());
    drop(miss(&sidebar.clone().digest(1)));
    assert_eq!(Fragment::begin_all(&[sidebar.clone().digest(2)]).html(0), Some("two"));
    assert_eq!(Fragment::begin_all(&[sidebar.clone().digest(1)]).html(0), None);
    cache.set("sidebar", "by hand").unwrap();
    drop(miss(&sidebar.clone().digest(1)));
    assert!(cache.delete("sidebar").unwrap());
    sidebar.clone().digest(1).tags(["navigation"]).render(|| "tagged");
    assert_eq!(hit(&sidebar.digest(1)), "tagged");
}
