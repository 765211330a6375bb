//! A store that fails, delays or hangs when it is told to.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::store::{Claim, Claims, ClaimsOrNone, Dispatch, Expiration, Operation, Record, Store, Timestamp, Value};
use crate::{Cache, Error, ErrorKind, Result};

/// A store that works until it is told to fail, to delay or to hang.
///
/// It stands around any other store. Clones are one store: give one to a cache, and keep another to tell it what to do
/// and to see what it was asked. Under a scope the cache's own clock is moved by hand; delays are in real time.
///
/// ```
/// use cache_runtime::{Cache, cached, testing};
/// use cache_runtime::testing::Chaos;
///
/// #[cached(key = "price:{sku}", expires_in = "5m")]
/// fn price(sku: u32) -> u32 {
///     sku * 100
/// }
///
/// let chaos = Chaos::over(&Cache::memory());
/// let cache = Cache::new(chaos.clone());
/// let _scope = testing::scope(cache.clone());
///
/// chaos.fail_writes(true);
/// assert_eq!(price(7), 700); // it was computed and could not be kept, which is not the caller's failure
/// assert_eq!(chaos.count("set"), 1);
/// assert!(!cache.exists("price:7")?);
///
/// chaos.fail(true);
/// assert_eq!(price(7), 700); // it is computed each time
/// assert!(cache.get::<u32>("price:7").is_err()); // who asks by hand is told
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Clone)]
pub struct Chaos {
    store: Arc<dyn Store>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    plan: Mutex<Plan>,
    /// Told when what hangs is let go.
    let_go: Condvar,
}

#[derive(Debug, Default)]
struct Plan {
    fails: bool,
    fails_writes: bool,
    fails_next: u64,
    delay: Duration,
    hangs: bool,
    counts: BTreeMap<&'static str, u64>,
}

/// To make one.
impl Chaos {
    /// Stands around a store.
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        Chaos { store: Arc::new(store), shared: Arc::default() }
    }

    /// Stands around the store of a cache, whose own operations go past it.
    #[must_use]
    pub fn over(cache: &Cache) -> Self {
        Chaos { store: Arc::clone(cache.handle.core.store.store()), shared: Arc::default() }
    }
}

/// What it is to do, for operations that begin from now on.
impl Chaos {
    /// Every operation fails with [`ErrorKind::Unavailable`], until it is told `false`.
    pub fn fail(&self, fails: bool) {
        self.plan().fails = fails;
    }

    /// Every operation that writes fails so, as on a full disk, until it is told `false`.
    pub fn fail_writes(&self, fails: bool) {
        self.plan().fails_writes = fails;
    }

    /// The next `count` operations fail so, whatever they are.
    pub fn fail_next(&self, count: u64) {
        self.plan().fails_next = count;
    }

    /// Every operation takes so long before it is done, or fails. [`Duration::ZERO`] ends that.
    pub fn delay(&self, delay: Duration) {
        self.plan().delay = delay;
    }

    /// Every operation hangs until it is told `false`; then those that hang go on.
    pub fn hang(&self, hangs: bool) {
        self.plan().hangs = hangs;
        self.shared.let_go.notify_all();
    }
}

/// What it was asked.
impl Chaos {
    /// How often a method of [`Store`] was called, as `"get"` or `"write_multi"`, whether it failed or not.
    pub fn count(&self, method: &str) -> u64 {
        self.plan().counts.get(method).copied().unwrap_or(0)
    }

    /// How many calls there were of all methods.
    pub fn total(&self) -> u64 {
        self.plan().counts.values().sum()
    }
}

/// How it does it.
impl Chaos {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.shared.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call, waits as long as planned, and fails if that is planned.
    fn meddle(&self, operation: &'static str) -> Result<&dyn Store> {
        let mut plan = self.plan();
        *plan.counts.entry(operation).or_default() += 1;
        let fails = plan.fails(operation);
        plan.fails_next = plan.fails_next.saturating_sub(1);
        let delay = plan.delay;
        while plan.hangs {
            plan = self.shared.let_go.wait(plan).unwrap_or_else(PoisonError::into_inner);
        }
        drop(plan);
        thread::sleep(delay);
        if fails { Err(Error::new(ErrorKind::Unavailable, "told to fail")) } else { Ok(&*self.store) }
    }
}

impl Plan {
    fn waits(&self) -> bool {
        self.hangs || self.delay > Duration::ZERO
    }

    fn fails(&self, operation: &str) -> bool {
        let writes = !matches!(operation, "get" | "read_multi" | "expiry");
        self.fails || self.fails_next > 0 || (self.fails_writes && writes)
    }
}

impl Store for Chaos {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.meddle("get")?.get(key)
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        self.meddle("set")?.set(key, value, expiration)
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.meddle("delete")?.delete(key, now)
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        self.meddle("increment")?.increment(key, by, expiration)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.meddle("clear")?.clear(prefix)
    }

    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        self.meddle("read_multi")?.read_multi(keys)
    }

    fn expiry(&self, key: &str) -> Result<Option<Timestamp>> {
        self.meddle("expiry")?.expiry(key)
    }

    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        self.meddle("write_multi")?.write_multi(values, expiration)
    }

    fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        self.meddle("delete_multi")?.delete_multi(keys, now)
    }

    fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
        self.meddle("touch")?.touch(key, expiration)
    }

    fn delete_expired(&self, now: Timestamp) -> Result<u64> {
        self.meddle("delete_expired")?.delete_expired(now)
    }

    fn claims(&self) -> Option<&dyn Claims> {
        self.store.claims().map(|_| self as &dyn Claims)
    }

    /// What waits does so on a thread that may. What would block in the store beneath comes back to the methods above.
    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        let name = operation.name();
        let (waits, fails) = {
            let plan = self.plan();
            (plan.waits(), plan.fails(name))
        };
        if waits {
            return Dispatch::Blocking(operation);
        }
        if fails {
            return Dispatch::Done(operation.run(self));
        }
        let begun = self.store.dispatch(operation);
        if !matches!(begun, Dispatch::Blocking(_)) {
            *self.plan().counts.entry(name).or_default() += 1;
        }
        begun
    }

    fn name(&self) -> String {
        format!("chaos over {}", self.store.name())
    }
}

impl Claims for Chaos {
    fn claim(&self, key: &str, claim: &Claim) -> Result<bool> {
        ClaimsOrNone::claim(self.meddle("claim")?, key, claim)
    }

    fn complete(&self, key: &str, value: &Value, expiration: &Expiration, token: u64) -> Result<bool> {
        ClaimsOrNone::complete(self.meddle("complete")?, key, value, expiration, token)
    }

    fn release(&self, key: &str, token: u64, pause: Duration) -> Result<()> {
        ClaimsOrNone::release(self.meddle("release")?, key, token, pause)
    }
}

impl fmt::Debug for Chaos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chaos").field("store", &self.store.name()).field("plan", &*self.plan()).finish()
    }
}
