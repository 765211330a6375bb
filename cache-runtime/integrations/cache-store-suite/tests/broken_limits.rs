//! Stores that count within bounds with one defect each: the suite finds it, quotes the line of the contract, and says what to
//! change.

mod defects;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use cache_runtime::store::{
    Answer, Count, Counted, Dispatch, Expiration, Limits, Next, Operation, Record, Step, Timestamp, Value,
};
use cache_runtime::{Error, ErrorKind, Result, Store};
use cache_store_suite::{Broken, broken_lines};

use self::defects::{Expected, assert_found, without_defect};

/// What is wrong with the counts of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    None,
    ReachesNoBound,
    ExceedsBounds,
    TakesStepsOneByOne,
    CountsAreApart,
    StartsCountsOfNothing,
    RenewsCounters,
    MomentsKeepTheirExpiry,
    MomentsIgnoreTheirFloor,
    RepairsNothing,
    TellsNoExpiry,
    ReplacesTexts,
    CountsBeforeItLooks,
    ForgetsToSubtract,
    LooksAndCountsInTwoSteps,
    DispatchGrantsEverything,
}

/// A store over a map, sound but for one defect.
struct BrokenStore {
    defect: Defect,
    map: Mutex<HashMap<String, Record>>,
}

impl BrokenStore {
    fn with(defect: Defect) -> Self {
        BrokenStore { defect, map: Mutex::default() }
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    fn map(&self) -> MutexGuard<'_, HashMap<String, Record>> {
        self.map.lock().expect("no panic while it is held")
    }

    fn key(&self, step: &Step) -> String {
        if self.has(Defect::CountsAreApart) { format!("count:{}", step.key) } else { step.key.clone() }
    }

    /// The old count of a step.
    fn old(&self, map: &HashMap<String, Record>, step: &Step) -> Result<Option<Count>> {
        let Some(record) = map.get(&self.key(step)).filter(|record| record.is_live(step.expiration.now)) else {
            return Ok(None);
        };
        match &record.value {
            Value::Number(value) => Ok(Some(Count { value: *value, expires_at: record.expiry() })),
            _ if self.has(Defect::ReplacesTexts) => Ok(None),
            _ => Err(Error::new(ErrorKind::NotANumber, "the value is not a whole number")),
        }
    }

    /// What a step would do, with the defect.
    fn next(&self, step: &Step, old: Option<Count>) -> Next {
        let mut step = step.clone();
        match self.defect {
            Defect::ReachesNoBound => step.at_most -= 1,
            Defect::ExceedsBounds => step.at_most += 1,
            Defect::MomentsIgnoreTheirFloor => step.floor = step.floor.map(|_| 0),
            Defect::ForgetsToSubtract => step.by = step.by.max(0),
            _ => {}
        }
        let mut next = step.next(old);
        let fresh = step.expiration.expires_at;
        match self.defect {
            Defect::StartsCountsOfNothing if old.is_none() => {
                next.granted = next.granted.or(Some(Count { value: 0, expires_at: fresh }));
            }
            Defect::RenewsCounters => {
                next.granted = next.granted.map(|count| Count { expires_at: fresh, ..count });
            }
            Defect::MomentsKeepTheirExpiry => {
                let kept = old.map_or(fresh, |old| old.expires_at);
                next.granted = next.granted.map(|count| Count { expires_at: kept, ..count });
            }
            Defect::RepairsNothing => next.refused = old,
            _ => {}
        }
        next
    }

    fn write(&self, map: &mut HashMap<String, Record>, step: &Step, count: Option<Count>) {
        if let Some(count) = count {
            map.insert(self.key(step), Record::new(Value::Number(count.value)).expires_at(count.expires_at));
        }
    }
}

impl Store for BrokenStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        Ok(self.map().get(key).cloned())
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        let record = Record::new(value.clone()).expires_at(expiration.expires_at);
        self.map().insert(key.to_owned(), record);
        Ok(())
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        Ok(self.map().remove(key).is_some_and(|record| record.is_live(now)))
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        let mut map = self.map();
        let live = map.get(key).filter(|record| record.is_live(expiration.now)).cloned();
        let mut record = live.unwrap_or_else(|| Record::new(Value::Number(0)).expires_at(expiration.expires_at));
        let Value::Number(number) = &mut record.value else {
            return Err(Error::new(ErrorKind::NotANumber, "the value is not a whole number"));
        };
        *number = number.checked_add(by).ok_or_else(|| Error::new(ErrorKind::Overflow, "beyond i64"))?;
        let sum = *number;
        if expiration.is_explicit && record.expires_at == Some(Timestamp::NEVER) {
            record = record.expires_at(expiration.expires_at);
        }
        map.insert(key.to_owned(), record);
        Ok(sum)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        let mut map = self.map();
        let before = map.len();
        map.retain(|key, _| !key.starts_with(prefix));
        Ok((before - map.len()) as u64)
    }

    fn limits(&self) -> Option<&dyn Limits> {
        Some(self)
    }

    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        match &operation {
            Operation::CountWithin { steps } if self.has(Defect::DispatchGrantsEverything) => {
                let counts = vec![None; steps.len()];
                Dispatch::Done(Ok(Answer::Counted(Counted { granted: true, counts })))
            }
            _ => Dispatch::Blocking(operation),
        }
    }
}

