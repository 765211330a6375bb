//! What is refused, with which error, and that it changes nothing.

use cache_runtime::{Error, ErrorKind};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use crate::TestCache;

fn refused<T>(kind: ErrorKind, result: Result<T, Error>) {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => assert_eq!(error.kind(), kind, "{error}"),
    }
}

/// An empty key is an error of every operation that is asked by hand, in every namespace.
pub fn an_empty_key_is_an_error(cache: &TestCache) {
    for cache in [cache.view(Clone::clone), cache.view(|cache| cache.namespace("a"))] {
        refused(ErrorKind::Key, cache.set("", "v"));
        refused(ErrorKind::Key, cache.get::<String>(""));
        refused(ErrorKind::Key, cache.delete(""));
        refused(ErrorKind::Key, cache.exists(""));
        refused(ErrorKind::Key, cache.expiry(""));
        refused(ErrorKind::Key, cache.touch(""));
        refused(ErrorKind::Key, cache.increment("", 1));
        refused(ErrorKind::Key, cache.decrement("", 1));
        refused(ErrorKind::Key, cache.read_multi::<String>(["a", ""]));
        refused(ErrorKind::Key, cache.write_multi([("", "v")]));
        refused(ErrorKind::Key, cache.delete_multi([""]));
    }
    assert_eq!(cache.clear().unwrap(), 0, "nothing was created");
}

struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("a pipe is not a value"))
    }
}

/// A value that serde cannot write is an error, and the old value stays.
pub fn an_unserializable_value_is_an_error(cache: &TestCache) {
    cache.set("k", "old").unwrap();
    refused(ErrorKind::Value, cache.set("k", &Unwritable));
    refused(ErrorKind::Value, cache.set("k", &Some(Unwritable)));
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("old"));
}

/// One value of many that cannot be written is an error, and none of them is written.
pub fn one_unserializable_value_in_a_batch_writes_none(cache: &TestCache) {
    #[derive(Serialize)]
    enum Part {
        Good(u8),
        Bad(Unwritable),
    }
    refused(ErrorKind::Value, cache.write_multi([("a", Part::Good(1)), ("b", Part::Bad(Unwritable))]));
    assert!(!cache.exists("a").unwrap());
    assert!(!cache.exists("b").unwrap());
}

/// An error says what was asked, of which key, and why it was refused.
pub fn an_error_names_the_operation_the_key_and_the_reason(cache: &TestCache) {
    cache.set("user:7", "text").unwrap();
    let error = cache.increment("user:7", 1).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("increment") && text.contains("user:7") && text.contains("whole number"), "{text}");
    let text = cache.set("user:8", &Unwritable).unwrap_err().to_string();
    assert!(text.contains("set") && text.contains("user:8"), "{text}");
    let text = cache.get::<u8>("").unwrap_err().to_string();
    assert!(text.contains("empty"), "{text}");
}
