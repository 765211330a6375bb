//! The contract of a [`Store`]: a function for each line of its documentation.
//!
//! Each function passes the time to the store. The lines about numbers are in [`store_numbers`](crate::store_numbers),
//! and those about claims in [`claims`](crate::claims).

use std::borrow::Cow;
use std::thread;

use cache_runtime::Ttl;
use cache_runtime::store::{Answer, Operation, Store, Timestamp, Value};

use crate::fixtures::{answer_for_a_task, entry, is_live, kept, later, seconds_after, ten_seconds, wait};

fn numbers(count: i64) -> Vec<(String, Value)> {
    (0..count).map(|number| (format!("key:{number}"), Value::Number(number))).collect()
}

fn keys_of(values: &[(String, Value)]) -> Vec<String> {
    values.iter().map(|(key, _)| key.clone()).collect()
}

/// Any number of threads may call it at once.
pub fn many_threads_may_call_it_at_once(store: &dyn Store) {
    let expiration = ten_seconds();
    thread::scope(|scope| {
        for number in 0..8 {
            scope.spawn(move || {
                let key = format!("key:{number}");
                for round in 0..25 {
                    store.set(&key, &Value::Number(round), &expiration).unwrap();
                    assert_eq!(kept(store, &key), Some(Value::Number(round)));
                }
                assert!(store.delete(&key, expiration.now).unwrap());
            });
        }
    });
}

/// A key is any text up to 250 bytes; keys are compared by their bytes.
pub fn a_key_is_any_text_of_250_bytes(store: &dyn Store) {
    let expiration = ten_seconds();
    let (mut long, mut longer) = ("k".repeat(249), "k".repeat(249));
    long.push('a');
    longer.push('b');
    let keys = ["User", "user", " ", "\0", "a\0b", "a\0", "é", "e\u{301}", "🦀", "'", "%", "\r\n", &long, &longer];
    for (number, key) in (0..).zip(keys) {
        store.set(key, &Value::Number(number), &expiration).unwrap();
    }
    for (number, key) in (0..).zip(keys) {
        assert_eq!(kept(store, key), Some(Value::Number(number)), "{key:?}");
    }
}

/// Reading an absent key returns `None`, and creates nothing.
pub fn reading_an_absent_key_creates_nothing(store: &dyn Store) {
    assert_eq!(store.get("k").unwrap(), None);
    assert_eq!(store.get("k").unwrap(), None);
    assert!(!store.delete("k", ten_seconds().now).unwrap());
}

/// A written value is read back byte for byte, and a number as that number.
pub fn a_written_value_is_read_back(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    let large = entry(&"🦀".repeat(1 << 18), 10).0;
    // 2⁵³ + 1 is the first that a floating-point number cannot hold.
    let numbers = [0, (1 << 53) + 1, i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX].map(Value::Number);
    for value in [value, large].into_iter().chain(numbers) {
        store.set("k", &value, &expiration).unwrap();
        assert!(kept(store, "k") == Some(value.clone()), "a value of {} bytes", value.size());
        assert!(is_live(store, "k", expiration.now));
    }
}

/// A value is live until its expiry, but not at that moment.
pub fn a_value_is_live_until_its_expiry(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    store.set("k", &value, &expiration).unwrap();
    assert!(is_live(store, "k", seconds_after(&expiration, 9)));
    assert!(!is_live(store, "k", expiration.expires_at));
}

/// Reading deletes nothing, not even an expired entry.
pub fn reading_does_not_delete_expired_entries(store: &dyn Store) {
    let (value, mut expiration) = entry("text", 10);
    expiration.stale_until = seconds_after(&expiration, 100);
    store.set("k", &value, &expiration).unwrap();
    assert!(!is_live(store, "k", seconds_after(&expiration, 50)));
    assert_eq!(kept(store, "k"), Some(value));
}

