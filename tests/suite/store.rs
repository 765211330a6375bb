//! The contract of a [`Store`]: a function for each line of its documentation.
//!
//! The store is told the time, which moves as each function says. What is particular to numbers stands in
//! [`store_numbers`](crate::store_numbers), and to claims in [`claims`](crate::claims).

use std::borrow::Cow;
use std::thread;

use cache_runtime::Ttl;
use cache_runtime::store::{Answer, Operation, Store, Timestamp, Value};

use crate::fixtures::{answer_for_a_task, entry, is_live, kept, later, seconds_after, ten_seconds};

fn numbers(count: i64) -> Vec<(String, Value)> {
    (0..count).map(|number| (format!("key:{number}"), Value::Number(number))).collect()
}

fn keys_of(values: &[(String, Value)]) -> Vec<String> {
    values.iter().map(|(key, _)| key.clone()).collect()
}

/// It may be called from any number of threads at once.
pub fn it_may_be_called_from_many_threads(store: &dyn Store) {
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

/// A key is any text up to 250 bytes, whatever characters are in it; keys are compared by their bytes.
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

/// Reading what is absent gives `None`, and creates nothing.
pub fn reading_an_absent_key_creates_nothing(store: &dyn Store) {
    assert_eq!(store.get("k").unwrap(), None);
    assert_eq!(store.get("k").unwrap(), None);
    assert!(!store.delete("k", ten_seconds().now).unwrap());
}

/// What was written comes back byte for byte, a number as that number.
pub fn what_was_written_comes_back(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    let large = entry(&"🦀".repeat(1 << 18), 10).0;
    for value in [value, large, Value::Number(0), Value::Number(i64::MIN), Value::Number(i64::MAX)] {
        store.set("k", &value, &expiration).unwrap();
        assert!(kept(store, "k") == Some(value.clone()), "a value of {} bytes", value.size());
        assert!(is_live(store, "k", expiration.now));
    }
}

/// A value is live until its expiry, and not at that moment.
pub fn a_value_is_live_until_its_expiry(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    store.set("k", &value, &expiration).unwrap();
    assert!(is_live(store, "k", seconds_after(&expiration, 9)));
    assert!(!is_live(store, "k", expiration.expires_at));
}

/// Reading deletes nothing, not even what has expired.
pub fn reading_deletes_nothing(store: &dyn Store) {
    let (value, mut expiration) = entry("text", 10);
    expiration.stale_until = seconds_after(&expiration, 100);
    store.set("k", &value, &expiration).unwrap();
    assert!(!is_live(store, "k", seconds_after(&expiration, 50)));
    assert_eq!(kept(store, "k"), Some(value));
}

/// Writing replaces what was there: value and expiry.
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

/// Forgetting says whether there was a value that had not expired; otherwise that is no error.
pub fn forgetting_says_whether_there_was_a_value(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    store.set("k", &value, &expiration).unwrap();
    assert!(store.delete("k", expiration.now).unwrap());
    assert!(!store.delete("k", expiration.now).unwrap());
    assert_eq!(kept(store, "k"), None);
}

/// An expired value goes too, and does not count.
pub fn forgetting_takes_an_expired_value_too(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    store.set("k", &value, &expiration).unwrap();
    assert!(!store.delete("k", seconds_after(&expiration, 10)).unwrap());
    assert_eq!(kept(store, "k"), None);
}

/// Clearing forgets every key that starts with the prefix, and no other; it tells how many, or 0.
pub fn clearing_forgets_what_starts_with_the_prefix(store: &dyn Store) {
    let expiration = ten_seconds();
    for key in ["a", "a/", "a/b", "a/\u{10ffff}", "a0", "b", "A/b", "🦀a/"] {
        store.set(key, &Value::Number(1), &expiration).unwrap();
    }
    let gone = store.clear("a/").unwrap();
    assert!(gone == 3 || gone == 0, "{gone}");
    assert!(["a/", "a/b", "a/\u{10ffff}"].iter().all(|key| kept(store, key).is_none()));
    assert!(["a", "a0", "b", "A/b", "🦀a/"].iter().all(|key| kept(store, key).is_some()));
}

/// A prefix is a text and no pattern.
pub fn a_prefix_is_no_pattern(store: &dyn Store) {
    let expiration = ten_seconds();
    for prefix in ["%", "_", "*", "?", "[a]", "a'", "\\"] {
        store.set("abc", &Value::Number(1), &expiration).unwrap();
        store.set(&format!("{prefix}abc"), &Value::Number(1), &expiration).unwrap();
        store.clear(prefix).unwrap();
        assert_eq!(kept(store, &format!("{prefix}abc")), None, "{prefix}");
        assert_eq!(kept(store, "abc"), Some(Value::Number(1)), "{prefix}");
    }
}

/// An empty prefix forgets all.
pub fn clearing_without_a_prefix_forgets_all(store: &dyn Store) {
    let values = numbers(10);
    store.write_multi(&values, &ten_seconds()).unwrap();
    store.clear("").unwrap();
    assert!(store.read_multi(&keys_of(&values)).unwrap().iter().all(Option::is_none));
}

/// The answer to many keys has as many places, in the order asked, with `None` for an absent one.
pub fn many_are_read_in_the_order_asked(store: &dyn Store) {
    let values = numbers(3);
    store.write_multi(&values, &ten_seconds()).unwrap();
    let asked = ["key:2", "absent", "key:0", "key:2"].map(str::to_owned);
    let read = store.read_multi(&asked).unwrap().into_iter().map(|record| record.map(|record| record.value));
    let number = |number| Some(Value::Number(number));
    assert_eq!(read.collect::<Vec<_>>(), [number(2), None, number(0), number(2)]);
    assert!(store.read_multi(&[]).unwrap().is_empty());
}

/// Any number of keys works, to write, to read and to forget.
pub fn any_number_of_keys_works(store: &dyn Store) {
    let expiration = ten_seconds();
    let values = numbers(2500);
    store.write_multi(&values, &expiration).unwrap();
    let read = store.read_multi(&keys_of(&values)).unwrap();
    assert!(read.into_iter().zip(&values).all(|(record, (_, value))| record.is_some_and(|it| it.value == *value)));
    assert_eq!(store.delete_multi(&keys_of(&values), expiration.now).unwrap(), 2500);
    store.write_multi(&[], &expiration).unwrap();
    assert_eq!(store.delete_multi(&[], expiration.now).unwrap(), 0);
}

/// Where a key stands twice among many, the later value stays.
pub fn the_later_of_two_values_stays(store: &dyn Store) {
    let pair = [1, 2].map(|number| ("k".to_owned(), Value::Number(number)));
    store.write_multi(&pair, &ten_seconds()).unwrap();
    assert_eq!(kept(store, "k"), Some(Value::Number(2)));
}

/// Forgetting many tells how many of them were there.
pub fn forgetting_many_tells_how_many_were_there(store: &dyn Store) {
    let expiration = ten_seconds();
    store.write_multi(&numbers(3), &expiration).unwrap();
    let keys = ["key:0", "absent", "key:2", "key:0"].map(str::to_owned);
    assert_eq!(store.delete_multi(&keys, expiration.now).unwrap(), 2);
    assert_eq!(kept(store, "key:1"), Some(Value::Number(1)));
}

/// It tells when a value expires, also when that has passed; absent is `None`.
pub fn it_tells_when_a_value_expires(store: &dyn Store) {
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
    // The server may have to count from its own time.
    let left = store.expiry("n").unwrap().expect("it is there").since(expiration.now).as_secs_f64();
    assert!((9.0..11.0).contains(&left), "{left} s");
}

/// A touch gives a new expiration and leaves the value; it says whether there was one, and creates nothing.
pub fn a_touch_gives_a_new_lifetime(store: &dyn Store) {
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

/// Removing what has expired spares what lives and what a window keeps.
pub fn removing_the_expired_spares_the_rest(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    let mut windowed = expiration;
    windowed.stale_until = seconds_after(&expiration, 100);
    let longer = entry("text", 100).1;
    store.set("expired", &value, &expiration).unwrap();
    store.set("in_window", &value, &windowed).unwrap();
    store.set("live", &Value::Number(1), &longer).unwrap();
    let gone = store.delete_expired(seconds_after(&expiration, 50)).unwrap();
    assert!(gone <= 1, "{gone}");
    assert_eq!(gone == 1, kept(store, "expired").is_none(), "it tells what it did");
    assert!(kept(store, "in_window").is_some() && kept(store, "live").is_some());
}

/// Whatever way an operation is begun for a task, the answer is the one that running it gives.
pub fn an_operation_for_a_task_gives_the_same_answer(store: &dyn Store) {
    let (value, expiration) = entry("text", 10);
    let (key, now) = (|key: &'static str| key.into(), expiration.now);
    let both = || vec!["a".to_owned(), "n".to_owned()];
    let answer = |operation| answer_for_a_task(store, operation);
    let set = Operation::Set { key: key("a"), value: Cow::Borrowed(&value), expiration };
    assert!(matches!(answer(set), Answer::Done));
    assert!(matches!(answer(Operation::Increment { key: key("n"), by: 2, expiration }), Answer::Number(2)));
    assert!(matches!(answer(Operation::Get { key: key("a") }), Answer::Record(Some(record)) if record.value == value));
    assert!(
        matches!(answer(Operation::Expiry { key: key("a") }), Answer::Expiry(Some(at)) if at == expiration.expires_at)
    );
    let values = numbers(2);
    assert!(matches!(answer(Operation::WriteMulti { values, expiration }), Answer::Done));
    assert!(matches!(answer(Operation::Touch { key: key("a"), expiration }), Answer::Bool(true)));
    let Answer::Records(records) = answer(Operation::ReadMulti { keys: both().into() }) else {
        panic!("records were asked")
    };
    assert_eq!(records.iter().flatten().count(), 2);
    assert!(matches!(answer(Operation::DeleteExpired { now }), Answer::Count(0)));
    assert!(matches!(answer(Operation::Delete { key: key("a"), now }), Answer::Bool(true)));
    assert!(matches!(answer(Operation::DeleteMulti { keys: both(), now }), Answer::Count(1)));
    assert!(matches!(answer(Operation::Clear { prefix: key("key:") }), Answer::Count(0 | 2)));
    assert_eq!(kept(store, "key:0"), None);
}

/// Messages can call it by a name.
pub fn it_has_a_name(store: &dyn Store) {
    assert!(!store.name().trim().is_empty());
}
