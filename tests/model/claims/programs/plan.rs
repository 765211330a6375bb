//! What programs consist of: processes, callers, batches and changes.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use crate::bodies::{
    self, BodyPanic, Habit, Running, announce, body, body_of_refresh, caught, check, name, oldest, value,
};
use crate::connection::Connection;
use crate::explorer::{First, Rng};
use crate::model_store::ModelStore;
use crate::scheduler::{self, Choose, Fate, ProcessId, is_dead, now};
use crate::single_flight::flights;
use crate::store::{Expiration, Store, Timestamp, Value};
use crate::{AsyncCache, Cache, Delay};

/// A program, whose tasks `set_up` starts.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// Whether it draws what it consists of.
    pub(crate) is_random: bool,
    pub(crate) set_up: fn(&mut Plan),
}

/// How long a claim lasts that is not renewed.
const LEASE: Duration = Duration::from_millis(900);

/// The window of stale values.
const WINDOW: u64 = 600;

/// Longer than any pause after a failure.
const AFTER_PAUSES: Duration = Duration::from_secs(31);

const TAG: &str = "tag";

/// How a caller sees its cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Plain,
    Shared,
    Window,
    Background,
    Tagged,
}

/// How a key is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Delete,
    Set,
    Clear,
    DeleteTag,
    Refresh,
}

/// A call of one key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    process: ProcessId,
    key: usize,
    view: View,
    habit: Habit,
    fate: Fate,
    /// Whether it waits for nobody: it computes, or has a value without any time passing.
    is_at_once: bool,
}

impl Caller {
    pub(crate) fn new(process: ProcessId, view: View) -> Self {
        Caller { process, key: 0, view, habit: Habit::Succeeds, fate: Fate::Ends, is_at_once: false }
    }

    pub(crate) fn of(self, key: usize) -> Self {
        Caller { key, ..self }
    }

    pub(crate) fn whose_body(self, habit: Habit) -> Self {
        Caller { habit, ..self }
    }

    pub(crate) fn may_be_dropped(self) -> Self {
        Caller { fate: Fate::MayBeDropped, ..self }
    }

    pub(crate) fn at_once(self) -> Self {
        Caller { is_at_once: true, ..self }
    }
}

/// The processes of one interleaving, and what must be true at its end.
pub(crate) struct Plan {
    store: Arc<ModelStore>,
    caches: Vec<AsyncCache>,
    rng: Rng,
    /// The views and keys that were used.
    used: Vec<(View, usize)>,
    was_stale: bool,
    somebody_may_die: bool,
    most_bodies: Option<fn() -> u32>,
}

impl Program {
    /// Runs one interleaving, and checks its end, unless the chooser gives it up.
    pub(crate) fn run(&self, seed: u64, chooser: &mut dyn Choose, is_traced: bool) {
        scheduler::begin(is_traced);
        bodies::begin();
        let mut plan = Plan {
            store: Arc::new(ModelStore::new(now)),
            caches: Vec::new(),
            rng: Rng(seed),
            used: Vec::new(),
            was_stale: false,
            somebody_may_die: false,
            most_bodies: None,
        };
        (self.set_up)(&mut plan);
        if scheduler::run(chooser) {
            plan.check_end();
        }
    }
}

/// What is drawn.
impl Plan {
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.rng.below(limit.into())).expect("a small number")
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.rng.chance(percent)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        self.rng.pick(from)
    }

    pub(crate) fn caller(&mut self, views: &[View], habits: &[Habit]) -> Caller {
        let processes = u32::try_from(self.caches.len()).expect("few processes");
        let caller = Caller::new(self.below(processes), self.pick(views)).whose_body(self.pick(habits));
        if self.chance(40) { caller.may_be_dropped() } else { caller }
    }

    pub(crate) fn sometimes_dies(&mut self) {
        if self.caches.len() > 1 && self.chance(25) {
            self.may_die(0);
        }
    }
}

impl Plan {
    /// Starts so many processes.
    pub(crate) fn processes(&mut self, count: u32) {
        for process in 0..count {
            let connection = Connection { process, store: Arc::clone(&self.store) };
            let builder = Cache::builder(connection).shared_lease(LEASE).stall_timeout(Duration::from_secs(60));
            self.caches.push(builder.build().to_async());
        }
    }

