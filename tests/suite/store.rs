//! The contract of a [`Store`]: a function for each line of its documentation.
//!
//! The store is told the time, which here begins at a fixed moment and moves as each function says.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use cache_runtime::store::{Answer, Begun, Lifetime, Operation, Record, Store, Timestamp, Value};
use cache_runtime::{Cache, Error, ErrorKind, Result, Ttl};
use smol::block_on;

/// A store that shows what a cache gives it to keep.
#[derive(Clone, Default)]
struct Shown(Arc<Mutex<Option<(Value, Lifetime)>>>);

impl Store for Shown {
    fn get(&self, _: &str) -> Result<Option<Record>> {
        Ok(None)
    }
    fn set(&self, _: &str, value: &Value, lifetime: &Lifetime) -> Result<()> {
        *self.0.lock().expect("no panic while it is held") = Some((value.clone(), *lifetime));
        Ok(())
    }
    fn delete(&self, _: &str, _: Timestamp) -> Result<bool> {
        Ok(false)
    }
    fn increment(&self, _: &str, _: i64, _: &Lifetime) -> Result<i64> {
        Err(Error::new(ErrorKind::Unavailable, "it only shows what is set"))
    }
    fn clear(&self, _: &str) -> Result<u64> {
        Ok(0)
    }
}

/// An entry as a cache writes it, whose header says when it expires, with the lifetime that goes with it.
fn entry(text: &str, ttl: impl Into<Ttl>) -> (Value, Lifetime) {
    let shown = Shown::default();
    Cache::new(shown.clone()).expires_in(ttl).set("k", text).expect("text can be written");
    let entry = shown.0.lock().expect("no panic while it is held").take();
    entry.expect("it was shown")
}

/// Ten seconds from now.
fn ten_seconds() -> Lifetime {
    entry("", 10).1
}

fn seconds_after(lifetime: &Lifetime, seconds: u64) -> Timestamp {
    lifetime.now.after(Duration::from_secs(seconds))
}

/// The lifetime of what is written so many seconds later, to live for `ttl` seconds.
fn later(lifetime: &Lifetime, seconds: u64, ttl: u64) -> Lifetime {
    let now = seconds_after(lifetime, seconds);
    let expires_at = now.after(Duration::from_secs(ttl));
    Lifetime { now, expires_at, stale_until: expires_at, asked_for: true }
}

fn kept(store: &dyn Store, key: &str) -> Option<Value> {
    store.get(key).unwrap().map(|record| record.value)
}

fn is_live(store: &dyn Store, key: &str, now: Timestamp) -> bool {
    store.get(key).unwrap().is_some_and(|record| record.is_live(now))
}

fn numbers(count: i64) -> Vec<(String, Value)> {
    (0..count).map(|number| (format!("key:{number}"), Value::Number(number))).collect()
}

fn keys_of(values: &[(String, Value)]) -> Vec<String> {
    values.iter().map(|(key, _)| key.clone()).collect()
}

/// It may be called from any number of threads at once.
pub fn it_may_be_called_from_many_threads(store: &dyn Store) {
    let lifetime = ten_seconds();
    thread::scope(|scope| {
        for number in 0..8 {
            scope.spawn(move || {
                let key = format!("key:{number}");
                for round in 0..25 {
                    store.set(&key, &Value::Number(round), &lifetime).unwrap();
                    assert_eq!(kept(store, &key), Some(Value::Number(round)));
                }
                assert!(store.delete(&key, lifetime.now).unwrap());
            });
        }
    });
}

/// A key is any text up to 250 bytes, whatever characters are in it; keys are compared by their bytes.
pub fn a_key_is_any_text_of_250_bytes(store: &dyn Store) {
    let lifetime = ten_seconds();
    let (mut long, mut longer) = ("k".repeat(249), "k".repeat(249));
    long.push('a');
    longer.push('b');
    let keys = ["User", "user", " ", "\0", "a\0b", "a\0", "é", "e\u{301}", "🦀", "'", "%", "\r\n", &long, &longer];
    for (number, key) in (0..).zip(keys) {
        store.set(key, &Value::Number(number), &lifetime).unwrap();
    }
    for (number, key) in (0..).zip(keys) {
        assert_eq!(kept(store, key), Some(Value::Number(number)), "{key:?}");
    }
}

