//! Stores with one defect each: the suite finds it, quotes the line of the contract, and says what to change.

mod defects;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::thread;

use cache_runtime::store::{Answer, Deleted, Dispatch, Expiration, Operation, Record, Timestamp, Value};
use cache_runtime::{Error, ErrorKind, Result, Store};
use cache_store_suite::{Broken, broken_lines};

use self::defects::{Expected, assert_found};

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    None,
    GetHidesExpired,
    GetDeletesExpired,
    ReadMultiHidesExpired,
    ServerForgetsAtExpiry,
    KeysAreTrimmed,
    KeysIgnoreCase,
    AbsentIsAnError,
    NumbersAreFloats,
    SetKeepsTheExpiry,
    DeleteKeepsExpired,
    DeleteSaysTrue,
    PrefixIsAPattern,
    EmptyPrefixClearsNothing,
    ReadMultiOmitsAbsent,
    BatchesAreBounded,
    FirstOfAPairStays,
    DeleteMultiCountsAbsent,
    DeleteReturningOnlyReads,
    ExpiryIsTheWindow,
    TouchRevives,
    DeleteExpiredForgetsWindows,
    DispatchAnswersAtRandom,
    HasNoName,
    CountersAreApart,
    IncrementRenews,
    IncrementKeepsNever,
    IncrementStartsNever,
    IncrementReplacesText,
    IncrementWraps,
    IncrementIsNotAtomic,
}

/// What is kept under a key.
#[derive(Clone)]
struct Kept {
    record: Record,
    stale_until: Timestamp,
}

/// A store over a map, sound but for one defect.
struct BrokenStore {
    defect: Defect,
    map: Mutex<HashMap<String, Kept>>,
}

