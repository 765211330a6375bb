//! The contract of a [`Store`]: its lines about counts within bounds, for stores that have them.

use std::thread;
use std::time::Duration;

use cache_runtime::ErrorKind;
use cache_runtime::store::{Answer, Count, Counted, Expiration, Operation, Step, Store, Timestamp, Value};

use crate::fixtures::{NumberClock, answer_for_a_task, entry, kept, ten_seconds};

fn step(key: &str, by: i64, at_most: i64) -> Step {
    Step::new(key, by, at_most, ten_seconds())
}

fn moment(key: &str, by: i64, at_most: i64, floor: i64) -> Step {
    let mut step = step(key, by, at_most);
    step.floor = Some(floor);
    step
}

fn take(store: &dyn Store, steps: &[Step]) -> Counted {
    store.limits().expect("it counts within bounds").count_within(steps).unwrap()
}

/// Whether the steps were taken, and the numbers afterwards.
fn taken(store: &dyn Store, steps: &[Step]) -> (bool, Vec<Option<i64>>) {
    let counted = take(store, steps);
    (counted.granted, counted.counts.iter().map(|count| count.map(|count| count.value)).collect())
}

/// A count grows up to its bound and not above.
pub fn a_count_grows_up_to_its_bound(store: &dyn Store) {
    assert_eq!(taken(store, &[step("n", 2, 3)]), (true, vec![Some(2)]));
    assert_eq!(taken(store, &[step("n", 2, 3)]), (false, vec![Some(2)]));
    assert_eq!(taken(store, &[step("n", 1, 3)]), (true, vec![Some(3)]));
    assert_eq!(taken(store, &[step("n", 1, 3)]), (false, vec![Some(3)]));
}

/// All steps are taken, or none of them.
pub fn all_steps_are_taken_or_none(store: &dyn Store) {
    let (free, full) = (step("{a}free", 1, 10), step("{a}full", 1, 1));
    assert_eq!(taken(store, &[free.clone(), full.clone()]), (true, vec![Some(1), Some(1)]));
    assert_eq!(taken(store, &[free.clone(), full.clone()]), (false, vec![Some(1), Some(1)]));
    assert_eq!(taken(store, &[full, free]), (false, vec![Some(1), Some(1)]));
}

/// A count is a number, as `increment` and `set` write it.
pub fn a_count_is_a_number(store: &dyn Store) {
    store.set("n", &Value::Number(4), &ten_seconds()).unwrap();
    assert_eq!(taken(store, &[step("n", 1, 9)]), (true, vec![Some(5)]));
    assert_eq!(store.increment("n", 1, &ten_seconds()).unwrap(), 6);
    assert_eq!(kept(store, "n"), Some(Value::Number(6)));
}

/// An absent count is `None`; to add nothing, or to take away, starts none.
pub fn nothing_starts_no_count(store: &dyn Store) {
    assert_eq!(taken(store, &[step("n", 0, 9)]), (true, vec![None]));
    assert_eq!(taken(store, &[step("n", -1, 9)]), (true, vec![None]));
    assert_eq!(kept(store, "n"), None);
    assert_eq!(taken(store, &[step("n", 3, 9)]), (true, vec![Some(3)]));
    assert_eq!(taken(store, &[step("n", -1, 9)]), (true, vec![Some(2)]));
    assert_eq!(taken(store, &[step("n", -5, 9)]), (true, vec![Some(0)]));
}

/// A counter keeps the expiry with which it started, and starts again afterwards.
pub fn a_counter_keeps_its_expiry(store: &dyn Store) {
    let mut clock = NumberClock::of(store);
    let counted = |expiration| taken(store, &[Step::new("n", 1, 2, expiration)]);
    assert_eq!(counted(clock.expiration(2)), (true, vec![Some(1)]));
    clock.pass(1);
    assert_eq!(counted(clock.expiration(2)), (true, vec![Some(2)]));
    assert_eq!(counted(clock.expiration(2)), (false, vec![Some(2)]));
    clock.pass(1);
    assert_eq!(counted(clock.expiration(2)), (true, vec![Some(1)]));
}

