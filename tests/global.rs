//! The caches of a whole program, which are set up once for each process: so each test starts a program of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A program in a folder of its own, with an environment of its own.
struct Program {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// What a program said, and what it logged.
struct Said {
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

    /// Runs the program, which must end well whatever its caches do.
    fn run(&self, actions: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_global-cache"));
        for name in ["APP_ENV", "CACHE_URL", "CACHE_CONFIG", "STORAGE_DIR"] {
            command.env_remove(name);
        }
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        let output = command.current_dir(&self.folder).envs(variables).args(actions).output().expect("it starts");
        let lines = |bytes| String::from_utf8(bytes).expect("text").lines().map(str::to_owned).collect();
        let said = Said { lines: lines(output.stdout), log: lines(output.stderr) };
        assert!(output.status.success(), "{}: {:#?}", output.status, said.log);
        said
    }
}

/// Shows what a program answers to each action, and that it logs nothing.
fn says(program: &Program, expected: &[(&str, &str)]) {
    let actions: Vec<&str> = expected.iter().map(|(action, _)| *action).collect();
    let said = program.run(&actions);
    let expected: Vec<String> = expected.iter().map(|(action, answer)| format!("{action}: {answer}")).collect();
    assert_eq!(said.lines, expected);
    assert_eq!(said.log, Vec::<String>::new());
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
fn without_a_configuration_nothing_is_cached_and_one_warning_says_so() {
    let said = Program::new().run(&["call", "call", "count", "get"]);
    assert_eq!(said.lines, ["call: 3 runs", "call: 3 runs", "count: 0", "get: "]);
    assert_eq!(said.log.len(), 1, "{:#?}", said.log);
    assert!(said.log[0].contains("WARN") && said.log[0].contains("config/storage.toml"), "{}", said.log[0]);
    assert!(said.log[0].contains("CACHE_URL"), "{}", said.log[0]);
}

#[test]
fn nothing_by_choice_is_no_reason_to_warn() {
    says(&Program::configured("[cache]\ntype = 'none'\n"), &[("call", "3 runs"), ("count", "0")]);
    says(&Program::new().variable("CACHE_URL", "none:"), &[("call", "3 runs")]);
}

#[test]
fn the_file_of_the_current_folder_is_found_by_the_first_use() {
    says(&Program::configured(THREE_ENVIRONMENTS), &[("call", "1 runs"), ("count", "1"), ("expiration", "60 minutes")]);
}

#[test]
fn the_environment_chooses_its_table() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "test");
    says(&program, &[("call", "3 runs")]);
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "prod");
    says(&program, &[("call", "1 runs"), ("count", "1"), ("expiration", "60 minutes")]);
    assert!(program.path("storage/cache.sqlite3").exists());
    says(&program, &[("call", "0 runs"), ("count", "2")]);
}

#[test]
fn an_environment_of_which_the_file_says_nothing_has_the_common_table() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "staging");
    says(&program, &[("call", "1 runs")]);
}

#[test]
fn variables_stand_in_the_file() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "prod").variable("STORAGE_DIR", "else");
    says(&program, &[("call", "1 runs")]);
    assert!(program.path("else/cache.sqlite3").exists());
    assert!(!program.path("storage").exists());
}

#[test]
fn init_reads_the_same_configuration() {
    says(&Program::configured(THREE_ENVIRONMENTS), &[("init", "done"), ("call", "1 runs")]);
}

#[test]
fn cache_url_replaces_all_of_it() {
    let program =
        Program::configured("[cache]\ntype = 'no such store'\n").variable("CACHE_URL", "sqlite://own.sqlite3");
    says(&program, &[("call", "1 runs"), ("count", "1")]);
    assert!(program.path("own.sqlite3").exists());
}

#[test]
fn a_relative_path_means_the_same_file_wherever_the_program_goes() {
    let program = Program::configured("[cache]\ntype = 'sqlite'\ndatabase = 'storage/cache.sqlite3'\n");
    let program = program.file("elsewhere/readme", "");
    let opened_before = [("set=early", "done"), ("go=elsewhere", "done"), ("get", "early"), ("set=late", "done")];
    says(&program, &opened_before);
    says(&program, &[("init", "done"), ("go=elsewhere", "done"), ("get", "late"), ("count", "1")]);
    assert!(program.path("storage/cache.sqlite3").exists());
    assert!(!program.path("elsewhere/storage").exists());
}

#[test]
fn cache_config_names_another_file() {
    let program = Program::configured("[cache]\ntype = 'none'\n");
    let program = program.file("etc/caches.toml", THREE_ENVIRONMENTS).variable("CACHE_CONFIG", "etc/caches.toml");
    says(&program, &[("call", "1 runs")]);
}

/// Shows that a wrong configuration is an error of `init`, and that a program that does not ask for it works and logs
/// the same error once.
fn is_wrong(program: &Program, words: &[&str]) {
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
fn a_wrong_configuration_is_named_with_its_place() {
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
        is_wrong(&Program::configured(text), &words);
    }
}

#[test]
fn a_wrong_variable_is_named() {
    is_wrong(&Program::new().variable("CACHE_URL", "sqlite://x?timeuot=5"), &["CACHE_URL", "timeuot", "timeout"]);
    is_wrong(&Program::new().variable("CACHE_URL", "storage/cache"), &["CACHE_URL", "sqlite://"]);
    is_wrong(&Program::new().variable("CACHE_CONFIG", "gone.toml"), &["CACHE_CONFIG", "gone.toml"]);
}

#[test]
fn named_caches_are_caches_of_their_own() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "prod");
    says(&program, &[("set=default", "done"), ("named-set=sessions", "done"), ("get", "default")]);
    says(&program, &[("named-get=sessions", "sessions"), ("call-sessions", "1 runs")]);
    assert!(program.path("storage/sessions.sqlite3").exists());
}