/// What has expired is kept for its window in real time too, and what lives is kept.
///
/// The clock of the other functions is moved, and a store that compares with the clock of the system does not see that.
pub fn what_has_expired_is_kept_in_real_time(store: &dyn Store) {
    let (value, mut expiration) = entry("text", 1);
    expiration.stale_until = seconds_after(&expiration, 600);
    store.set("stale", &value, &expiration).unwrap();
    let (lasting, minute) = entry("text", 60);
    store.set("live", &lasting, &minute).unwrap();
    store.write_multi(&[("stale too".to_owned(), value.clone())], &expiration).unwrap();
    // Two seconds, since some servers count whole ones.
    wait(2);
    assert_eq!(kept(store, "live"), Some(lasting), "it lives for a minute");
    assert_eq!(kept(store, "stale"), Some(value.clone()), "it has expired, and may be served stale for ten minutes");
    let read = store.read_multi(&["stale", "stale too"].map(str::to_owned)).unwrap();
    let read: Vec<_> = read.into_iter().map(|record| record.map(|record| record.value)).collect();
    assert_eq!(read, [Some(value.clone()), Some(value)], "`read_multi` hides what `get` returns");
    assert!(!store.touch("stale", &entry("", 60).1).unwrap(), "it has expired, and may not be revived");
    assert!(!store.delete("stale", Timestamp::now()).unwrap(), "it has expired");
}

/// Writing replaces the value and its expiry.
pub fn writing_replaces_value_and_expiry(store: &dyn Store) {
    let (first, expiration) = entry("first", 10);
    let (second, longer) = entry("second", 100);
    store.set("k", &first, &expiration).unwrap();
    store.set("k", &second, &longer).unwrap();
    assert_eq!(kept(store, "k"), Some(second));
    assert!(is_live(store, "k", seconds_after(&longer, 99)));
    store.set("k", &first, &expiration).unwrap();
    assert!(!is_live(store, "k", expiration.expires_at));
    store.set("k", &Value::Number(3), &expiration).unwrap();
    assert_eq!(kept(store, "k"), Some(Value::Number(3)));
}

/// `delete` returns whether there was a value that had not expired; a missing one is no error.
pub fn delete_returns_whether_there_was_a_live_value(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    store.set("k", &value, &expiration).unwrap();
    assert!(store.delete("k", expiration.now).unwrap());
    assert!(!store.delete("k", expiration.now).unwrap());
    assert_eq!(kept(store, "k"), None);
}

/// `delete` removes an expired value too, and returns `false`.
pub fn delete_removes_an_expired_value_too(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    store.set("k", &value, &expiration).unwrap();
    assert!(!store.delete("k", seconds_after(&expiration, 10)).unwrap());
    assert_eq!(kept(store, "k"), None);
}

/// `clear` removes every key with the prefix, and no other; it returns their number, or 0.
pub fn clear_removes_the_keys_with_the_prefix(store: &dyn Store) {
    let expiration = ten_seconds();
    for key in ["a", "a/", "a/b", "a/\u{10ffff}", "a0", "b", "A/b", "🦀a/"] {
        store.set(key, &Value::Number(1), &expiration).unwrap();
    }
    let gone = store.clear("a/").unwrap();
    assert!(gone == 3 || gone == 0, "{gone}");
    assert!(["a/", "a/b", "a/\u{10ffff}"].iter().all(|key| kept(store, key).is_none()));
    assert!(["a", "a0", "b", "A/b", "🦀a/"].iter().all(|key| kept(store, key).is_some()));
}

/// A prefix is plain text, not a pattern.
pub fn a_prefix_is_not_a_pattern(store: &dyn Store) {
    let expiration = ten_seconds();
    for prefix in ["%", "_", "*", "?", "[a]", "a'", "\\"] {
        store.set("abc", &Value::Number(1), &expiration).unwrap();
        store.set(&format!("{prefix}abc"), &Value::Number(1), &expiration).unwrap();
        store.clear(prefix).unwrap();
        assert_eq!(kept(store, &format!("{prefix}abc")), None, "{prefix}");
        assert_eq!(kept(store, "abc"), Some(Value::Number(1)), "{prefix}");
    }
}

/// An empty prefix removes everything.
pub fn clear_with_an_empty_prefix_removes_everything(store: &dyn Store) {
    let values = numbers(10);
    store.write_multi(&values, &ten_seconds()).unwrap();
    store.clear("").unwrap();
    assert!(store.read_multi(&keys_of(&values)).unwrap().iter().all(Option::is_none));
}