/// A moment is at least its floor, and every change gives it a new expiry.
pub fn a_moment_is_renewed(store: &dyn Store) {
    let mut clock = NumberClock::of(store);
    let counted = |expiration, floor| {
        let mut step = Step::new("n", 1, floor + 5, expiration);
        step.floor = Some(floor);
        taken(store, &[step])
    };
    assert_eq!(counted(clock.expiration(2), 100), (true, vec![Some(101)]));
    clock.pass(1);
    assert_eq!(counted(clock.expiration(2), 100), (true, vec![Some(102)]));
    clock.pass(1);
    assert_eq!(counted(clock.expiration(2), 100), (true, vec![Some(103)]));
    assert_eq!(counted(clock.expiration(2), 200), (true, vec![Some(201)]));
}

/// A moment above its bound is lowered to it, and a counter that would outlive a new one expires with it: a clock was set
/// back.
pub fn counts_of_the_future_are_repaired(store: &dyn Store) {
    assert_eq!(taken(store, &[moment("m", 1000, 1000, 0)]), (true, vec![Some(1000)]));
    assert_eq!(taken(store, &[moment("m", 1, 10, 0)]), (false, vec![Some(10)]));
    let now = ten_seconds().now;
    take(store, &[Step::new("n", 1, 1, Expiration::new(now, now.after(Duration::from_secs(3600))))]);
    let counted = take(store, &[step("n", 1, 1)]);
    assert!(!counted.granted);
    let left = counted.counts[0].expect("it is there").expires_at.since(now);
    assert!(left <= Duration::from_secs(11), "{left:?}");
}

/// What the store tells about an expiry is right.
pub fn the_expiry_is_told(store: &dyn Store) {
    let now = ten_seconds().now;
    let Count { expires_at, .. } = take(store, &[step("n", 1, 1)]).counts[0].expect("it was counted");
    let left = expires_at.since(now);
    assert!(left > Duration::from_secs(8) && left <= Duration::from_secs(11), "{left:?}");
    let endless = Expiration::new(now, Timestamp::NEVER);
    assert_eq!(
        take(store, &[Step::new("never", 1, 1, endless)]).counts[0].expect("it was counted").expires_at,
        Timestamp::NEVER
    );
}

/// A value that is no number is an error, and nothing is changed.
pub fn counting_a_value_that_is_no_number_changes_nothing(store: &dyn Store) {
    let (value, expiration) = entry("12", 10);
    store.set("{a}text", &value, &expiration).unwrap();
    let limits = store.limits().expect("it counts within bounds");
    let error = limits.count_within(&[step("{a}n", 1, 9), step("{a}text", 1, 9)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotANumber);
    assert_eq!((kept(store, "{a}n"), kept(store, "{a}text")), (None, Some(value)));
}

/// The store does what `Step::next` says.
pub fn it_agrees_with_the_description_of_a_step(store: &dyn Store) {
    let mut seed = 7_u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((seed >> 33) % below).unwrap_or(0)
    };
    let mut model: [Option<Count>; 3] = [None; 3];
    for round in 0..500 {
        let steps: Vec<Step> = ["{a}0", "{a}1", "{a}2"]
            .iter()
            .map(|key| {
                let mut step = step(key, random(6) - 2, random(20));
                // The last count is a moment.
                step.floor = key.ends_with('2').then(|| random(12));
                step
            })
            .collect();
        let next: Vec<_> = steps.iter().zip(model).map(|(step, old)| step.next(old)).collect();
        let granted = next.iter().all(|next| next.passes);
        model = std::array::from_fn(|at| if granted { next[at].granted } else { next[at].refused });
        let expected = (granted, model.iter().map(|count| count.map(|count| count.value)).collect());
        assert_eq!(taken(store, &steps), expected, "in round {round}: {steps:#?}");
    }
}

/// Counting is atomic.
pub fn counting_is_atomic(store: &dyn Store) {
    let granted: usize = thread::scope(|scope| {
        let one = || scope.spawn(|| (0..50).filter(|_| take(store, &[step("n", 1, 100)]).granted).count());
        let started: Vec<_> = (0..8).map(|_| one()).collect();
        started.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    assert_eq!(granted, 100);
}

/// A task gets the answer of the method.
pub fn a_task_counts_within_bounds_too(store: &dyn Store) {
    let count = || answer_for_a_task(store, Operation::CountWithin { steps: vec![step("n", 1, 1)].into() });
    let granted = |answer| match answer {
        Answer::Counted(counted) => counted.granted,
        other => panic!("{other:?}"),
    };
    assert!(granted(count()));
    assert!(!granted(count()));
}