impl BrokenStore {
    fn with(defect: Defect) -> Self {
        BrokenStore { defect, map: Mutex::default() }
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn map(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.map.lock().expect("no panic while it is held")
    }

    fn key(&self, key: &str) -> String {
        match self.defect {
            Defect::KeysAreTrimmed => key.trim().to_owned(),
            Defect::KeysIgnoreCase => key.to_lowercase(),
            _ => key.to_owned(),
        }
    }

    fn write(&self, key: &str, record: Record, stale_until: Timestamp) {
        self.map().insert(self.key(key), Kept { record, stale_until });
    }
}

fn number(record: &mut Record) -> Result<&mut i64> {
    match &mut record.value {
        Value::Number(number) => Ok(number),
        _ => Err(Error::new(ErrorKind::NotANumber, "the value is not a whole number")),
    }
}

impl Store for BrokenStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        let (mut map, now) = (self.map(), Timestamp::now());
        let Some(kept) = map.get(&self.key(key)).cloned() else {
            let absent = Error::new(ErrorKind::Store, "no such key");
            return if self.has(Defect::AbsentIsAnError) { Err(absent) } else { Ok(None) };
        };
        if !kept.record.is_live(now) {
            match self.defect {
                Defect::GetHidesExpired => return Ok(None),
                Defect::GetDeletesExpired | Defect::ServerForgetsAtExpiry => {
                    map.remove(&self.key(key));
                    return Ok(None);
                }
                _ => {}
            }
        }
        Ok(Some(kept.record))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "it is the defect")]
    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        let mut record = Record::new(value.clone()).expires_at(expiration.expires_at);
        if self.has(Defect::NumbersAreFloats)
            && let Value::Number(number) = &mut record.value
        {
            *number = *number as f64 as i64;
        }
        if self.has(Defect::SetKeepsTheExpiry)
            && let Some(Kept { record: Record { expires_at: Some(old), .. }, .. }) = self.map().get(key)
        {
            record = record.expires_at(*old);
        }
        self.write(key, record, expiration.stale_until);
        Ok(())
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        let mut map = self.map();
        let live = map.get(&self.key(key)).map(|kept| kept.record.is_live(now));
        if live == Some(false) && self.has(Defect::DeleteKeepsExpired) {
            return Ok(false);
        }
        map.remove(&self.key(key));
        Ok(if self.has(Defect::DeleteSaysTrue) { true } else { live == Some(true) })
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        let key = if self.has(Defect::CountersAreApart) { format!("counter:{key}") } else { self.key(key) };
        let mut map = self.map();
        let mut start = expiration.expires_at;
        if self.has(Defect::IncrementStartsNever) {
            start = Timestamp::NEVER;
        }
        let fresh = Record::new(Value::Number(0)).expires_at(start);
        let live = map.get(&key).map(|kept| &kept.record).filter(|record| record.is_live(expiration.now)).cloned();
        let mut record = live.unwrap_or_else(|| fresh.clone());
        if self.has(Defect::IncrementReplacesText) && number(&mut record).is_err() {
            record = fresh;
        }
        if self.has(Defect::IncrementIsNotAtomic) {
            drop(map);
            thread::yield_now();
            map = self.map();
        }
        let sum = number(&mut record)?;
        let checked = sum.checked_add(by).ok_or_else(|| Error::new(ErrorKind::Overflow, "beyond i64"));
        *sum = if self.has(Defect::IncrementWraps) { sum.wrapping_add(by) } else { checked? };
        let sum = *sum;
        let starts = self.has(Defect::IncrementStartsNever) && !map.contains_key(&key);
        let takes = record.expires_at == Some(Timestamp::NEVER) && expiration.is_explicit && !starts;
        if self.has(Defect::IncrementRenews) || (takes && !self.has(Defect::IncrementKeepsNever)) {
            record = record.expires_at(expiration.expires_at);
        }
        map.insert(key, Kept { record, stale_until: expiration.stale_until });
        Ok(sum)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        let mut map = self.map();
        let before = map.len();
        if prefix.is_empty() && self.has(Defect::EmptyPrefixClearsNothing) {
            return Ok(0);
        }
        let pattern = self.has(Defect::PrefixIsAPattern) && prefix.starts_with(['%', '*', '_', '?']);
        map.retain(|key, _| !(pattern || key.starts_with(prefix)));
        Ok((before - map.len()) as u64)
    }

    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        let mut read: Vec<_> = keys.iter().map(|key| self.get(key)).collect::<Result<_>>()?;
        match self.defect {
            Defect::ReadMultiHidesExpired => {
                let now = Timestamp::now();
                read.iter_mut().for_each(|record| *record = record.take().filter(|record| record.is_live(now)));
            }
            Defect::ReadMultiOmitsAbsent => read.retain(Option::is_some),
            _ => {}
        }
        Ok(read)
    }

    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        if self.has(Defect::BatchesAreBounded) && values.len() > 999 {
            return Err(Error::new(ErrorKind::Store, "too many parameters"));
        }
        for (key, value) in values {
            if !(self.has(Defect::FirstOfAPairStays) && self.map().contains_key(key)) {
                self.set(key, value, expiration)?;
            }
        }
        Ok(())
    }

    fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        let gone = keys.iter().map(|key| self.delete(key, now)).filter(|gone| matches!(gone, Ok(true))).count();
        Ok(if self.has(Defect::DeleteMultiCountsAbsent) { keys.len() } else { gone } as u64)
    }

    fn delete_returning(&self, keys: &[String], now: Timestamp) -> Result<Deleted> {
        let records = self.read_multi(keys)?;
        let live = if self.has(Defect::DeleteReturningOnlyReads) {
            records.iter().flatten().filter(|record| record.is_live(now)).count() as u64
        } else {
            self.delete_multi(keys, now)?
        };
        Ok(Deleted::new(live, records))
    }

    fn expiry(&self, key: &str) -> Result<Option<Timestamp>> {
        let map = self.map();
        let kept = map.get(&self.key(key));
        Ok(kept.map(|kept| if self.has(Defect::ExpiryIsTheWindow) { kept.stale_until } else { kept.record.expiry() }))
    }

    fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
        let mut then = *expiration;
        if self.has(Defect::TouchRevives) {
            then.now = Timestamp::from_millis(0);
        }
        let Some(value) = self.get(key)?.and_then(|record| record.touched(key, &then)) else { return Ok(false) };
        self.set(key, &value, expiration)?;
        Ok(true)
    }

    fn delete_expired(&self, now: Timestamp) -> Result<u64> {
        let mut map = self.map();
        let before = map.len();
        let forgets = self.has(Defect::DeleteExpiredForgetsWindows);
        map.retain(|_, kept| kept.record.is_live(now) || (kept.stale_until > now && !forgets));
        Ok((before - map.len()) as u64)
    }

    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        if self.has(Defect::DispatchAnswersAtRandom) {
            return Dispatch::Done(Ok(Answer::Done));
        }
        Dispatch::Blocking(operation)
    }

    fn name(&self) -> String {
        if self.has(Defect::HasNoName) { String::new() } else { "broken store".to_owned() }
    }
}

/// The lines that a store with a defect breaks, as functions.
fn found(defect: Defect) -> Vec<Broken> {
    broken_lines(move || BrokenStore::with(defect))
}