/// Reading what is absent gives `None`, and creates nothing.
pub fn reading_an_absent_key_creates_nothing(store: &dyn Store) {
    assert_eq!(store.get("k").unwrap(), None);
    assert_eq!(store.get("k").unwrap(), None);
    assert!(!store.delete("k", ten_seconds().now).unwrap());
}

/// What was written comes back byte for byte, a number as that number.
pub fn what_was_written_comes_back(store: &dyn Store) {
    let (value, lifetime) = entry("text", 10);
    let large = entry(&"🦀".repeat(1 << 18), 10).0;
    for value in [value, large, Value::Number(0), Value::Number(i64::MIN), Value::Number(i64::MAX)] {
        store.set("k", &value, &lifetime).unwrap();
        assert!(kept(store, "k") == Some(value.clone()), "a value of {} bytes", value.size());
        assert!(is_live(store, "k", lifetime.now));
    }
}

/// A value is live until its expiry, and not at that moment.
pub fn a_value_is_live_until_its_expiry(store: &dyn Store) {
    for value in [entry("text", 10).0, Value::Number(1)] {
        let lifetime = ten_seconds();
        store.set("k", &value, &lifetime).unwrap();
        assert!(is_live(store, "k", seconds_after(&lifetime, 9)));
        assert!(!is_live(store, "k", seconds_after(&lifetime, 11)));
    }
}

/// Reading deletes nothing, not even what has expired.
pub fn reading_deletes_nothing(store: &dyn Store) {
    let (value, mut lifetime) = entry("text", 10);
    lifetime.stale_until = seconds_after(&lifetime, 100);
    store.set("k", &value, &lifetime).unwrap();
    assert!(!is_live(store, "k", seconds_after(&lifetime, 50)));
    assert_eq!(kept(store, "k"), Some(value));
}

/// Writing replaces what was there: value and expiry.
pub fn writing_replaces_value_and_expiry(store: &dyn Store) {
    let (first, lifetime) = entry("first", 10);
    let (second, longer) = entry("second", 100);
    store.set("k", &first, &lifetime).unwrap();
    store.set("k", &second, &longer).unwrap();
    assert_eq!(kept(store, "k"), Some(second));
    assert!(is_live(store, "k", seconds_after(&longer, 99)));
    store.set("k", &Value::Number(3), &lifetime).unwrap();
    assert_eq!(kept(store, "k"), Some(Value::Number(3)));
    assert!(!is_live(store, "k", seconds_after(&lifetime, 11)));
}

/// A number that was written can be counted on from.
pub fn counting_goes_on_from_a_written_number(store: &dyn Store) {
    let lifetime = ten_seconds();
    store.set("n", &Value::Number(40), &lifetime).unwrap();
    assert_eq!(store.increment("n", 2, &lifetime).unwrap(), 42);
    assert_eq!(kept(store, "n"), Some(Value::Number(42)));
}

/// Forgetting says whether there was a value that had not expired; otherwise that is no error.
pub fn forgetting_says_whether_there_was_a_value(store: &dyn Store) {
    let (value, lifetime) = entry("text", 10);
    store.set("k", &value, &lifetime).unwrap();
    assert!(store.delete("k", lifetime.now).unwrap());
    assert!(!store.delete("k", lifetime.now).unwrap());
    assert_eq!(kept(store, "k"), None);
}

/// An expired value goes too, and does not count.
pub fn forgetting_takes_an_expired_value_too(store: &dyn Store) {
    let (value, lifetime) = entry("text", 10);
    store.set("k", &value, &lifetime).unwrap();
    assert!(!store.delete("k", seconds_after(&lifetime, 10)).unwrap());
    assert_eq!(kept(store, "k"), None);
}