    /// Lets the first key have expired, and its source have changed since.
    pub(crate) fn stale_value(&mut self) {
        let written = Timestamp::from_millis(1_600_000_000_000);
        let now = self.caches[0].handle.now();
        let expiration = Expiration::new(written, now.before(Duration::from_secs(1)));
        let stale = Value::Number(i64::try_from(value(0, 0)).expect("a small number"));
        self.store.set(&name(0), &stale, &expiration).expect("the store does not fail");
        bodies::outdate(0);
        self.was_stale = true;
    }

    /// Lets a process die at any point.
    pub(crate) fn may_die(&mut self, process: ProcessId) {
        scheduler::may_die(process);
        self.somebody_may_die = true;
    }

    /// How many bodies may have begun at the end.
    pub(crate) fn most_bodies(&mut self, most: fn() -> u32) {
        self.most_bodies = Some(most);
    }

    fn cache(&self, process: ProcessId) -> AsyncCache {
        self.caches[process as usize].clone()
    }

    fn uses(&mut self, view: View, keys: &[usize]) {
        for key in keys {
            if !self.used.contains(&(view, *key)) {
                self.used.push((view, *key));
            }
        }
    }

    pub(crate) fn call(&mut self, caller: Caller) {
        self.uses(caller.view, &[caller.key]);
        let cache = self.cache(caller.process);
        scheduler::spawn(caller.process, caller.fate, async move {
            call(cache, caller).await;
        });
    }

    /// Calls the first key, whose body calls the second one.
    pub(crate) fn circle(&mut self, process: ProcessId, [outer, inner]: [usize; 2]) {
        self.uses(View::Shared, &[outer, inner]);
        let (cache, inner_cache) = (self.cache(process).shared(), self.cache(process).shared());
        scheduler::spawn(process, Fate::Ends, async move {
            let (oldest, outer_name, inner_name) = (oldest(outer).await, name(outer), name(inner));
            let compute_inner = async || body(inner, Habit::Succeeds).await.expect("it succeeds");
            let called = cache.get_or_set(&outer_name, async || {
                check(inner, inner_cache.get_or_set(&inner_name, compute_inner).await, 0);
                body(outer, Habit::Succeeds).await.expect("it succeeds")
            });
            check(outer, called.await, oldest);
        });
    }

    /// Calls several keys at once. The body leaves one of them out.
    pub(crate) fn batch(&mut self, process: ProcessId, keys: &[usize], left_out: Option<usize>, fate: Fate) {
        self.uses(View::Plain, keys);
        let (cache, keys) = (self.cache(process), keys.to_vec());
        scheduler::spawn(process, fate, async move {
            let mut expected = Vec::new();
            for key in keys {
                expected.push((key, oldest(key).await));
            }
            let names = expected.iter().map(|(key, _)| name(*key));
            let values = cache.get_or_set_multi(names, |missing| batch_body(missing, left_out)).await;
            for (key, oldest) in expected {
                match values.get(&name(key)) {
                    Some(value) => check(key, *value, oldest),
                    None => assert_eq!(left_out, Some(key), "k{key} has no value"),
                }
            }
        });
    }

    /// Changes the source of the first key, and tells the cache of a process.
    pub(crate) fn change(&mut self, process: ProcessId, change: Change, fate: Fate) {
        let cache = self.cache(process);
        scheduler::spawn(process, fate, make(cache, change));
    }

    /// Changes the first key in a process, and then calls it, maybe in another one.
    pub(crate) fn change_and_call(&mut self, process: ProcessId, change: Change, caller: Caller) {
        self.uses(caller.view, &[caller.key]);
        let (changing, calling) = (self.cache(process), self.cache(caller.process));
        scheduler::spawn(caller.process, caller.fate, async move {
            make(changing, change).await;
            call(calling, caller).await;
        });
    }
}

