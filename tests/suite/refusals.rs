//! What is refused, with which error, and that it changes nothing.

use cache_runtime::{Error, ErrorKind};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use crate::Subject;

fn refused<T>(kind: ErrorKind, result: Result<T, Error>) {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => assert_eq!(error.kind(), kind, "{error}"),
    }
}

/// An empty key is an error of every operation that is asked by hand, in every namespace.
pub fn an_empty_key_is_an_error(subject: &Subject) {
    for subject in [subject.view(Clone::clone), subject.view(|cache| cache.namespace("a"))] {
        refused(ErrorKind::Key, subject.set("", "v"));
        refused(ErrorKind::Key, subject.get::<String>(""));
        refused(ErrorKind::Key, subject.delete(""));
        refused(ErrorKind::Key, subject.exists(""));
        refused(ErrorKind::Key, subject.expiry(""));
        refused(ErrorKind::Key, subject.touch(""));
        refused(ErrorKind::Key, subject.increment("", 1));
        refused(ErrorKind::Key, subject.decrement("", 1));
        refused(ErrorKind::Key, subject.read_multi::<String>(["a", ""]));
        refused(ErrorKind::Key, subject.write_multi([("", "v")]));
        refused(ErrorKind::Key, subject.delete_multi([""]));
    }
    assert_eq!(subject.clear().unwrap(), 0, "nothing was created");
}

struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("a pipe is not a value"))
    }
}

/// A value that serde cannot write is an error, and the old value stays.
pub fn a_value_that_cannot_be_written_is_an_error(subject: &Subject) {
    subject.set("k", "old").unwrap();
    refused(ErrorKind::Value, subject.set("k", &Unwritable));
    refused(ErrorKind::Value, subject.set("k", &Some(Unwritable)));
    assert_eq!(subject.get::<String>("k").unwrap().as_deref(), Some("old"));
}

/// One value of many that cannot be written is an error, and none of them is written.
pub fn one_unwritable_value_of_many_writes_none(subject: &Subject) {
    #[derive(Serialize)]
    enum Part {
        Good(u8),
        Bad(Unwritable),
    }
    refused(ErrorKind::Value, subject.write_multi([("a", Part::Good(1)), ("b", Part::Bad(Unwritable))]));
    assert!(!subject.exists("a").unwrap());
    assert!(!subject.exists("b").unwrap());
}

/// An error says what was asked, of which key, and why it was refused.
pub fn an_error_says_what_was_asked(subject: &Subject) {
    subject.set("user:7", "text").unwrap();
    let error = subject.increment("user:7", 1).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("increment") && text.contains("user:7") && text.contains("whole number"), "{text}");
    let text = subject.set("user:8", &Unwritable).unwrap_err().to_string();
    assert!(text.contains("set") && text.contains("user:8"), "{text}");
    let text = subject.get::<u8>("").unwrap_err().to_string();
    assert!(text.contains("empty"), "{text}");
}