/// `read_multi` returns one answer for each key, in their order, and `None` for an absent one.
pub fn read_multi_answers_in_the_order_of_the_keys(store: &dyn Store) {
    let values = numbers(3);
    store.write_multi(&values, &ten_seconds()).unwrap();
    let asked = ["key:2", "absent", "key:0", "key:2"].map(str::to_owned);
    let read = store.read_multi(&asked).unwrap().into_iter().map(|record| record.map(|record| record.value));
    let number = |number| Some(Value::Number(number));
    assert_eq!(read.collect::<Vec<_>>(), [number(2), None, number(0), number(2)]);
    assert!(store.read_multi(&[]).unwrap().is_empty());
}

/// Batches of any size can be written, read and deleted.
pub fn batches_of_any_size_work(store: &dyn Store) {
    let expiration = ten_seconds();
    let values = numbers(2500);
    store.write_multi(&values, &expiration).unwrap();
    let read = store.read_multi(&keys_of(&values)).unwrap();
    assert!(read.into_iter().zip(&values).all(|(record, (_, value))| record.is_some_and(|it| it.value == *value)));
    assert_eq!(store.delete_multi(&keys_of(&values), expiration.now).unwrap(), 2500);
    store.write_multi(&[], &expiration).unwrap();
    assert_eq!(store.delete_multi(&[], expiration.now).unwrap(), 0);
}

/// Of a key that occurs twice the last value is stored.
pub fn the_last_value_of_a_repeated_key_is_stored(store: &dyn Store) {
    let pair = [1, 2].map(|number| ("k".to_owned(), Value::Number(number)));
    store.write_multi(&pair, &ten_seconds()).unwrap();
    assert_eq!(kept(store, "k"), Some(Value::Number(2)));
}

/// `delete_multi` returns how many values were deleted.
pub fn delete_multi_returns_how_many_were_deleted(store: &dyn Store) {
    let expiration = ten_seconds();
    store.write_multi(&numbers(3), &expiration).unwrap();
    let keys = ["key:0", "absent", "key:2", "key:0"].map(str::to_owned);
    assert_eq!(store.delete_multi(&keys, expiration.now).unwrap(), 2);
    assert_eq!(kept(store, "key:1"), Some(Value::Number(1)));
}

/// `delete_returning` deletes and counts as `delete_multi` does, and tells what was there.
pub fn delete_returning_tells_what_was_there(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    let deleted = |keys: &[&str], now| {
        store.set("k", &value, &expiration).unwrap();
        store.set("n", &Value::Number(3), &expiration).unwrap();
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let deleted = store.delete_returning(&keys, now).unwrap();
        assert!(keys.iter().all(|key| kept(store, key).is_none()), "it deletes");
        assert!(deleted.records.is_empty() || deleted.records.len() == keys.len(), "one place for each key");
        deleted
    };
    let several = deleted(&["k", "absent", "n"], expiration.now);
    assert_eq!(several.live, 2);
    let [entry, absent, number] = &several.records[..] else { return };
    assert_eq!(*absent, None);
    assert_eq!(number.as_ref().map(|record| &record.value), Some(&Value::Number(3)));
    let entry = entry.as_ref().expect("it was there");
    assert_eq!(entry.expiry(), expiration.expires_at);
    let (Value::Bytes(returned), Value::Bytes(written)) = (&entry.value, &value) else { panic!("{entry:?}") };
    assert!(written.starts_with(returned) && returned.len() >= written.len().min(64), "{returned:?}");
    assert_eq!(deleted(&["k"], expiration.now).live, 1);
    assert_eq!(deleted(&["k", "k"], expiration.now).live, 1, "a key that is given twice is deleted once");
    assert_eq!(deleted(&["k"], expiration.expires_at).live, 0, "it has expired, and is deleted all the same");
    assert_eq!(deleted(&[], expiration.now).live, 0);
}

/// `expiry` returns when a value expires, even if that time has passed; `None` if it is absent.
pub fn expiry_returns_when_a_value_expires(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    let mut windowed = expiration;
    windowed.stale_until = seconds_after(&expiration, 100);
    let (endless, forever) = entry("text", Ttl::Never);
    store.set("k", &value, &windowed).unwrap();
    store.set("endless", &endless, &forever).unwrap();
    store.set("n", &Value::Number(1), &expiration).unwrap();
    assert_eq!(store.expiry("k").unwrap(), Some(expiration.expires_at));
    assert_eq!(store.expiry("endless").unwrap(), Some(Timestamp::NEVER));
    assert_eq!(store.expiry("absent").unwrap(), None);
    // The server may compute it from its own clock.
    let left = store.expiry("n").unwrap().expect("it is there").since(expiration.now).as_secs_f64();
    assert!((9.0..11.0).contains(&left), "{left} s");
}

