//! The examples do what they say.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use cache_servers::Redis;
use tempfile::TempDir;

/// Runs an example in a folder, untouched by the cache settings of whoever runs the tests.
fn run(program: &str, folder: &Path, arguments: &[&str]) -> Output {
    command(program, folder, arguments).output().expect("the program starts")
}

fn command(program: &str, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    for setting in ["CACHE_URL", "CACHE_CONFIG", "APP_ENV", "REDIS_URL"] {
        command.env_remove(setting);
    }
    command.current_dir(folder).args(arguments);
    command
}

/// What an example printed. It must have ended well.
fn printed(program: &str, folder: &Path, arguments: &[&str]) -> String {
    let output = run(program, folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {}\n{errors}", output.status);
    String::from_utf8(output.stdout).expect("examples print text")
}

/// What an example printed in a folder of its own, which it must leave empty.
fn printed_alone(program: &str) -> String {
    let folder = folder();
    let text = printed(program, folder.path(), &[]);
    assert_eq!(fs::read_dir(&folder).expect("the folder is there").count(), 0, "{program} left files behind");
    text
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("there is room for a folder")
}

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    fs::write(folder.join(name), content).expect("the file can be written");
}

/// The words of the line that starts with `start`, without that start.
fn words<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    let line = text.lines().find_map(|line| line.strip_prefix(start));
    line.unwrap_or_else(|| panic!("no line starts with {start:?} in\n{text}")).split_whitespace().collect()
}

const QUICKSTART: &str = env!("CARGO_BIN_EXE_quickstart");

#[test]
fn first_computes_once_and_counts() {
    let expected = "computing the primes below 10000\n\
                    there are 1229\n\
                    there are 1229\n\
                    page 42 was seen 2 times\n";
    assert_eq!(printed_alone(env!("CARGO_BIN_EXE_first")), expected);
}

#[test]
fn asynchronous_keeps_answers_and_no_errors() {
    let expected = "asking for Quito\n\
                    Quito: 19 degrees\n\
                    Quito: 19 degrees\n\
                    asking for Atlantis\n\
                    Atlantis: there is no such city\n\
                    asking for Atlantis\n\
                    Atlantis: there is no such city\n\
                    tomorrow: 21 degrees, after 4 questions\n";
    assert_eq!(printed_alone(env!("CARGO_BIN_EXE_asynchronous")), expected);
}

#[test]
fn counters_lose_nothing_and_refuse_what_is_no_number() {
    let text = printed_alone(env!("CARGO_BIN_EXE_counters"));
    assert!(text.starts_with("page 42: 1000 views\nada has 95 left\nthe same by hand: Some(95)\nbob: "), "{text}");
    assert!(text.ends_with("ada's quota was forgotten: true, and is now None\n"), "{text}");
}

#[test]
fn rate_limiter_refuses_the_fourth_request_of_a_minute() {
    let text = printed_alone(env!("CARGO_BIN_EXE_rate_limiter"));
    assert_eq!(words(&text, "request 3 from 192.0.2.1:"), ["200", "OK"]);
    assert_eq!(words(&text, "request 4 from 192.0.2.1:"), ["429", "Too", "Many", "Requests"]);
    assert_eq!(words(&text, "request 1 from 2001:db8::1:"), ["200", "OK"]);
    assert_eq!(words(&text, "in the next minute 192.0.2.1:"), ["200", "OK"]);
}

#[test]
fn switched_uses_sqlite_and_redis_by_its_configuration_alone() {
    let here = folder();
    let program = env!("CARGO_BIN_EXE_switched");
    let lines = |text: String| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let first = lines(printed(program, here.path(), &[]));
    assert_eq!(first[..2], ["computing the square of 12", "it is 144"]);
    assert!(first[2].starts_with("run 1 with this cache: ") && first[2].contains("sqlite"), "{first:?}");
    let second = lines(printed(program, here.path(), &[]));
    assert!(second[0] == "it is 144" && second[1].starts_with("run 2 with this cache: "), "{second:?}");

    let Some(redis) = Redis::start() else { return };
    let run = || {
        let mut command = command(program, here.path(), &[]);
        let output = command.env("APP_ENV", "prod").env("REDIS_URL", redis.url()).output().expect("it starts");
        lines(String::from_utf8(output.stdout).expect("text"))
    };
    let first = run();
    assert_eq!(first[..2], ["computing the square of 12", "it is 144"]);
    assert!(first[2].starts_with("run 1 with this cache: ") && first[2].contains("redis"), "{first:?}");
    assert!(run()[1].starts_with("run 2 with this cache: "));
    assert_eq!(redis.ask(["GET", "switched:runs"]).text(), Some("2"));
}

#[test]
fn quickstart_reuses_what_the_last_run_computed() {
    let here = folder();
    let texts = here.path().join("texts");
    fs::create_dir(&texts).expect("the folder can be made");
    write(&texts, "one.txt", "The quick brown fox jumps over the lazy dog, again and again and again.");
    write(&texts, "two.txt", "The quick brown fox jumps over the lazy cat, again and again and again.");
    write(&texts, "short.txt", "no");
    write(&texts, "empty.txt", "");
    write(&texts, "picture", [0xff, 0xfe, 0x00]);
    let run = || printed(QUICKSTART, here.path(), &["texts"]);

    let cold = run();
    assert!(cold.starts_with("4 texts in texts; files skipped: 1\n"), "{cold}");
    assert_eq!(words(&cold, "first pass")[..2], ["4", "0"], "{cold}");
    assert_eq!(words(&cold, "second pass")[..2], ["0", "4"], "{cold}");
    assert!(cold.contains("Nothing was known yet."), "{cold}");
    assert!(cold.contains("%  one.txt  two.txt"), "{cold}");
    assert!(cold.contains("Run once with this cache"), "{cold}");

    let warm = run();
    assert_eq!(words(&warm, "first pass")[..2], ["0", "4"], "{warm}");
    assert!(warm.contains("Everything was known from an earlier run"), "{warm}");
    assert!(warm.contains("Run 2 times with this cache"), "{warm}");

    write(&texts, "short.txt", "on"); // as long as before
    fs::rename(texts.join("one.txt"), texts.join("uno.txt")).expect("the file can be renamed");
    let changed = run();
    assert_eq!(words(&changed, "first pass")[..2], ["1", "3"], "{changed}");
    assert!(changed.contains("Of these texts 3 were known already"), "{changed}");
}

#[test]
fn quickstart_works_where_no_cache_can_be_kept() {
    let here = folder();
    write(here.path(), "storage", "a file where the folder should be");
    write(here.path(), "text.txt", "some text");
    let text = printed(QUICKSTART, here.path(), &[]);
    assert_eq!(words(&text, "second pass")[..2], ["2", "0"], "{text}");
    assert!(text.contains("There was no cache: "), "{text}");
}

#[test]
fn quickstart_names_a_folder_that_is_not_there() {
    let here = folder();
    let output = run(QUICKSTART, here.path(), &["nowhere"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors.starts_with("quickstart: cannot read the folder nowhere: "), "{errors}");
}
