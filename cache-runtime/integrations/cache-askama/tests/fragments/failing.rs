//! A block that fails, a store that fails, and no store.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use askama::Template;
use cache_askama::filters;
use cache_runtime::testing::Chaos;
use cache_runtime::{Cache, testing};

use crate::site::{note, notes, show};

#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the title is missing")
    }
}

impl std::error::Error for Broken {}

fn title(works: &Cell<bool>) -> Result<&'static str, Broken> {
    note("title");
    works.get().then_some("Tea").ok_or(Broken)
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached("page", "outer") %}{% filter cached("page", "title") %}{{ self::title(works)? }}{% endfilter %}{% endfilter %}"#
)]
struct Title<'a> {
    works: &'a Cell<bool>,
}

#[test]
fn an_error_is_that_of_the_block_and_the_next_render_tries_again() {
    let (cache, works) = (Cache::memory(), Cell::new(false));
    let render = || Title { works: &works }.render_with_values(&cache_askama::with(&cache));
    assert_eq!(render().unwrap_err().to_string(), "the title is missing");
    assert!(!cache.exists("title").unwrap() && !cache.exists("outer").unwrap());
    works.set(true);
    assert_eq!((render().unwrap(), render().unwrap()), ("Tea".to_owned(), "Tea".to_owned()));
    assert_eq!(notes().len(), 2);
}

fn fall(falls: &Cell<bool>) -> &'static str {
    assert!(!falls.get(), "it falls");
    "up"
}

#[derive(Template)]
#[template(ext = "html", source = r#"{% filter cached("page", "fall") %}{{ self::fall(falls) }}{% endfilter %}"#)]
struct Falling<'a> {
    falls: &'a Cell<bool>,
}

#[test]
fn a_panic_stores_nothing_and_blocks_nobody() {
    let (cache, falls) = (Cache::memory(), Cell::new(true));
    let render = || Falling { falls: &falls }.render_with_values(&cache_askama::with(&cache)).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(render)).is_err());
    falls.set(false);
    assert_eq!(render(), "up");
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% filter cached("page", "menu") %}<nav>{{ crate::site::note("") }}{% endfilter %}"#
)]
struct Menu;

#[test]
fn without_a_cache_each_block_is_evaluated() {
    let cache = Cache::open("none:").unwrap();
    assert_eq!(show(&Menu, &cache), ("<nav>".to_owned(), 1));
    assert_eq!(show(&Menu, &cache), ("<nav>".to_owned(), 1));
}

#[test]
fn while_the_store_fails_each_block_is_evaluated() {
    let chaos = Chaos::over(&Cache::memory());
    let cache = Cache::new(chaos.clone());
    let _scope = testing::scope(cache.clone());
    chaos.fail(true);
    assert_eq!(show(&Menu, &cache), ("<nav>".to_owned(), 1));
    assert_eq!(show(&Menu, &cache), ("<nav>".to_owned(), 1));
    chaos.fail(false);
}
