//! The global cache and the named ones, which are set up once per process: each test starts a program of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A program with its own folder and environment.
struct Program {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// What a program printed and logged.
struct Output {
    lines: Vec<String>,
    log: Vec<String>,
}

impl Program {
    fn new() -> Self {
        Program { folder: tempfile::tempdir().expect("a folder for the test"), variables: Vec::new() }
    }

    fn configured(text: &str) -> Self {
        Program::new().file("config/storage.toml", text)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
        self
    }

    fn variable(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// Runs the program, which must succeed whatever its caches do.
    fn run(&self, actions: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_global-cache"));
        for name in ["APP_ENV", "CACHE_URL", "CACHE_CONFIG", "STORAGE_DIR"] {
            command.env_remove(name);
        }
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        let ran = command.current_dir(&self.folder).envs(variables).args(actions).output().expect("it starts");
        let lines = |bytes| String::from_utf8(bytes).expect("text").lines().map(str::to_owned).collect();
        let output = Output { lines: lines(ran.stdout), log: lines(ran.stderr) };
        assert!(ran.status.success(), "{}: {:#?}", ran.status, output.log);
        output
    }
}

/// Asserts the result of each action, and that nothing is logged.
fn assert_prints(program: &Program, expected: &[(&str, &str)]) {
    let actions: Vec<&str> = expected.iter().map(|(action, _)| *action).collect();
    let output = program.run(&actions);
    let expected: Vec<String> = expected.iter().map(|(action, answer)| format!("{action}: {answer}")).collect();
    assert_eq!(output.lines, expected);
    assert_eq!(output.log, Vec::<String>::new());
}

const THREE_ENVIRONMENTS: &str = r#"
[cache]
type = "sqlite"
database = ":memory:"
expires_in = "1h"

[test.cache]
type = "none"

[prod.cache]
type = "sqlite"
database = "${STORAGE_DIR:-storage}/cache.sqlite3"
timeout = 5

[prod.cache.sessions]
type = "sqlite"
database = "storage/sessions.sqlite3"
expires_in = "30m"
"#;

#[test]
fn without_a_configuration_nothing_is_cached_and_one_warning_is_logged() {
    let output = Program::new().run(&["call", "call", "count", "get"]);
    assert_eq!(output.lines, ["call: 3 runs", "call: 3 runs", "count: 0", "get: "]);
    assert_eq!(output.log.len(), 1, "{:#?}", output.log);
    assert!(output.log[0].contains("WARN") && output.log[0].contains("config/storage.toml"), "{}", output.log[0]);
    assert!(output.log[0].contains("CACHE_URL"), "{}", output.log[0]);
}

#[test]
fn a_configured_none_logs_no_warning() {
    assert_prints(&Program::configured("[cache]\ntype = 'none'\n"), &[("call", "3 runs"), ("count", "0")]);
    assert_prints(&Program::new().variable("CACHE_URL", "none:"), &[("call", "3 runs")]);
}

#[test]
fn the_first_use_reads_the_file_of_the_current_folder() {
    assert_prints(
        &Program::configured(THREE_ENVIRONMENTS),
        &[("call", "1 runs"), ("count", "1"), ("expiration", "60 minutes")],
    );
}

#[test]
fn app_env_selects_its_table() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "test");
    assert_prints(&program, &[("call", "3 runs")]);
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "prod");
    assert_prints(&program, &[("call", "1 runs"), ("count", "1"), ("expiration", "60 minutes")]);
    assert!(program.path("storage/cache.sqlite3").exists());
    assert_prints(&program, &[("call", "0 runs"), ("count", "2")]);
}

#[test]
fn production_means_the_table_of_prod() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "production");
    assert_prints(&program, &[("call", "1 runs")]);
    assert!(program.path("storage/cache.sqlite3").exists());
}

#[test]
fn an_environment_without_a_table_uses_the_common_one_and_one_warning_lists_the_others() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "staging");
    for actions in [&["call"][..], &["init", "call"]] {
        let output = program.run(actions);
        assert_eq!(output.lines.last().map(String::as_str), Some("call: 1 runs"));
        assert_eq!(output.log.len(), 1, "{:#?}", output.log);
        let words = ["WARN", "`staging`", "config/storage.toml", "[staging.cache]", "`prod`", "`test`"];
        assert!(words.iter().all(|word| output.log[0].contains(word)), "{}", output.log[0]);
    }
}