impl Limits for BrokenStore {
    fn count_within(&self, steps: &[Step]) -> Result<Counted> {
        let mut map = self.map();
        let mut next = Vec::new();
        for step in steps {
            let planned = self.next(step, self.old(&map, step)?);
            if self.has(Defect::CountsBeforeItLooks) {
                self.write(&mut map, step, planned.granted);
            }
            next.push(planned);
        }
        if self.has(Defect::LooksAndCountsInTwoSteps) {
            drop(map);
            thread::sleep(Duration::from_micros(100));
            map = self.map();
        }
        let granted = next.iter().all(|next| next.passes);
        let counts = steps.iter().zip(next).map(|(step, next)| {
            let taken = if self.has(Defect::TakesStepsOneByOne) { next.passes } else { granted };
            let count = if taken { next.granted } else { next.refused };
            self.write(&mut map, step, count);
            let told = |count: Count| {
                let expires_at =
                    if self.has(Defect::TellsNoExpiry) { Timestamp::from_millis(0) } else { count.expires_at };
                Count { expires_at, ..count }
            };
            count.map(told)
        });
        Ok(Counted { granted, counts: counts.collect() })
    }
}

/// The lines that a store with a defect breaks.
fn found(defect: Defect) -> Vec<Broken> {
    broken_lines(move || BrokenStore::with(defect))
}

/// Each defect, and the function that must find it.
const DEFECTS: &[Expected<Defect>] = &[
    (Defect::ReachesNoBound, &["limits::a_count_grows_up_to_its_bound"]),
    (Defect::ExceedsBounds, &["limits::a_count_grows_up_to_its_bound"]),
    (Defect::TakesStepsOneByOne, &["limits::all_steps_are_taken_or_none"]),
    (Defect::CountsAreApart, &["limits::a_count_is_a_number"]),
    (Defect::StartsCountsOfNothing, &["limits::nothing_starts_no_count"]),
    (Defect::RenewsCounters, &["limits::a_counter_keeps_its_expiry"]),
    (Defect::MomentsKeepTheirExpiry, &["limits::a_moment_is_renewed"]),
    (Defect::MomentsIgnoreTheirFloor, &["limits::a_moment_is_renewed"]),
    (Defect::RepairsNothing, &["limits::counts_of_the_future_are_repaired"]),
    (Defect::TellsNoExpiry, &["limits::the_expiry_is_told"]),
    (Defect::ReplacesTexts, &["limits::counting_a_value_that_is_no_number_changes_nothing"]),
    (Defect::CountsBeforeItLooks, &["limits::counting_a_value_that_is_no_number_changes_nothing"]),
    (Defect::ForgetsToSubtract, &["limits::it_agrees_with_the_description_of_a_step"]),
    (Defect::LooksAndCountsInTwoSteps, &["limits::counting_is_atomic"]),
    (Defect::DispatchGrantsEverything, &["limits::a_task_counts_within_bounds_too"]),
];

#[test]
fn a_store_with_sound_counts_breaks_no_line() {
    assert_eq!(found(Defect::None), []);
}

#[test]
fn each_defect_of_counts_is_found_by_the_line_that_it_breaks() {
    assert_found(DEFECTS, found);
}

#[test]
fn each_line_on_counts_has_its_defect() {
    assert_eq!(without_defect("limits::", DEFECTS), [""; 0]);
}

#[test]
fn the_message_is_about_the_counts() {
    let found = found(Defect::TellsNoExpiry);
    let [broken] = &found[..] else { panic!("{found:#?}") };
    let message = broken.to_string();
    for part in [
        "breaks a line of its contract",
        "Limits::count_within: \"Returns the counts afterwards, in the order of the steps.\"",
        "change: Return each count with the expiry that it has afterwards, `Timestamp::NEVER` if it has none.",
        "tested by: limits::the_expiry_is_told",
    ] {
        assert!(message.contains(part), "{part:?} is missing in:\n{message}");
    }
}

/// The lines are tested because the store says that it counts within bounds.
#[test]
fn a_store_that_does_not_count_within_bounds_is_not_tested_for_it() {
    struct WithoutLimits(BrokenStore);

    impl Store for WithoutLimits {
        fn get(&self, key: &str) -> Result<Option<Record>> {
            self.0.get(key)
        }
        fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
            self.0.set(key, value, expiration)
        }
        fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
            self.0.delete(key, now)
        }
        fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
            self.0.increment(key, by, expiration)
        }
        fn clear(&self, prefix: &str) -> Result<u64> {
            self.0.clear(prefix)
        }
    }

    assert_eq!(broken_lines(|| WithoutLimits(BrokenStore::with(Defect::ExceedsBounds))), []);
}
