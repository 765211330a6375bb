//! What `cargo run` prints.

use std::fs;

use crate::run::{command, folder, make_folder, printed, write};

const PROGRAM: &str = env!("CARGO_BIN_EXE_quickstart");
const COMPUTED: &str = "nearly_same(4 texts): computed in TIME and stored in sqlite://storage/quickstart.sqlite3";
const ANSWERED: &str = "nearly_same(4 texts): answered from sqlite://storage/quickstart.sqlite3 in TIME";

#[test]
fn the_second_call_and_the_second_run_are_answered_from_the_store() {
    let here = folder();
    make_folder(here.path(), "texts");
    let texts = here.path().join("texts");
    write(&texts, "one.txt", "The quick brown fox jumps over the lazy dog, again and again and again.");
    write(&texts, "two.txt", "The quick brown fox jumps over the lazy cat, again and again and again.");
    write(&texts, "short.txt", "no");
    write(&texts, "empty.txt", "");
    write(&texts, "picture", [0xff, 0xfe, 0x00]); // is no text
    let run = || printed(&mut command(PROGRAM, here.path(), &["texts"]));

    let first = run();
    assert_eq!(calls(&first), [COMPUTED, ANSWERED], "{first}");
    assert!(first.contains(" %  one.txt  two.txt\n"), "{first}");
    assert!(
        first.ends_with("This was the first run. Run it again: it starts with an answer from the cache.\n"),
        "{first}"
    );

    let second = run();
    assert_eq!(calls(&second), [ANSWERED, ANSWERED], "{second}");
    assert!(second.contains(" %  one.txt  two.txt\n"), "{second}");
    assert!(second.ends_with("This was run 2, says a counter in the same cache.\n"), "{second}");

    write(&texts, "short.txt", "on"); // as long as before
    assert_eq!(calls(&run()), [COMPUTED, ANSWERED]);
    fs::rename(texts.join("one.txt"), texts.join("uno.txt")).expect("the file can be renamed");
    let renamed = run();
    assert_eq!(calls(&renamed), [COMPUTED, ANSWERED]);
    assert!(renamed.contains(" %  two.txt  uno.txt\n"), "{renamed}");
}

#[test]
fn it_works_without_a_store() {
    let here = folder();
    write(here.path(), "storage", "a file where the folder should be");
    write(here.path(), "text.txt", "some text");
    let text = printed(&mut command(PROGRAM, here.path(), &[]));
    assert_eq!(calls(&text), ["nearly_same(2 texts): computed in TIME and not stored"; 2], "{text}");
    assert!(text.contains("There is no cache: "), "{text}");
}

#[test]
fn a_missing_folder_is_named() {
    let here = folder();
    let output = command(PROGRAM, here.path(), &["nowhere"]).output().expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors.contains("cannot read the folder nowhere: "), "{errors}");
}

/// The first two lines, with each time replaced by a word.
fn calls(text: &str) -> Vec<String> {
    text.lines().take(2).map(|line| line.split(' ').map(without_time).collect::<Vec<_>>().join(" ")).collect()
}

fn without_time(word: &str) -> &str {
    if word.starts_with(|first: char| first.is_ascii_digit()) { "TIME" } else { word }
}