/// Each defect, and the functions that must find it.
const DEFECTS: &[Expected<Defect>] = &[
    (Defect::GetHidesExpired, &["store::what_has_expired_is_kept_in_real_time"]),
    (Defect::GetDeletesExpired, &["store::what_has_expired_is_kept_in_real_time"]),
    (Defect::ReadMultiHidesExpired, &["store::what_has_expired_is_kept_in_real_time"]),
    (Defect::ServerForgetsAtExpiry, &["store::what_has_expired_is_kept_in_real_time"]),
    (Defect::KeysAreTrimmed, &["store::a_key_is_any_text_of_250_bytes"]),
    (Defect::KeysIgnoreCase, &["store::a_key_is_any_text_of_250_bytes"]),
    (Defect::AbsentIsAnError, &["store::reading_an_absent_key_creates_nothing"]),
    (Defect::NumbersAreFloats, &["store::a_written_value_is_read_back"]),
    (Defect::SetKeepsTheExpiry, &["store_numbers::a_number_is_live_until_its_expiry"]),
    (Defect::DeleteKeepsExpired, &["store::delete_removes_an_expired_value_too"]),
    (Defect::DeleteSaysTrue, &["store::delete_returns_whether_there_was_a_live_value"]),
    (Defect::PrefixIsAPattern, &["store::a_prefix_is_not_a_pattern"]),
    (Defect::EmptyPrefixClearsNothing, &["store::clear_with_an_empty_prefix_removes_everything"]),
    (Defect::ReadMultiOmitsAbsent, &["store::read_multi_answers_in_the_order_of_the_keys"]),
    (Defect::BatchesAreBounded, &["store::batches_of_any_size_work"]),
    (Defect::FirstOfAPairStays, &["store::the_last_value_of_a_repeated_key_is_stored"]),
    (Defect::DeleteMultiCountsAbsent, &["store::delete_multi_returns_how_many_were_deleted"]),
    (Defect::DeleteReturningOnlyReads, &["store::delete_returning_tells_what_was_there"]),
    (Defect::ExpiryIsTheWindow, &["store::expiry_returns_when_a_value_expires"]),
    (Defect::TouchRevives, &["store::touch_replaces_the_expiry", "store_numbers::touch_extends_a_number"]),
    (Defect::DeleteExpiredForgetsWindows, &["store::delete_expired_keeps_live_and_stale_entries"]),
    (Defect::DispatchAnswersAtRandom, &["store::dispatch_gives_the_same_answer_as_run"]),
    (Defect::HasNoName, &["store::it_has_a_name"]),
    (Defect::CountersAreApart, &["store_numbers::increment_adds_to_a_written_number"]),
    (Defect::IncrementRenews, &["store_numbers::a_live_counter_keeps_its_expiry"]),
    (Defect::IncrementKeepsNever, &["store_numbers::a_permanent_counter_takes_an_explicit_expiry"]),
    (Defect::IncrementStartsNever, &["store_numbers::a_counter_starts_from_zero_with_the_given_expiration"]),
    (Defect::IncrementReplacesText, &["store_numbers::incrementing_a_value_that_is_no_number_changes_nothing"]),
    (Defect::IncrementWraps, &["store_numbers::an_overflow_changes_nothing"]),
    (Defect::IncrementIsNotAtomic, &["store_numbers::increments_are_atomic"]),
];

#[test]
fn a_sound_store_breaks_no_line() {
    assert_eq!(found(Defect::None), []);
}

#[test]
fn each_defect_is_found_by_the_line_that_it_breaks() {
    assert_found(DEFECTS, found);
}

/// A bare defect breaks few lines, so that the message is about the defect and not about its consequences.
#[test]
fn the_message_says_the_line_what_was_seen_and_what_to_change() {
    let found = found(Defect::GetHidesExpired);
    let [broken] = &found[..] else { panic!("{found:#?}") };
    let message = broken.to_string();
    for part in [
        "breaks a line of its contract",
        "Store: \"It is kept until `Expiration::stale_until`, because it may be served stale until then.\"",
        "change: Do not compare with the clock of the system in `get` and `read_multi`.",
        "tested by: store::what_has_expired_is_kept_in_real_time",
        "it has expired, and may be served stale for ten minutes",
    ] {
        assert!(message.contains(part), "{part:?} is missing in:\n{message}");
    }
}

mod of_a_test {
    use super::{BrokenStore, Defect};

    /// The tests that the macros make, as functions to call.
    macro_rules! failing {
        ($check:ident, $name:literal, $test:expr) => {
            *std::panic::catch_unwind(|| cache_store_suite::$check($name, $test))
                .expect_err("the store is broken")
                .downcast::<String>()
                .expect("a message")
        };
    }

    #[test]
    fn a_failing_test_of_a_store_says_the_same() {
        let message = failing!(check_store, "store_numbers::increments_are_atomic", || {
            cache_store_suite::store_numbers::increments_are_atomic(&BrokenStore::with(Defect::IncrementIsNotAtomic));
        });
        assert!(message.contains("Store::increment: \"Adds to a whole number atomically"), "{message}");
        assert!(message.contains("change: Read, add and write in one step"), "{message}");
    }

    #[test]
    fn a_failing_test_of_a_cache_says_where_to_look_in_the_store() {
        let message = failing!(check_cache, "namespaces::clearing_the_root_clears_every_namespace", || {
            let cache = cache_runtime::Cache::new(BrokenStore::with(Defect::EmptyPrefixClearsNothing));
            let cache = cache_store_suite::TestCache::new(cache_store_suite::Api::Blocking, cache);
            cache_store_suite::namespaces::clearing_the_root_clears_every_namespace(&cache);
        });
        assert!(message.contains("`run_store!`") && message.contains("the prefix of `clear`"), "{message}");
    }
}
