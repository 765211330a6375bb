//! The README and the guide show configurations that work, and the README links to pages that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::run::{command, folder, make_folder, printed, write};

const README: &str = include_str!("../../../README.md");
const CONFIGURATION: &str = include_str!("../../../cache-runtime/src/guide/configuration.md");
const GUIDE: &str = include_str!("../../../cache-runtime/src/guide.rs");

/// The configuration file that a page shows.
fn configuration(page: &str) -> &str {
    let start = page.find("```toml\n[cache]").expect("the page shows a configuration") + "```toml\n".len();
    let text = &page[start..];
    &text[..text.find("```").expect("the block ends")]
}

/// Runs a program that caches, with the configuration of a page, and returns the names of the files that it made.
fn stores(page: &str, app_env: &str) -> Vec<String> {
    let folder = folder();
    make_folder(folder.path(), "config");
    write(folder.path(), "config/storage.toml", configuration(page));
    printed(command(env!("CARGO_BIN_EXE_configuration"), folder.path(), &[]).env("APP_ENV", app_env));
    names(&folder.path().join("storage"))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The words in `text` that have `start` before them and `end` behind them.
fn between<'a>(text: &'a str, start: &str, end: &str) -> BTreeSet<&'a str> {
    text.split(start).skip(1).filter_map(|rest| rest.split_once(end)).map(|(word, _)| word).collect()
}

#[test]
fn development_and_tests_leave_no_file() {
    for page in [README, CONFIGURATION] {
        assert_eq!(stores(page, "dev"), [""; 0]);
        assert_eq!(stores(page, "test"), [""; 0]);
    }
}

#[test]
fn production_keeps_a_file_for_each_cache() {
    for page in [README, CONFIGURATION] {
        let names = stores(page, "prod");
        for file in ["cache.sqlite3", "sessions.sqlite3"] {
            assert!(names.iter().any(|name| name == file), "{file} is not among {names:?}");
        }
    }
}

/// The links are absolute, so that they work in a checkout and on docs.rs; rustdoc cannot check them.
#[test]
fn the_readme_links_to_every_page_of_the_guide() {
    let lists = GUIDE.split("\npages! {").skip(1).filter_map(|rest| rest.split_once('}'));
    let pages = lists.flat_map(|(pages, _)| pages.split_whitespace()).collect();
    assert_eq!(between(README, "/cache_runtime/guide/", "/index.html"), pages);
}