#[test]
fn a_file_with_other_environments_alone_is_named_by_the_warning() {
    let output = Program::configured("[prod.cache]\ntype = 'none'\n").run(&["call"]);
    assert_eq!(output.log.len(), 1, "{:#?}", output.log);
    let words = ["WARN", "config/storage.toml has no table [cache] or [dev.cache]", "APP_ENV", "`prod`"];
    assert!(words.iter().all(|word| output.log[0].contains(word)), "{}", output.log[0]);
}

#[test]
fn variables_in_the_file_are_replaced() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "prod").variable("STORAGE_DIR", "else");
    assert_prints(&program, &[("call", "1 runs")]);
    assert!(program.path("else/cache.sqlite3").exists());
    assert!(!program.path("storage").exists());
}

#[test]
fn init_reads_the_same_configuration() {
    assert_prints(&Program::configured(THREE_ENVIRONMENTS), &[("init", "done"), ("call", "1 runs")]);
}

#[test]
fn cache_url_replaces_the_file() {
    let program =
        Program::configured("[cache]\ntype = 'no such store'\n").variable("CACHE_URL", "sqlite://own.sqlite3");
    assert_prints(&program, &[("call", "1 runs"), ("count", "1")]);
    assert!(program.path("own.sqlite3").exists());
}

#[test]
fn a_relative_path_means_the_same_file_after_a_change_of_folder() {
    let program = Program::configured("[cache]\ntype = 'sqlite'\ndatabase = 'storage/cache.sqlite3'\n");
    let program = program.file("elsewhere/readme", "");
    let opened_before = [("set=early", "done"), ("go=elsewhere", "done"), ("get", "early"), ("set=late", "done")];
    assert_prints(&program, &opened_before);
    assert_prints(&program, &[("init", "done"), ("go=elsewhere", "done"), ("get", "late"), ("count", "1")]);
    assert!(program.path("storage/cache.sqlite3").exists());
    assert!(!program.path("elsewhere/storage").exists());
}

#[test]
fn cache_config_names_another_file() {
    let program = Program::configured("[cache]\ntype = 'none'\n");
    let program = program.file("etc/caches.toml", THREE_ENVIRONMENTS).variable("CACHE_CONFIG", "etc/caches.toml");
    assert_prints(&program, &[("call", "1 runs")]);
}

/// Asserts that `init` returns the error of a wrong configuration, and that a program without `init` works and logs the
/// same error once.
fn assert_config_error(program: &Program, words: &[&str]) {
    let init = program.run(&["init"]);
    assert!(init.lines[0].starts_with("init: Config: "), "{}", init.lines[0]);
    assert!(words.iter().all(|word| init.lines[0].contains(word)), "{words:?} in {}", init.lines[0]);
    assert_eq!(init.log, Vec::<String>::new());
    let used = program.run(&["call", "call", "count"]);
    assert_eq!(used.lines, ["call: 3 runs", "call: 3 runs", "count: 0"]);
    assert_eq!(used.log.len(), 1, "{:#?}", used.log);
    assert!(used.log[0].contains("ERROR"), "{}", used.log[0]);
    assert!(words.iter().all(|word| used.log[0].contains(word)), "{words:?} in {}", used.log[0]);
}

#[test]
fn a_wrong_configuration_is_an_error_with_file_and_line() {
    let wrong = [
        ("[cache]\ntype = 'sqlite'\ndatabase = 'x'\ntimeuot = 5\n", ["config/storage.toml:4", "timeuot", "timeout"]),
        ("[cache]\ntype = 'sqlit'\ndatabase = 'x'\n", ["config/storage.toml:2", "sqlit", "`sqlite`"]),
        ("[cache]\ntype = 'sqlite'\n", ["config/storage.toml:1", "database", "missing"]),
        ("[cache]\n\ntype = 'none\n", ["config/storage.toml:3", "", ""]),
        (
            "[cache]\ntype = 'none'\n[cache.b]\ntype = 'sqlite'\nurl = 'x'\n",
            ["config/storage.toml:", "cache.b", "database"],
        ),
        ("[cache]\ntype = 'sqlite'\ndatabase = '${NOT_SET}'\n", ["config/storage.toml:3", "database", "NOT_SET"]),
    ];
    for (text, words) in wrong {
        assert_config_error(&Program::configured(text), &words);
    }
}