/// Absent or expired counts as 0, and the counter starts with the lifetime given.
pub fn a_counter_starts_from_zero_with_the_lifetime_given(store: &dyn Store) {
    let lifetime = ten_seconds();
    assert_eq!(store.increment("n", -3, &lifetime).unwrap(), -3);
    assert!(is_live(store, "n", seconds_after(&lifetime, 9)));
    let anew = later(&lifetime, 10, 10);
    assert_eq!(store.increment("n", 5, &anew).unwrap(), 5);
    assert!(is_live(store, "n", seconds_after(&lifetime, 19)));
    assert!(!is_live(store, "n", seconds_after(&lifetime, 20)));
}

/// A counter that lives keeps its expiry.
pub fn a_living_counter_keeps_its_expiry(store: &dyn Store) {
    let lifetime = ten_seconds();
    store.increment("n", 1, &lifetime).unwrap();
    assert_eq!(store.increment("n", 1, &later(&lifetime, 5, 100)).unwrap(), 2);
    assert_eq!(store.increment("n", 1, &later(&lifetime, 5, 1)).unwrap(), 3);
    assert!(is_live(store, "n", seconds_after(&lifetime, 9)));
    assert!(!is_live(store, "n", seconds_after(&lifetime, 10)));
}

/// A counter without an expiry takes the one given where a caller asked for it, and not a default.
pub fn an_endless_counter_takes_an_expiry_that_is_asked_for(store: &dyn Store) {
    let lifetime = ten_seconds();
    let endless = Lifetime { expires_at: Timestamp::NEVER, stale_until: Timestamp::NEVER, ..lifetime };
    store.increment("n", 1, &endless).unwrap();
    store.increment("n", 1, &Lifetime { asked_for: false, ..lifetime }).unwrap();
    assert!(is_live(store, "n", seconds_after(&lifetime, 1_000_000)));
    assert_eq!(store.increment("n", 1, &lifetime).unwrap(), 3);
    assert!(!is_live(store, "n", seconds_after(&lifetime, 10)));
}

/// What is no number cannot be counted on, and stays.
pub fn counting_on_something_else_changes_nothing(store: &dyn Store) {
    let (value, lifetime) = entry("12", 10);
    store.set("k", &value, &lifetime).unwrap();
    assert_eq!(store.increment("k", 1, &lifetime).unwrap_err().kind(), ErrorKind::NotANumber);
    assert_eq!(kept(store, "k"), Some(value));
}

/// A sum that leaves `i64` is an error, and the number stays.
pub fn a_sum_beyond_i64_changes_nothing(store: &dyn Store) {
    let lifetime = ten_seconds();
    for (end, by) in [(i64::MAX, 1), (i64::MIN, -1), (i64::MIN, i64::MIN), (i64::MAX, i64::MAX)] {
        store.set("n", &Value::Number(end), &lifetime).unwrap();
        assert_eq!(store.increment("n", by, &lifetime).unwrap_err().kind(), ErrorKind::Overflow, "{end} + {by}");
        assert_eq!(kept(store, "n"), Some(Value::Number(end)));
    }
}

/// Nobody can come between the steps of an increment.
pub fn an_increment_is_one_step(store: &dyn Store) {
    let lifetime = ten_seconds();
    let mut sums = BTreeSet::new();
    thread::scope(|scope| {
        let one = || scope.spawn(|| (0..50).map(|_| store.increment("n", 1, &lifetime).unwrap()).collect::<Vec<_>>());
        let started: Vec<_> = (0..8).map(|_| one()).collect();
        sums.extend(started.into_iter().flat_map(|thread| thread.join().expect("no panic")));
    });
    assert_eq!(sums, (1..=400).collect());
}

