//! When a block is evaluated, and how long it stays.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use askama::Template;
use cache_askama::filters;
use cache_runtime::{Cache, testing};

use crate::site::{Card, card, show};

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached("cards/show", card) %}<h2>{{ card.title }}</h2>{{ crate::site::note("") }}{% endfilter %}"#
)]
struct Show<'a> {
    card: &'a Card,
}

#[test]
fn a_block_is_evaluated_once() {
    let (cache, card) = (Cache::memory(), card(1, 1));
    let rendered = show(&Show { card: &card }, &cache);
    assert_eq!(rendered, ("<h2>&#60;1&#62;</h2>".to_owned(), 1));
    assert_eq!(show(&Show { card: &card }, &cache), (rendered.0, 0), "what is stored is not escaped again");
}

#[test]
fn a_changed_model_has_a_new_key_and_the_old_fragment_stays() {
    let cache = Cache::memory();
    assert_eq!(show(&Show { card: &card(1, 1) }, &cache).1, 1);
    assert_eq!(show(&Show { card: &card(1, 2) }, &cache).1, 1);
    assert!(cache.exists("cards/show:1.0/card/1").unwrap());
    assert!(cache.exists("cards/show:2.0/card/1").unwrap());
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached("page", "trending", expires_in = 300) %}<ol>{{ crate::site::note("") }}{% endfilter %}"#
)]
struct Trending;

#[test]
fn a_lifetime_passes() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    assert_eq!(show(&Trending, &cache).1, 1);
    testing::advance(Duration::from_secs(299));
    assert_eq!(show(&Trending, &cache).1, 0);
    testing::advance(Duration::from_secs(2));
    assert_eq!(show(&Trending, &cache).1, 1);
}

#[test]
fn a_text_is_its_own_key() {
    let cache = Cache::memory();
    show(&Trending, &cache);
    assert_eq!(cache.get::<String>("trending").unwrap().as_deref(), Some("<ol>"));
    assert!(cache.delete("trending").unwrap());
    assert_eq!(show(&Trending, &cache).1, 1);
}

#[test]
fn without_values_the_cache_is_that_of_the_program() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    assert_eq!(Trending.render().unwrap(), "<ol>");
    assert!(cache.exists("trending").unwrap());
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached("page", "menu", tags = ["navigation", "all"]) %}<nav>{{ crate::site::note("") }}{% endfilter %}
    {%- filter cached("page", "foot", tags = names) %}</nav>{{ crate::site::note("") }}{% endfilter %}"#
)]
struct Tagged {
    names: Vec<String>,
}

#[test]
fn a_deleted_tag_takes_its_fragments() {
    let (cache, page) = (Cache::memory(), Tagged { names: vec!["all".to_owned()] });
    assert_eq!(show(&page, &cache), ("<nav></nav>".to_owned(), 2));
    cache.delete_tag("navigation").unwrap();
    assert_eq!(show(&page, &cache).1, 1);
    cache.delete_tag("all").unwrap();
    assert_eq!(show(&page, &cache).1, 2);
}

static RUNS: AtomicUsize = AtomicUsize::new(0);

/// Runs in the block, where the others are waited for that ask meanwhile.
fn run(all_ask: &Barrier) -> usize {
    all_ask.wait();
    RUNS.fetch_add(1, Ordering::SeqCst) + 1
}

#[derive(Template)]
#[template(
    ext = "txt",
    source = r#"{% filter cached("page", "race", expires_in = 60, race_ttl = 30) %}{{ self::run(all_ask) }}{% endfilter %}"#
)]
struct Race<'a> {
    all_ask: &'a Barrier,
}

#[test]
fn in_the_window_one_renders_and_the_others_are_served_the_stale_fragment() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    show(&Race { all_ask: &Barrier::new(1) }, &cache);
    testing::advance(Duration::from_secs(61));
    // The one who renders waits until all 31 others have been served.
    let all_served = Barrier::new(32);
    let shown: Vec<String> = thread::scope(|scope| {
        let ask = || {
            let html = Race { all_ask: &all_served }.render_with_values(&cache_askama::with(&cache)).unwrap();
            if html == "1" {
                all_served.wait();
            }
            html
        };
        let threads: Vec<_> = (0..32).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(shown.iter().filter(|html| *html == "1").count(), 31);
    assert_eq!(shown.iter().filter(|html| *html == "2").count(), 1);
}

#[derive(Template)]
#[template(ext = "html", source = r#"{% filter cached("page", "flight") %}{{ self::take_off() }}{% endfilter %}"#)]
struct Flight;

static FLIGHTS: AtomicUsize = AtomicUsize::new(0);

fn take_off() -> usize {
    FLIGHTS.fetch_add(1, Ordering::SeqCst) + 1
}

#[test]
fn threads_that_ask_at_once_share_one_run() {
    let (cache, all_ready) = (Cache::memory(), Barrier::new(32));
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                all_ready.wait();
                assert_eq!(Flight.render_with_values(&cache_askama::with(&cache)).unwrap(), "1");
            });
        }
    });
}