#[test]
fn a_wrong_variable_is_an_error_that_names_it() {
    assert_config_error(
        &Program::new().variable("CACHE_URL", "sqlite://x?timeuot=5"),
        &["CACHE_URL", "timeuot", "timeout"],
    );
    assert_config_error(&Program::new().variable("CACHE_URL", "storage/cache"), &["CACHE_URL", "sqlite://"]);
    assert_config_error(&Program::new().variable("CACHE_CONFIG", "gone.toml"), &["CACHE_CONFIG", "gone.toml"]);
}

#[test]
fn named_caches_are_separate() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "prod");
    assert_prints(&program, &[("set=default", "done"), ("named-set=sessions", "done"), ("get", "default")]);
    assert_prints(&program, &[("named-get=sessions", "sessions"), ("call-sessions", "1 runs")]);
    assert!(program.path("storage/sessions.sqlite3").exists());
}

#[test]
fn an_unknown_name_is_an_error_with_a_suggestion() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "prod");
    let output = program.run(&["named-get=sesions", "named-get=else"]);
    assert!(
        output.lines.iter().all(|line| line.contains("Config: ") && line.contains("`sessions`")),
        "{:#?}",
        output.lines
    );
    assert!(output.lines[0].contains("`sesions`"), "{}", output.lines[0]);
}

#[test]
fn a_counter_of_an_unknown_cache_is_an_error() {
    let output = Program::configured(THREE_ENVIRONMENTS).run(&["count-unknown", "count-unknown"]);
    for line in &output.lines {
        assert!(line.starts_with("count-unknown: Config: ") && line.contains("`nobody_configured_this`"), "{line}");
        assert!(line.contains("`hits`") && line.contains("global_cache.rs:"), "{line}");
    }
}

#[test]
fn a_function_of_an_unknown_cache_works_and_logs_once_with_its_place_and_the_nearest_name() {
    let program = Program::configured("[cache]\ntype = 'none'\n[cache.someone_configured_this]\ntype = 'none'\n");
    let output = program.run(&["call-unknown", "call-unknown", "call-other-unknown"]);
    assert_eq!(output.lines, ["call-unknown: 3 runs", "call-unknown: 3 runs", "call-other-unknown: 3 runs"]);
    let [first, second] = output.log.as_slice() else { panic!("{:#?}", output.log) };
    let words =
        ["ERROR", "`unknown`", "global_cache.rs:", "`nobody_configured_this`", "mean `someone_configured_this`?"];
    assert!(words.iter().all(|word| first.contains(word)), "{first}");
    assert!(second.contains("`other_unknown`"), "{second}");
}

#[test]
fn a_function_works_while_the_store_is_unavailable_and_logs_little() {
    let program = Program::new().file("storage", "in the way").variable("CACHE_URL", "sqlite://storage/cache.sqlite3");
    let output = program.run(&["call", "call", "count"]);
    assert_eq!(output.lines[..2], ["call: 3 runs", "call: 3 runs"]);
    assert!(
        output.lines[2].starts_with("count: Unavailable: ") && output.lines[2].contains("storage"),
        "{}",
        output.lines[2]
    );
    assert_eq!(output.log.len(), 1, "{:#?}", output.log);
}