/// Changes the source of the first key, and tells the cache.
async fn make(cache: AsyncCache, change: Change) {
    let key = 0;
    let version = bodies::change(key).await;
    let name = name(key);
    match change {
        Change::Delete => drop(cache.delete(&name).await.expect("the store does not fail")),
        Change::Set => cache.set(&name, &value(key, version)).await.expect("the store does not fail"),
        Change::Clear => drop(cache.clear().await.expect("the store does not fail")),
        Change::DeleteTag => drop(cache.delete_tag(TAG).await.expect("the store does not fail")),
        Change::Refresh => {
            let refreshed = cache.refresh(&name, async || body_of_refresh(key).await).await;
            check(key, refreshed, value(key, version));
        }
    }
    announce(key, version).await;
}

async fn call(cache: AsyncCache, caller: Caller) -> Option<u64> {
    let Caller { key, view, habit, is_at_once, .. } = caller;
    let (oldest, begun) = (oldest(key).await, now());
    let has_run = Arc::new(AtomicBool::new(false));
    let runs = Arc::clone(&has_run);
    let compute = move || async move {
        runs.store(true, SeqCst);
        body(key, habit).await
    };
    let (name, in_window) = (name(key), cache.race_ttl(WINDOW));
    let called = match view {
        View::Plain => caught(cache.try_get_or_set(&name, compute)).await,
        View::Shared => caught(cache.shared().try_get_or_set(&name, compute)).await,
        View::Window => caught(in_window.try_get_or_set(&name, compute)).await,
        View::Background => caught(in_window.background().try_get_or_set(&name, compute)).await,
        View::Tagged => caught(cache.tags([TAG]).try_get_or_set(&name, compute)).await,
    };
    let has_run = has_run.load(SeqCst);
    let waited = is_at_once && (view == View::Background || !has_run) && now() != begun;
    assert!(!waited, "the caller of a stale value waited");
    match called {
        Ok(Ok(found)) => {
            check(key, found, oldest);
            Some(found)
        }
        Ok(Err(())) => {
            assert!(has_run && habit == Habit::Fails, "somebody else's error");
            None
        }
        Err(BodyPanic) => {
            assert!(has_run && habit == Habit::Panics, "somebody else's panic");
            None
        }
    }
}

async fn batch_body(missing: Vec<String>, left_out: Option<usize>) -> HashMap<String, u64> {
    let mut running = Vec::new();
    for name in missing {
        let key = name[1..].parse().expect("the number of a key");
        running.push((name, key, Running::begin(key, true).await));
    }
    let mut values = HashMap::new();
    for (name, key, running) in running {
        let habit = if left_out == Some(key) { Habit::Fails } else { Habit::Succeeds };
        values.extend(running.end(habit).await.ok().map(|value| (name, value)));
    }
    values
}

/// What must be true at the end.
impl Plan {
    fn check_end(&self) {
        if let Some(most) = self.most_bodies {
            let (bodies, most) = (bodies::bodies(), most());
            assert!(bodies <= most, "{bodies} bodies instead of {most}");
        }
        self.check_nothing_is_left();
        for (process, cache) in (0..).zip(&self.caches).filter(|(process, _)| !is_dead(*process)) {
            for (view, key) in &self.used {
                self.call_again(cache, Caller::new(process, *view).of(*key));
            }
        }
        self.check_nothing_is_left();
    }

    fn check_nothing_is_left(&self) {
        assert!(flights().is_empty(), "a flight is left");
        assert!(!scheduler::anything_left_to_check(), "a claim is still renewed");
        let claimed = self.store.claimed();
        assert!(claimed.is_empty() || self.somebody_may_die, "claims are left: {claimed:?}");
    }

    /// A new call computes or hits at once; only the claim of a process that died holds it up.
    fn call_again(&self, cache: &AsyncCache, caller: Caller) {
        let may_wait = self.somebody_may_die;
        let outdated = self.was_stale && caller.key == 0;
        // In a window, others are served the stale value during the pause after a failure; in the background, the first one
        // after it as well.
        for round in 0..if outdated { 2 } else { 1 } {
            let cache = cache.clone();
            scheduler::spawn(caller.process, Fate::Ends, async move {
                if outdated && round == 0 {
                    Delay::new(AFTER_PAUSES).await;
                }
                let begun = now();
                let found = call(cache, caller).await.expect("its body succeeds");
                assert!(may_wait || now() == begun, "something holds a new call up");
                assert!(!outdated || round == 0 || found > value(caller.key, 0), "nobody recomputes");
            });
            assert!(scheduler::run(&mut First), "it is not given up");
        }
    }
}