/// `touch` replaces the expiry and keeps the value; it returns whether there was one, and creates nothing.
pub fn touch_replaces_the_expiry(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    store.set("k", &value, &expiration).unwrap();
    assert!(store.touch("k", &later(&expiration, 9, 10)).unwrap());
    assert!(is_live(store, "k", seconds_after(&expiration, 18)));
    assert!(!is_live(store, "k", seconds_after(&expiration, 19)));
    assert!(!store.touch("k", &later(&expiration, 19, 10)).unwrap(), "it has expired");
    assert!(!is_live(store, "k", seconds_after(&expiration, 20)));
    assert!(!store.touch("absent", &expiration).unwrap());
    assert_eq!(kept(store, "absent"), None);
}

/// `delete_expired` keeps live entries, and those in a stale window.
pub fn delete_expired_keeps_live_and_stale_entries(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    let mut windowed = expiration;
    windowed.stale_until = seconds_after(&expiration, 100);
    let longer = entry("text", 100).1;
    store.set("expired", &value, &expiration).unwrap();
    store.set("in_window", &value, &windowed).unwrap();
    store.set("live", &Value::Number(1), &longer).unwrap();
    let gone = store.delete_expired(seconds_after(&expiration, 50)).unwrap();
    assert!(gone <= 1, "{gone}");
    assert_eq!(gone == 1, kept(store, "expired").is_none(), "it returns what it deleted");
    assert!(kept(store, "in_window").is_some() && kept(store, "live").is_some());
}

/// However an operation is dispatched for a task, its answer is that of `run`.
pub fn dispatch_gives_the_same_answer_as_run(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    let (key, now) = (|key: &'static str| key.into(), expiration.now);
    let both = || vec!["a".to_owned(), "n".to_owned()].into();
    let answer = |operation| answer_for_a_task(store, operation);
    let set = Operation::Set { key: key("a"), value: Cow::Borrowed(&value), expiration };
    assert!(matches!(answer(set), Answer::Done));
    assert!(matches!(answer(Operation::Increment { key: key("n"), by: 2, expiration }), Answer::Number(2)));
    assert!(matches!(answer(Operation::Get { key: key("a") }), Answer::Record(Some(record)) if record.value == value));
    assert!(
        matches!(answer(Operation::Expiry { key: key("a") }), Answer::Expiry(Some(at)) if at == expiration.expires_at)
    );
    let values = numbers(4).into();
    assert!(matches!(answer(Operation::WriteMulti { values, expiration }), Answer::Done));
    assert!(matches!(answer(Operation::Touch { key: key("a"), expiration }), Answer::Bool(true)));
    let Answer::Records(records) = answer(Operation::ReadMulti { keys: both() }) else {
        panic!("the answer is no records")
    };
    assert_eq!(records.iter().flatten().count(), 2);
    assert!(matches!(answer(Operation::DeleteExpired { now }), Answer::Count(0)));
    assert!(matches!(answer(Operation::Delete { key: key("a"), now }), Answer::Bool(true)));
    assert!(
        matches!(answer(Operation::DeleteReturning { key: key("key:1"), now }), Answer::Deleted(it) if it.live == 1)
    );
    let rest = || vec!["key:1".to_owned(), "key:0".to_owned()].into();
    assert!(
        matches!(answer(Operation::DeleteMultiReturning { keys: rest(), now }), Answer::Deleted(it) if it.live == 1)
    );
    assert!(matches!(answer(Operation::DeleteMulti { keys: both(), now }), Answer::Count(1)));
    assert!(matches!(answer(Operation::Clear { prefix: key("key:") }), Answer::Count(0 | 2)));
    assert_eq!(kept(store, "key:2"), None);
}

/// It has a name for messages.
pub fn it_has_a_name(store: &dyn Store) {
    assert!(!store.name().trim().is_empty());
}