#[test]
fn a_checked_cache_that_cannot_be_used_is_an_error_of_init() {
    let file = "[cache]\ntype = 'none'\n[cache.sessions]\ntype = 'sqlite'\ndatabase = 'storage/cache.sqlite3'\n";
    let in_the_way = |text: &str| Program::configured(text).file("storage", "in the way");
    let unchecked = in_the_way(file);
    assert_prints(&unchecked, &[("init", "done")]);

    let checked = in_the_way(&format!("{file}check = true\n"));
    for (program, action) in [(&unchecked, "init-checked"), (&checked, "init"), (&checked, "init-checked")] {
        let output = program.run(&[action]);
        let words = ["Unavailable: ", "the cache named `sessions`", "storage"];
        assert!(words.iter().all(|word| output.lines[0].contains(word)), "{}", output.lines[0]);
    }
    // Without `init` the program starts, and says it once.
    let output = checked.run(&["call", "call"]);
    assert_eq!(output.lines, ["call: 3 runs", "call: 3 runs"]);
    assert_eq!(output.log.len(), 1, "{:#?}", output.log);
    assert!(output.log[0].contains("ERROR") && output.log[0].contains("`sessions`"), "{}", output.log[0]);

    let good = Program::configured(&format!("{file}check = true\n"));
    assert_prints(&good, &[("init", "done"), ("call-sessions", "1 runs")]);
    let output = in_the_way("").run(&["open=sqlite://storage/x.sqlite3", "open=sqlite://storage/x.sqlite3?check=true"]);
    assert!(output.lines[0].contains("Cache {") && output.lines[1].contains("Unavailable: "), "{:#?}", output.lines);
}

#[test]
fn a_folder_that_may_only_be_read_fails_the_check() {
    let program = Program::configured("[cache]\ntype = 'sqlite'\ndatabase = '/proc/cache.sqlite3'\ncheck = true\n");
    let output = program.run(&["init"]);
    assert!(output.lines[0].contains("the default cache: check in sqlite"), "{}", output.lines[0]);
}

const PICKY: &str = "[cache]\ntype = 'picky'\nurl = 'picky://host'\n";

#[test]
fn a_custom_store_is_selected_by_its_name() {
    assert_prints(
        &Program::configured(PICKY),
        &[("register", "done"), ("init", "done"), ("show", "Cache { store: \"none\" }")],
    );
    let program = Program::new().variable("CACHE_URL", "picky://host");
    assert_prints(&program, &[("register", "done"), ("call", "3 runs")]);
    assert_prints(&Program::new(), &[("register", "done"), ("open=picky://host", "Cache { store: \"none\" }")]);
}

#[test]
fn an_unregistered_store_is_an_error() {
    assert_config_error(&Program::configured(PICKY), &["config/storage.toml:2", "picky"]);
}

#[test]
fn an_option_that_a_custom_store_refuses_is_an_error_with_its_line() {
    let output = Program::configured(&format!("{PICKY}mood = 'bad'\n")).run(&["register", "init"]);
    assert!(
        output.lines[1].contains("config/storage.toml:4") && output.lines[1].contains("a good one"),
        "{}",
        output.lines[1]
    );
    let output = Program::configured(&format!("{PICKY}moood = 'good'\n")).run(&["register", "init"]);
    assert!(
        output.lines[1].contains("config/storage.toml:4") && output.lines[1].contains("`mood`"),
        "{}",
        output.lines[1]
    );
}

#[test]
fn init_with_caches_from_code_does_not_read_the_file() {
    let program = Program::configured("[cache]\ntype = 'no such store'\n");
    let init = ("init-from-code=sqlite://own.sqlite3", "done");
    let write = [("set=default", "done"), ("named-set=sessions", "done"), ("get", "default"), ("count", "1")];
    assert_prints(&program, &[&[init], &write[..]].concat());
    let read = [("named-get=sessions", "sessions"), ("call-sessions", "1 runs"), ("call", "1 runs")];
    assert_prints(&program, &[&[init], &read[..]].concat());
    assert!(program.path("own.sqlite3").exists());
}

#[test]
fn a_second_init_from_code_and_an_unknown_name_are_errors() {
    let output = Program::new().run(&["init-from-code=none:", "init-from-code=none:", "named-get=sesions"]);
    assert!(output.lines[1].contains("already"), "{}", output.lines[1]);
    assert!(output.lines[2].contains("did you mean `sessions`?"), "{}", output.lines[2]);
}

