//! The configuration that the README shows is one.

use std::fs;
use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../../README.md");

/// The README's configuration file.
fn configuration() -> &'static str {
    let start = README.find("```toml\n[cache]").expect("the README shows a configuration") + "```toml\n".len();
    let text = &README[start..];
    &text[..text.find("```").expect("the block ends")]
}

/// Runs a program that caches, with the README's configuration, and tells which files it made.
fn stores(app_env: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    fs::create_dir(folder.path().join("config")).expect("the folder can be made");
    fs::write(folder.path().join("config/storage.toml"), configuration()).expect("the file can be written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_configured"));
    for setting in ["CACHE_URL", "CACHE_CONFIG", "STORAGE_DIR"] {
        command.env_remove(setting);
    }
    let output = command.current_dir(&folder).env("APP_ENV", app_env).output().expect("the program starts");
    assert!(output.status.success(), "{app_env}: {}", String::from_utf8_lossy(&output.stderr));
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