/// Clearing forgets every key that starts with the prefix, and no other; it tells how many, or 0.
pub fn clearing_forgets_what_starts_with_the_prefix(store: &dyn Store) {
    let lifetime = ten_seconds();
    for key in ["a", "a/", "a/b", "a/\u{10ffff}", "a0", "b", "A/b", "🦀a/"] {
        store.set(key, &Value::Number(1), &lifetime).unwrap();
    }
    let gone = store.clear("a/").unwrap();
    assert!(gone == 3 || gone == 0, "{gone}");
    assert!(["a/", "a/b", "a/\u{10ffff}"].iter().all(|key| kept(store, key).is_none()));
    assert!(["a", "a0", "b", "A/b", "🦀a/"].iter().all(|key| kept(store, key).is_some()));
}

/// A prefix is a text and no pattern.
pub fn a_prefix_is_no_pattern(store: &dyn Store) {
    let lifetime = ten_seconds();
    for prefix in ["%", "_", "*", "?", "[a]", "a'", "\\"] {
        store.set("abc", &Value::Number(1), &lifetime).unwrap();
        store.set(&format!("{prefix}abc"), &Value::Number(1), &lifetime).unwrap();
        store.clear(prefix).unwrap();
        assert_eq!(kept(store, &format!("{prefix}abc")), None, "{prefix}");
        assert_eq!(kept(store, "abc"), Some(Value::Number(1)), "{prefix}");
    }
}

/// An empty prefix forgets all.
pub fn clearing_without_a_prefix_forgets_all(store: &dyn Store) {
    let values = numbers(10);
    store.set_many(&values, &ten_seconds()).unwrap();
    store.clear("").unwrap();
    assert!(store.get_many(&keys_of(&values)).unwrap().iter().all(Option::is_none));
}

/// The answer to many keys has as many places, in the order asked, with `None` for an absent one.
pub fn many_are_read_in_the_order_asked(store: &dyn Store) {
    let values = numbers(3);
    store.set_many(&values, &ten_seconds()).unwrap();
    let asked = ["key:2", "absent", "key:0", "key:2"].map(str::to_owned);
    let read = store.get_many(&asked).unwrap().into_iter().map(|record| record.map(|record| record.value));
    let number = |number| Some(Value::Number(number));
    assert_eq!(read.collect::<Vec<_>>(), [number(2), None, number(0), number(2)]);
    assert!(store.get_many(&[]).unwrap().is_empty());
}

/// Any number of keys works, to write, to read and to forget.
pub fn any_number_of_keys_works(store: &dyn Store) {
    let lifetime = ten_seconds();
    let values = numbers(2500);
    store.set_many(&values, &lifetime).unwrap();
    let read = store.get_many(&keys_of(&values)).unwrap();
    assert!(read.into_iter().zip(&values).all(|(record, (_, value))| record.is_some_and(|it| it.value == *value)));
    assert_eq!(store.delete_many(&keys_of(&values), lifetime.now).unwrap(), 2500);
    store.set_many(&[], &lifetime).unwrap();
    assert_eq!(store.delete_many(&[], lifetime.now).unwrap(), 0);
}

/// Where a key stands twice among many, the later value stays.
pub fn the_later_of_two_values_stays(store: &dyn Store) {
    let pair = [1, 2].map(|number| ("k".to_owned(), Value::Number(number)));
    store.set_many(&pair, &ten_seconds()).unwrap();
    assert_eq!(kept(store, "k"), Some(Value::Number(2)));
}

/// Forgetting many tells how many of them were there.
pub fn forgetting_many_tells_how_many_were_there(store: &dyn Store) {
    let lifetime = ten_seconds();
    store.set_many(&numbers(3), &lifetime).unwrap();
    let keys = ["key:0", "absent", "key:2", "key:0"].map(str::to_owned);
    assert_eq!(store.delete_many(&keys, lifetime.now).unwrap(), 2);
    assert_eq!(kept(store, "key:1"), Some(Value::Number(1)));
}