#[test]
fn a_second_init_is_an_error() {
    let output = Program::new().run(&["init-with=sqlite::memory:", "init-with=none:", "call"]);
    assert_eq!(output.lines[0], "init-with=sqlite::memory:: done");
    assert!(output.lines[1].contains("Config: ") && output.lines[1].contains("already"), "{}", output.lines[1]);
    assert_eq!(output.lines[2], "call: 1 runs", "the first configuration applies");
}

#[test]
fn init_after_the_first_use_is_an_error() {
    let output = Program::configured(THREE_ENVIRONMENTS).run(&["call", "init-with=none:", "call"]);
    assert!(output.lines[1].contains("already"), "{}", output.lines[1]);
    assert_eq!(output.lines[2], "call: 0 runs");
}

#[test]
fn after_a_failed_init_another_may_follow() {
    let actions = ["init-with=sqlite:///x?timeuot=1", "init-with=sqlite::memory:", "call"];
    let output = Program::new().run(&actions);
    assert!(output.lines[0].contains("Config: "), "{}", output.lines[0]);
    assert_eq!(output.lines[2], "call: 1 runs");
}

#[test]
fn no_output_contains_a_secret() {
    let address = "picky://user:hunter2@host/0?token=hunter2";
    let file = format!("{PICKY}mood = 'bad'\npassword = 'hunter2'\n").replace("picky://host", "redis://u:hunter2@host");
    let programs = [
        Program::new().variable("CACHE_URL", address),
        Program::new().variable("CACHE_URL", "redis://:hunter2@localhost:1/0"),
        Program::new().variable("CACHE_URL", "sqlite://x?password=hunter2"),
        Program::configured(&file),
        Program::configured(&file.replace("picky", "pikcy")),
        Program::configured(&file.replace("type = 'picky'\n", "")),
        Program::configured("[cache]\ntype = 'redis'\nurl = 'redis://u:hunter2@host\n"),
    ];
    let open = format!("open={address}");
    for program in &programs {
        for actions in [&["register", "config", "init", "show", "call", "named-get=a"][..], &["call", "show"], &[&open]]
        {
            let output = program.run(actions);
            // The program prints its own arguments.
            let lines = output.lines.iter().map(|line| line.replace(&open, ""));
            let text: Vec<String> = lines.chain(output.log).collect();
            assert!(!text.iter().any(|line| line.contains("hunter2")), "{text:#?}");
        }
    }
}

/// It runs the body, and waits for nothing: the caches are being set up by this very thread.
#[test]
fn a_registered_builder_may_call_an_annotated_function() {
    let program = Program::configured("cache = { type = \"calling\" }");
    // The builder calls it once.
    assert_prints(&program, &[("register-calling", "done"), ("call", "4 runs"), ("call", "3 runs")]);
}

#[test]
fn a_log_that_calls_an_annotated_function_is_written() {
    let wrong = Program::configured("cache = { type = \"sqlit\" }").variable("LOG_CALLS", "1");
    let output = wrong.run(&["call"]);
    assert!(output.log.iter().any(|line| line.contains("nothing is cached")), "{:?}", output.log);
}

/// While it opens the file, the store logs that others can read it.
#[test]
fn a_log_that_calls_an_annotated_function_does_not_wait_for_the_file_that_is_being_opened() {
    let program = Program::configured("cache = { type = \"sqlite\", database = \"cache.sqlite3\", timeout = 60 }");
    let program =
        program.file("cache.sqlite3", "no database, and moved aside with a warning").variable("LOG_CALLS", "1");
    let begun = std::time::Instant::now();
    let output = program.run(&["set=v", "get"]);
    assert_eq!(output.lines, ["set=v: done", "get: v"]);
    assert!(output.log.iter().any(|line| line.contains("moved")), "{:?}", output.log);
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

#[test]
fn white_space_at_the_end_of_a_variable_is_dropped() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "test\n");
    assert_prints(&program, &[("call", "3 runs")]);
    let program = Program::new().variable("CACHE_URL", "sqlite::memory:\n");
    assert_prints(&program, &[("call", "1 runs")]);
}
