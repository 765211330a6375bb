//! Fragments, blocking and async, and how they nest.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use cache_runtime::model::{Cacheable, KeySource, key_for_all};
use cache_runtime::testing::{self, Chaos};
use cache_runtime::{Cache, Fragment, store};

#[derive(Cacheable, Clone)]
struct Post {
    id: String,
    updated_at: SystemTime,
    comments: Vec<Comment>,
}

#[derive(Cacheable, Clone)]
struct Comment {
    id: u32,
    updated_at: SystemTime,
    text: &'static str,
}

fn moment(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn comment(id: u32, seconds: u64) -> Comment {
    Comment { id, updated_at: moment(seconds), text: "text" }
}

fn post(comments: impl IntoIterator<Item = Comment>) -> Post {
    Post { id: "p1".to_owned(), updated_at: moment(1), comments: comments.into_iter().collect() }
}

thread_local! {
    static RENDERED: Cell<u32> = const { Cell::new(0) };
}

fn rendered() -> u32 {
    RENDERED.replace(0)
}

fn show(html: impl Into<String>) -> String {
    RENDERED.set(RENDERED.get() + 1);
    html.into()
}

fn page(cache: &Cache, post: &Post) -> String {
    cache.fragment("post", post).render(|| {
        let comments = post
            .comments
            .iter()
            .map(|comment| cache.fragment("comment", comment).render(|| show(format!("<li>{}</li>", comment.text))));
        show(format!("<ul>{}</ul>", comments.collect::<String>()))
    })
}

#[test]
fn a_stored_fragment_is_returned_and_its_body_is_not_run() {
    let cache = Cache::memory();
    let post = post([]);
    assert_eq!((page(&cache, &post), rendered()), ("<ul></ul>".to_owned(), 1));
    assert_eq!((page(&cache, &post), rendered()), ("<ul></ul>".to_owned(), 0));
}

#[test]
fn if_one_comment_changes_it_and_its_post_are_rendered_and_its_siblings_are_not() {
    let cache = Cache::memory();
    let mut post = post((0..200).map(|id| comment(id, 1)));
    page(&cache, &post);
    assert_eq!(rendered(), 201);
    post.comments[7] = Comment { text: "edited", ..comment(7, 2) };
    post.updated_at = moment(2);
    assert!(page(&cache, &post).contains("edited"));
    assert_eq!(rendered(), 2);
}

#[test]
fn a_text_is_its_own_key_and_has_a_lifetime() {
    let cache = testing_cache();
    let sidebar = || cache.fragment("page", "Sidebar").expires_in(60).render(|| show("<nav></nav>"));
    sidebar();
    assert_eq!(cache.get::<String>("sidebar").unwrap().as_deref(), Some("<nav></nav>"));
    cache.delete("sidebar").unwrap();
    sidebar();
    testing::advance(Duration::from_secs(61));
    sidebar();
    assert_eq!(rendered(), 3);
}

fn testing_cache() -> Cache {
    let cache = Cache::memory();
    // The clock of this thread's scope is moved; it ends with the test's thread.
    std::mem::forget(testing::scope(cache.clone()));
    cache
}

#[test]
fn a_version_renders_again() {
    let cache = Cache::memory();
    for version in [1, 1, 2] {
        cache.fragment("page", "trending").version(version).render(|| show(""));
        cache.fragment("post", &post([])).version(version).render(|| show(""));
        cache.fragment("list", &[comment(1, 1)]).version(version).render(|| show(""));
    }
    assert_eq!(rendered(), 6);
    assert!(cache.exists("trending:2").unwrap() && cache.exists("post:2/post/p1").unwrap());
}

#[test]
fn two_fragments_of_one_model_have_two_prefixes() {
    let cache = Cache::memory();
    let post = post([]);
    let card = |prefix| cache.fragment(prefix, &post).render(|| show(prefix));
    assert_eq!((card("card"), card("row"), card("card"), rendered()), ("card".into(), "row".into(), "card".into(), 2));
}

#[test]
fn every_change_of_a_list_is_another_fragment() {
    let cache = Cache::memory();
    let lists = [
        vec![],
        vec![comment(1, 1)],
        vec![comment(1, 1), comment(2, 5)],
        vec![comment(2, 5)],
        // As many as before, and the newest is the same.
        vec![comment(3, 1), comment(2, 5)],
        vec![comment(1, 2), comment(2, 5)],
        vec![comment(2, 5), comment(1, 1)],
    ];
    for list in lists.iter().chain(&lists) {
        cache.fragment("list", list).render(|| show("<li>"));
    }
    assert_eq!(rendered(), 7);
}

#[test]
fn ids_that_differ_in_the_case_of_letters_are_two_fragments() {
    let cache = Cache::memory();
    let of = |id: &str| Post { id: id.to_owned(), ..post([]) };
    let by_id = |id| cache.fragment("post", &of(id)).render(|| show(id));
    assert_eq!((by_id("aB"), by_id("Ab"), by_id("ab")), ("aB".into(), "Ab".into(), "ab".into()));
    let by_prefix = |prefix| cache.fragment(prefix, &of("p")).render(|| show(prefix));
    assert_eq!((by_prefix("aB"), by_prefix("Ab"), by_prefix("ab")), ("aB".into(), "Ab".into(), "ab".into()));
    let by_version = |version| cache.fragment("v", &of("p")).version(version).render(|| show(version));
    assert_eq!((by_version("aB"), by_version("Ab")), ("aB".into(), "Ab".into()));
}

#[test]
fn a_plus_in_a_key_is_not_read_as_several_keys() {
    let cache = testing_cache();
    let card = |id: &str| Post { id: id.to_owned(), updated_at: moment(1), comments: Vec::new() };
    let several = key_for_all("p", [&card("42") as &dyn KeySource, &"de"]);
    assert_eq!(cache.fragment("p", &card("42+de")).render(|| "one"), "one");
    assert_eq!(cache.fragment("p", &several).render(|| "several"), "several");
    assert_eq!(cache.fragment("p", "a+b").render(|| "text"), "text");
    assert_eq!(cache.fragment("p", &key_for_all("p", [&"a" as &dyn KeySource, &"b"])).render(|| "texts"), "texts");
    assert_eq!(cache.fragment("p", "c++").key(), "c~+~+");
}

#[test]
fn a_body_that_fails_or_panics_stores_nothing() {
    let cache = Cache::memory();
    let fragment = cache.fragment("page", "sidebar");
    assert_eq!(fragment.try_render(|| Err::<String, _>("no")), Err("no"));
    assert!(catch_unwind(AssertUnwindSafe(|| fragment.render(|| -> String { panic!("in the body") }))).is_err());
    assert!(!cache.exists("sidebar").unwrap());
    assert_eq!(fragment.try_render(|| Ok::<_, &str>("yes")), Ok("yes".to_owned()));
    assert_eq!(fragment.render(|| show("no more")), "yes");
}

#[test]
fn without_a_store_the_body_runs_each_time() {
    let chaos = Chaos::new(store::NoCache);
    chaos.fail(true);
    for cache in [Cache::none(), Cache::new(chaos)] {
        for _ in 0..2 {
            assert_eq!(page(&cache, &post([comment(1, 1)])), "<ul><li>text</li></ul>");
        }
        assert_eq!(rendered(), 4);
    }
}

#[test]
fn threads_share_one_rendering_also_without_a_store() {
    [Cache::memory(), Cache::none()].iter().for_each(threads_share_one_rendering);
}

fn threads_share_one_rendering(cache: &Cache) {
    let (runs, barrier) = (AtomicU32::new(0), Barrier::new(32));
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                barrier.wait();
                let html = cache.fragment("page", "popular").render(|| {
                    runs.fetch_add(1, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(50)); // while the others arrive
                    "<ol></ol>"
                });
                assert_eq!(html, "<ol></ol>");
            });
        }
    });
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[test]
fn tags_forget_fragments() {
    let cache = Cache::memory();
    let show = || cache.fragment("page", "sidebar").tags(["navigation"]).render(|| show("<nav></nav>"));
    show();
    cache.delete_tag("navigation").unwrap();
    show();
    assert_eq!(rendered(), 2);
}

