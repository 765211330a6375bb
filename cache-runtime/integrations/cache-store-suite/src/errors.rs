//! Refused input: which error it is, and that nothing changes.

use cache_runtime::{Error, ErrorKind};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use crate::TestCache;

fn assert_refused<T>(kind: ErrorKind, result: Result<T, Error>) {
    match result {
        Ok(_) => panic!("it was not assert_refused"),
        Err(error) => assert_eq!(error.kind(), kind, "{error}"),
    }
}

/// An empty key is an error of every direct operation, in every namespace.
pub fn an_empty_key_is_an_error(cache: &TestCache) {
    for cache in [cache.view(Clone::clone), cache.view(|cache| cache.namespace("a"))] {
        assert_refused(ErrorKind::Key, cache.set("", "v"));
        assert_refused(ErrorKind::Key, cache.get::<String>(""));
        assert_refused(ErrorKind::Key, cache.delete(""));
        assert_refused(ErrorKind::Key, cache.exists(""));
        assert_refused(ErrorKind::Key, cache.expiry(""));
        assert_refused(ErrorKind::Key, cache.touch(""));
        assert_refused(ErrorKind::Key, cache.increment("", 1));
        assert_refused(ErrorKind::Key, cache.decrement("", 1));
        assert_refused(ErrorKind::Key, cache.read_multi::<String>(["a", ""]));
        assert_refused(ErrorKind::Key, cache.write_multi([("", "v")]));
        assert_refused(ErrorKind::Key, cache.delete_multi([""]));
    }
    assert_eq!(cache.clear().unwrap(), 0, "nothing was created");
}

struct Unserializable;

impl Serialize for Unserializable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("a pipe is not a value"))
    }
}

/// A name that was not set would put all tenants into one namespace.
pub fn an_empty_namespace_is_an_error(cache: &TestCache) {
    for cache in [cache.view(|cache| cache.namespace("")), cache.view(|cache| cache.namespace("").namespace("a"))] {
        assert_refused(ErrorKind::Key, cache.set("k", "v"));
        assert_refused(ErrorKind::Key, cache.get::<String>("k"));
        assert_refused(ErrorKind::Key, cache.increment("k", 1));
        assert_refused(ErrorKind::Key, cache.delete_tag("tag"));
        assert_refused(ErrorKind::Key, cache.clear());
        assert_eq!(cache.get_or_set("k", || 1), 1);
    }
}

/// A value that serde cannot write is an error, and the old value stays.
pub fn an_unserializable_value_is_an_error(cache: &TestCache) {
    cache.set("k", "old").unwrap();
    assert_refused(ErrorKind::Value, cache.set("k", &Unserializable));
    assert_refused(ErrorKind::Value, cache.set("k", &Some(Unserializable)));
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("old"));
}

/// One value of a batch that cannot be written is an error, and none of them is written.
pub fn one_unserializable_value_in_a_batch_writes_none(cache: &TestCache) {
    #[derive(Serialize)]
    enum Part {
        Good(u8),
        Bad(Unserializable),
    }
    assert_refused(ErrorKind::Value, cache.write_multi([("a", Part::Good(1)), ("b", Part::Bad(Unserializable))]));
    assert!(!cache.exists("a").unwrap());
    assert!(!cache.exists("b").unwrap());
}

/// An error names the operation, the key, and the reason.
pub fn an_error_names_the_operation_the_key_and_the_reason(cache: &TestCache) {
    cache.set("user:7", "text").unwrap();
    let error = cache.increment("user:7", 1).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("increment") && text.contains("user:7") && text.contains("whole number"), "{text}");
    let text = cache.set("user:8", &Unserializable).unwrap_err().to_string();
    assert!(text.contains("set") && text.contains("user:8"), "{text}");
    let text = cache.get::<u8>("").unwrap_err().to_string();
    assert!(text.contains("empty"), "{text}");
}
