//! The top-level modules of a crate, its rooms, do not depend on each other in a circle.
//!
//! The test reads the sources of both crates and collects every path that begins with `crate`, in code and in
//! `macro_rules!`. Tests inside the sources may use any module and are ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The rooms that each room depends on, with a file that does.
type Dependencies = BTreeMap<String, BTreeMap<String, PathBuf>>;

#[test]
fn the_rooms_of_the_runtime_form_no_circle() {
    assert_no_circle("../cache-runtime/src");
}

#[test]
fn the_rooms_of_the_macros_form_no_circle() {
    assert_no_circle("../cache-macros/src");
}

#[test]
fn a_circle_is_found() {
    let mut dependencies = Dependencies::new();
    for (room, dependency) in [("a", "b"), ("b", "c"), ("c", "b"), ("d", "a")] {
        dependencies.entry(room.to_owned()).or_default().insert(dependency.to_owned(), PathBuf::new());
    }
    assert_eq!(circle(dependencies).into_keys().collect::<Vec<_>>(), ["b", "c"]);
}

#[test]
fn all_ways_to_write_a_path_are_recognised() {
    let source = "
        use crate::{Error, one::Thing, two as other, three::{a, b}};
        #[cfg(test)] mod tests { use crate::nobody; }
        fn f() { let x = crate::four::g::<crate::five::T>(); m!($crate::six); }
        // crate::seven
    ";
    let exports = BTreeMap::from([("Error".to_owned(), "error".to_owned())]);
    let found = rooms_in(source.parse().expect("it is Rust"), &exports);
    assert_eq!(
        found.iter().map(String::as_str).collect::<Vec<_>>(),
        ["error", "five", "four", "one", "six", "three", "two"]
    );
}

#[track_caller]
fn assert_no_circle(source: &str) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    let files = files(&source);
    let rooms: BTreeSet<String> = files.iter().map(|file| room_of(file, &source)).collect();
    // `cache` is both a room and a function that another room exports; inside the crate it means the room.
    let mut exports = exports(tokens(&source.join("lib.rs")));
    exports.retain(|name, _| !rooms.contains(name));
    let mut dependencies = Dependencies::new();
    for file in files {
        let room = room_of(&file, &source);
        if room == "lib" {
            continue;
        }
        for dependency in rooms_in(tokens(&file), &exports).into_iter().filter(|dependency| *dependency != room) {
            dependencies.entry(room.clone()).or_default().entry(dependency).or_insert_with(|| file.clone());
        }
    }
    assert!(dependencies.len() > 5, "the sources were not found");
    let circle = circle(dependencies);
    assert!(circle.is_empty(), "these rooms depend on each other in a circle: {circle:#?}");
}

/// Removes rooms without dependencies and rooms that no room depends on, until only circles are left.
fn circle(mut dependencies: Dependencies) -> Dependencies {
    loop {
        let used: BTreeSet<String> = dependencies.values().flat_map(BTreeMap::keys).cloned().collect();
        let rooms: BTreeSet<String> = dependencies.keys().cloned().collect();
        let before = dependencies.len();
        dependencies.retain(|room, _| used.contains(room));
        dependencies.values_mut().for_each(|of_room| of_room.retain(|room, _| rooms.contains(room)));
        dependencies.retain(|_, of_room| !of_room.is_empty());
        if dependencies.len() == before {
            return dependencies;
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("the sources are there").map(|entry| entry.expect("it can be read").path());
    let is_test = |path: &Path| path.file_stem().is_some_and(|name| name == "tests");
    entries
        .filter(|path| !is_test(path))
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

/// The first component of the path below `src`, without its extension.
fn room_of(file: &Path, source: &Path) -> String {
    let below = file.strip_prefix(source).expect("it was found there");
    let first = Path::new(below.iter().next().expect("it has a name"));
    first.file_stem().expect("it has a name").to_string_lossy().into_owned()
}

fn tokens(file: &Path) -> TokenStream {
    if file.extension().is_none_or(|extension| extension != "rs") {
        return TokenStream::new();
    }
    let text = fs::read_to_string(file).expect("it can be read");
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The names that `lib.rs` exports, and the room of each.
fn exports(lib: TokenStream) -> BTreeMap<String, String> {
    let mut exports = BTreeMap::new();
    let tokens: Vec<TokenTree> = lib.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let is_start = is_word(Some(token), "self") && is_path(&tokens, at + 1);
        let (true, Some(TokenTree::Ident(room))) = (is_start, tokens.get(at + 3)) else { continue };
        let names = match tokens.get(at + 6) {
            Some(TokenTree::Group(group)) => group.stream().into_iter().collect(),
            Some(name) => vec![name.clone()],
            None => Vec::new(),
        };
        exports.extend(
            names
                .iter()
                .filter(|name| matches!(name, TokenTree::Ident(_)))
                .map(|name| (name.to_string(), room.to_string())),
        );
    }
    exports
}

/// The rooms that code uses by paths from the crate's root.
fn rooms_in(code: TokenStream, exports: &BTreeMap<String, String>) -> BTreeSet<String> {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let mut rooms = BTreeSet::new();
    let mut note = |name: String| {
        rooms.insert(exports.get(&name).cloned().unwrap_or(name));
    };
    let mut inside = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if is_word(Some(token), "crate") && is_path(&tokens, at + 1) {
            match tokens.get(at + 3) {
                Some(TokenTree::Ident(name)) => note(name.to_string()),
                Some(TokenTree::Group(group)) => heads(group.stream()).into_iter().for_each(&mut note),
                _ => {}
            }
        }
        if let TokenTree::Group(group) = token {
            let is_test = group.delimiter() == Delimiter::Brace
                && at >= 2
                && is_word(tokens.get(at - 1), "tests")
                && is_word(tokens.get(at - 2), "mod");
            inside.extend((!is_test).then(|| group.stream()));
        }
    }
    inside.into_iter().for_each(|code| rooms.extend(rooms_in(code, exports)));
    rooms
}

/// The first word of each item of a list.
fn heads(list: TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = list.into_iter().collect();
    let parts = tokens.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','));
    parts.filter_map(|part| part.first().map(ToString::to_string)).collect()
}

fn is_word(token: Option<&TokenTree>, word: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == word)
}

/// Whether the tokens at this index are `::`.
fn is_path(tokens: &[TokenTree], at: usize) -> bool {
    let is_colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    is_colon(at) && is_colon(at + 1)
}