#[test]
fn an_unknown_name_is_an_error_that_suggests_the_right_one() {
    let program = Program::configured(THREE_ENVIRONMENTS).variable("APP_ENV", "prod");
    let said = program.run(&["named-get=sesions", "named-get=else"]);
    assert!(
        said.lines.iter().all(|line| line.contains("Config: ") && line.contains("`sessions`")),
        "{:#?}",
        said.lines
    );
    assert!(said.lines[0].contains("`sesions`"), "{}", said.lines[0]);
}

#[test]
fn a_counter_of_an_unknown_cache_is_an_error() {
    let said = Program::configured(THREE_ENVIRONMENTS).run(&["count-unknown", "count-unknown"]);
    for line in &said.lines {
        assert!(line.starts_with("count-unknown: Config: ") && line.contains("`nobody_configured_this`"), "{line}");
    }
}

#[test]
fn a_function_of_an_unknown_cache_works_and_says_so_once() {
    let said = Program::configured(THREE_ENVIRONMENTS).run(&["call-unknown", "call-unknown"]);
    assert_eq!(said.lines, ["call-unknown: 3 runs", "call-unknown: 3 runs"]);
    assert_eq!(said.log.len(), 1, "{:#?}", said.log);
    assert!(said.log[0].contains("nobody_configured_this"), "{}", said.log[0]);
}

#[test]
fn a_function_works_while_the_store_is_away_and_says_so_briefly() {
    let program = Program::new().file("storage", "in the way").variable("CACHE_URL", "sqlite://storage/cache.sqlite3");
    let said = program.run(&["call", "call", "count"]);
    assert_eq!(said.lines[..2], ["call: 3 runs", "call: 3 runs"]);
    assert!(
        said.lines[2].starts_with("count: Unavailable: ") && said.lines[2].contains("storage"),
        "{}",
        said.lines[2]
    );
    // The failure, and that it is asked no more: first for writing, then at all.
    assert!((1..=3).contains(&said.log.len()), "{:#?}", said.log);
}

const PICKY: &str = "[cache]\ntype = 'picky'\nurl = 'picky://host'\n";

#[test]
fn a_store_of_ones_own_is_chosen_by_its_name() {
    says(&Program::configured(PICKY), &[("register", "done"), ("init", "done"), ("show", "Cache { store: \"none\" }")]);
    let program = Program::new().variable("CACHE_URL", "picky://host");
    says(&program, &[("register", "done"), ("call", "3 runs")]);
    says(&Program::new(), &[("register", "done"), ("open=picky://host", "Cache { store: \"none\" }")]);
}

#[test]
fn a_store_that_nobody_registered_is_an_error() {
    is_wrong(&Program::configured(PICKY), &["config/storage.toml:2", "picky"]);
}

#[test]
fn what_a_store_of_ones_own_refuses_is_named_with_its_place() {
    let said = Program::configured(&format!("{PICKY}mood = 'bad'\n")).run(&["register", "init"]);
    assert!(
        said.lines[1].contains("config/storage.toml:4") && said.lines[1].contains("a good one"),
        "{}",
        said.lines[1]
    );
    let said = Program::configured(&format!("{PICKY}moood = 'good'\n")).run(&["register", "init"]);
    assert!(said.lines[1].contains("config/storage.toml:4") && said.lines[1].contains("`mood`"), "{}", said.lines[1]);
}

#[test]
fn caches_from_code_are_the_programs_caches() {
    let init = ("init-from-code=sqlite://own.sqlite3", "done");
    let actions = [init, ("set=default", "done"), ("named-set=sessions", "done"), ("get", "default"), ("count", "1")];
    let program = Program::configured("[cache]\ntype = 'no such store'\n");
    says(&program, &actions);
    says(&program, &[init, ("named-get=sessions", "sessions"), ("call-sessions", "1 runs"), ("call", "1 runs")]);
    assert!(program.path("own.sqlite3").exists());
    let said = program.run(&["init-from-code=none:", "init-from-code=none:", "named-get=sesions"]);
    assert!(said.lines[1].contains("already"), "{}", said.lines[1]);
    assert!(said.lines[2].contains("did you mean `sessions`?"), "{}", said.lines[2]);
}

#[test]
fn the_caches_are_set_up_once() {
    let said = Program::new().run(&["init-with=sqlite::memory:", "init-with=none:", "call"]);
    assert_eq!(said.lines[0], "init-with=sqlite::memory:: done");
    assert!(said.lines[1].contains("Config: ") && said.lines[1].contains("already"), "{}", said.lines[1]);
    assert_eq!(said.lines[2], "call: 1 runs", "the first one holds");
}

#[test]
fn the_first_use_sets_them_up_too() {
    let said = Program::configured(THREE_ENVIRONMENTS).run(&["call", "init-with=none:", "call"]);
    assert!(said.lines[1].contains("already"), "{}", said.lines[1]);
    assert_eq!(said.lines[2], "call: 0 runs");
}

#[test]
fn after_a_wrong_one_a_right_one_may_be_tried() {
    let actions = ["init-with=sqlite:///x?timeuot=1", "init-with=sqlite::memory:", "call"];
    let said = Program::new().run(&actions);
    assert!(said.lines[0].contains("Config: "), "{}", said.lines[0]);
    assert_eq!(said.lines[2], "call: 1 runs");
}

#[test]
fn no_text_holds_a_secret() {
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
            let said = program.run(actions);
            // The program itself repeats the argument that it was given.
            let lines = said.lines.iter().map(|line| line.replace(&open, ""));
            let text: Vec<String> = lines.chain(said.log).collect();
            assert!(!text.iter().any(|line| line.contains("hunter2")), "{text:#?}");
        }
    }
}