#[test]
fn async_fragments_are_the_same_fragments() {
    let cache = Cache::memory();
    smol::block_on(async {
        let fragments = cache.to_async();
        let post = post([comment(1, 1)]);
        page(&cache, &post);
        let html = fragments.fragment("post", &post).render(async || unreachable!("it is stored") as String).await;
        assert_eq!(html, "<ul><li>text</li></ul>");
        let failed = fragments.fragment("page", "x").expires_in(60).race_ttl(5).version(1);
        assert_eq!(failed.try_render(async || Err::<String, _>("no")).await, Err("no"));
        assert_eq!((failed.render(async || "yes").await, failed.key()), ("yes".to_owned(), "x:1".to_owned()));
    });
}

/// Renders three times what is kept near from the second time on, and tells how often the body ran.
fn renders(fragment: &Fragment) -> u32 {
    for _ in 0..3 {
        fragment.render(|| show("html"));
        assert_eq!(fragment.try_render(|| Ok::<_, ()>(show("html"))), Ok("html".to_owned()));
    }
    rendered()
}

#[test]
fn a_fragment_that_is_kept_near_ends_with_its_key_its_tag_its_template_and_its_time() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let sidebar = || cache.fragment("page", "sidebar").tags(["menu"]).expires_in(60);
    assert_eq!((renders(&sidebar()), renders(&sidebar())), (1, 0));
    cache.set("sidebar", &"changed").unwrap();
    assert_eq!(sidebar().render(|| show("html")), "changed");
    assert!(cache.delete("sidebar").unwrap());
    assert_eq!(renders(&sidebar()), 1, "after `delete`");
    cache.delete_tag("menu").unwrap();
    assert_eq!(renders(&sidebar()), 1, "after `delete_tag`");
    assert_eq!(renders(&sidebar().digest(7)), 1, "of another template");
    assert_eq!(renders(&sidebar().digest(7).expires_in(0)), 6, "with a lifetime of zero");
    testing::advance(Duration::from_secs(61));
    assert_eq!(renders(&sidebar().digest(7)), 1, "after its time");
    assert_eq!(renders(&cache.namespace("shop").fragment("page", "sidebar")), 1, "in another namespace");
}

#[test]
fn many_fragments_are_kept_near_and_end_like_one() {
    let cache = Cache::memory();
    let fragments = ["one", "two", "three"].map(|name| cache.fragment("page", name));
    assert_eq!(fragments[1].render(|| "2 alone"), "2 alone");
    let show = |fragments: &[Fragment]| {
        let lookup = Fragment::begin_all(fragments);
        let missing: Vec<usize> = (0..3).filter(|at| lookup.html(*at).is_none()).collect();
        lookup.finish(missing.iter().map(|at| (*at, format!("{}", at + 1))));
        missing
    };
    assert_eq!(show(&fragments), [0, 2]);
    for _ in 0..3 {
        assert_eq!(show(&fragments), []);
        assert_eq!(Fragment::begin_all(&fragments).html(2), Some("3"));
    }
    assert!(cache.delete("three").unwrap());
    assert_eq!(show(&fragments), [2]);
    let tagged = ["four", "five", "six"].map(|name| cache.fragment("page", name).tags(["many"]));
    assert_eq!((show(&tagged), show(&tagged), show(&tagged)), (vec![0, 1, 2], vec![], vec![]));
    cache.delete_tag("many").unwrap();
    assert_eq!(show(&tagged), [0, 1, 2]);
}
