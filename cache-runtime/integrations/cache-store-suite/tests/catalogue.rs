//! The suite is whole: every behaviour runs, and every line of the contract is quoted from the documentation of the traits.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cache_store_suite::lines;

/// The source of a file of the suite.
fn suite(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The modules with behaviours: all that are public in `lib.rs`.
fn groups() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").read_dir().expect("it can be listed");
    let names = folder.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned());
    let groups = names.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned));
    let lib = suite("lib.rs");
    let private: BTreeSet<&str> = lib.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    groups.filter(|group| group != "lib" && !private.contains(&**group)).collect()
}

/// The behaviours in the source of a group, as `group::behaviour`.
fn written(group: &str) -> BTreeSet<String> {
    let text = suite(&format!("{group}.rs"));
    let names = text.lines().filter_map(|line| line.strip_prefix("pub fn ")?.split('(').next());
    names.map(|name| format!("{group}::{name}")).collect()
}

/// The behaviours in the catalogue, as `group::behaviour`: after `group {` each line is the name of one.
fn listed() -> BTreeSet<String> {
    let is_name = |line: &str| !line.is_empty() && line.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
    let (mut group, mut listed) = (String::new(), BTreeSet::new());
    for line in suite("catalogue.rs").lines().map(str::trim) {
        match line.strip_suffix(" {") {
            Some(name) => group = name.to_owned(),
            None if is_name(line) => drop(listed.insert(format!("{group}::{line}"))),
            None => {}
        }
    }
    listed
}

/// A behaviour that is not in the catalogue would never run.
#[test]
fn every_behaviour_is_in_the_catalogue() {
    let written: BTreeSet<String> = groups().iter().flat_map(|group| written(group)).collect();
    assert!(written.len() > 100, "the functions are found");
    let missing: Vec<_> = written.difference(&listed()).cloned().collect();
    assert_eq!(missing, Vec::<String>::new());
}

/// The text of documentation without the signs of its form, so that a line can be found in it.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for line in text.lines().map(str::trim).filter_map(|line| line.strip_prefix("///")) {
        plain.push_str(line.trim().trim_start_matches("- "));
        plain.push(' ');
    }
    // [`set`](Store::set) becomes `set`, and [completed](Claims::complete) becomes completed.
    let mut parts = plain.split("](");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once(')').map_or(part, |(_, after)| after));
    }
    text.replace(['[', ']'], "")
}

/// A message that quotes what nobody can look up would be no help.
#[test]
fn every_line_is_quoted_from_the_contract() {
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/store");
    let read = |file: &str| fs::read_to_string(contract.join(file)).expect("the contract is beside the suite");
    let text = ["../store.rs", "claims.rs", "limits.rs"].map(|file| plain(&read(file))).concat();
    // A kind of error is quoted without its link's text.
    let text = text.replace("crate::ErrorKind::", "");
    for line in lines() {
        assert!(text.contains(line.says), "{}: the documentation does not say {:?}", line.behaviour, line.says);
        assert!(line.change.len() > 20, "{}", line.behaviour);
    }
}

#[test]
fn every_behaviour_of_a_store_has_its_line() {
    let groups = ["store", "store_numbers", "claims", "limits"];
    let written: BTreeSet<String> = groups.iter().flat_map(|group| written(group)).collect();
    assert_eq!(lines().map(|line| line.behaviour.to_owned()).collect::<BTreeSet<_>>(), written);
}