/// A touch gives a new lifetime and leaves the value; it says whether there was one, and creates nothing.
pub fn a_touch_gives_a_new_lifetime(store: &dyn Store) {
    let (value, lifetime) = entry("text", 10);
    store.set("k", &value, &lifetime).unwrap();
    store.set("n", &Value::Number(1), &lifetime).unwrap();
    for key in ["k", "n"] {
        assert!(store.touch(key, &later(&lifetime, 9, 10)).unwrap());
        assert!(is_live(store, key, seconds_after(&lifetime, 18)));
        assert!(!is_live(store, key, seconds_after(&lifetime, 19)));
        assert!(!store.touch(key, &later(&lifetime, 19, 10)).unwrap(), "it has expired");
        assert!(!is_live(store, key, seconds_after(&lifetime, 20)));
    }
    assert_eq!(store.increment("n", 1, &later(&lifetime, 18, 10)).unwrap(), 2);
    assert!(!store.touch("absent", &lifetime).unwrap());
    assert_eq!(kept(store, "absent"), None);
}

/// Removing what has expired spares what lives and what a window keeps.
pub fn removing_the_expired_spares_the_rest(store: &dyn Store) {
    let (value, lifetime) = entry("text", 10);
    let windowed = Lifetime { stale_until: seconds_after(&lifetime, 100), ..lifetime };
    let longer = entry("text", 100).1;
    store.set("expired", &value, &lifetime).unwrap();
    store.set("in_window", &value, &windowed).unwrap();
    store.set("live", &Value::Number(1), &longer).unwrap();
    let gone = store.delete_expired(seconds_after(&lifetime, 50)).unwrap();
    assert!(gone <= 1, "{gone}");
    assert_eq!(gone == 1, kept(store, "expired").is_none(), "it tells what it did");
    assert!(kept(store, "in_window").is_some() && kept(store, "live").is_some());
}

/// Whatever way an operation is begun for a task, the answer is the one that running it gives.
pub fn an_operation_for_a_task_gives_the_same_answer(store: &dyn Store) {
    let (value, lifetime) = entry("text", 10);
    let (key, now) = (|key: &'static str| key.into(), lifetime.now);
    let both = || vec!["a".to_owned(), "n".to_owned()];
    let answer = |operation| match store.begin(operation) {
        Begun::Done(answer) => answer.unwrap(),
        Begun::Pending(answer) => block_on(answer).unwrap(),
        Begun::Blocking(operation) => operation.run(store).unwrap(),
    };
    let set = Operation::Set { key: key("a"), value: Cow::Borrowed(&value), lifetime };
    assert!(matches!(answer(set), Answer::Done));
    assert!(matches!(answer(Operation::Increment { key: key("n"), by: 2, lifetime }), Answer::Number(2)));
    assert!(matches!(answer(Operation::Get { key: key("a") }), Answer::Record(Some(record)) if record.value == value));
    let values = numbers(2);
    assert!(matches!(answer(Operation::SetMany { values, lifetime }), Answer::Done));
    assert!(matches!(answer(Operation::Touch { key: key("a"), lifetime }), Answer::Was(true)));
    let Answer::Records(records) = answer(Operation::GetMany { keys: both() }) else { panic!("records were asked") };
    assert_eq!(records.iter().flatten().count(), 2);
    assert!(matches!(answer(Operation::DeleteExpired { now }), Answer::Count(0)));
    assert!(matches!(answer(Operation::Delete { key: key("a"), now }), Answer::Was(true)));
    assert!(matches!(answer(Operation::DeleteMany { keys: both(), now }), Answer::Count(1)));
    assert!(matches!(answer(Operation::Clear { prefix: key("key:") }), Answer::Count(0 | 2)));
    assert_eq!(kept(store, "key:0"), None);
}

/// Messages can call it by a name.
pub fn it_has_a_name(store: &dyn Store) {
    assert!(!store.name().trim().is_empty());
}
