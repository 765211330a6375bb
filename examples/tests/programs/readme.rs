//! The configuration in the README works.

use std::fs;
use std::path::Path;

use crate::run::{command, folder, make_folder, printed, write};

const README: &str = include_str!("../../../README.md");

/// The README's configuration file.
fn configuration() -> &'static str {
    let start = README.find("```toml\n[cache]").expect("the README shows a configuration") + "```toml\n".len();
    let text = &README[start..];
    &text[..text.find("```").expect("the block ends")]
}

/// Runs a program that caches, with the README's configuration; returns the names of the files it made.
fn stores(app_env: &str) -> Vec<String> {
    let folder = folder();
    make_folder(folder.path(), "config");
    write(folder.path(), "config/storage.toml", configuration());
    printed(command(env!("CARGO_BIN_EXE_configuration"), folder.path(), &[]).env("APP_ENV", app_env));
    names(&folder.path().join("storage"))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn development_and_tests_leave_no_file() {
    assert_eq!(stores("dev"), [""; 0]);
    assert_eq!(stores("test"), [""; 0]);
}

#[test]
fn production_keeps_a_file_for_each_cache() {
    let names = stores("prod");
    for file in ["cache.sqlite3", "sessions.sqlite3"] {
        assert!(names.iter().any(|name| name == file), "{file} is not among {names:?}");
    }
}
