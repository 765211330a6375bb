//! A store that fails, delays or hangs when a test tells it to.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::store::{
    Claim, Claims, ClaimsOrNone as _, Counted, Deleted, Dispatch, Expiration, Limits, LimitsOrNone as _, Operation,
    Record, Step, Store, Timestamp, Value, forward_claims, forward_methods,
};
use crate::{Cache, Error, ErrorKind, Result};

/// A store that fails, delays or hangs when told to.
///
/// It wraps any other store, and works until a test tells it otherwise. Clones share one state: pass one to a cache, and
/// keep another to control the store and to count its calls. In a scope the cache's clock is moved by hand, but delays
/// are in real time.
///
/// ```
/// use cache_runtime::{Cache, testing::Chaos};
///
/// let chaos = Chaos::over(&Cache::memory());
/// let cache = Cache::new(chaos.clone());
///
/// chaos.fail(true);
/// assert_eq!(cache.get_or_set("price:7", || 700), 700); // computed each time
/// assert!(cache.get::<u32>("price:7").is_err());
/// ```
#[derive(Clone)]
pub struct Chaos {
    store: Arc<dyn Store>,
    state: Arc<ChaosState>,
}

#[derive(Debug, Default)]
struct ChaosState {
    plan: Mutex<Plan>,
    /// Notified when operations no longer hang.
    released: Condvar,
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

/// Constructors.
impl Chaos {
    /// Wraps a store.
    ///
    /// ```
    /// use cache_runtime::{Cache, store::NoCache, testing::Chaos};
    ///
    /// let cache = Cache::new(Chaos::new(NoCache)); // or a store of your own
    /// ```
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        Chaos { store: Arc::new(store), state: Arc::default() }
    }

    /// Wraps the store of a cache.
    ///
    /// The operations of that cache itself do not pass through the new store.
    ///
    /// ```
    /// use cache_runtime::{Cache, testing::Chaos};
    ///
    /// let chaos = Chaos::over(&Cache::memory());
    /// let cache = Cache::new(chaos.clone());
    /// ```
    #[must_use]
    pub fn over(cache: &Cache) -> Self {
        Chaos { store: Arc::clone(cache.handle.core.store.store()), state: Arc::default() }
    }
}

/// Controls, for operations that begin afterwards.
impl Chaos {
    /// Makes every operation fail with [`ErrorKind::Unavailable`].
    ///
    /// `false` ends that.
    ///
    /// ```
    /// use cache_runtime::{Cache, testing::Chaos};
    ///
    /// let chaos = Chaos::over(&Cache::memory());
    /// chaos.fail(true);
    /// assert!(Cache::new(chaos).get::<u32>("stats").is_err());
    /// ```
    pub fn fail(&self, fails: bool) {
        self.plan().fails = fails;
    }

    /// Makes every write fail, as on a full disk.
    ///
    /// The error is [`ErrorKind::Unavailable`]. `false` ends that.
    ///
    /// ```
    /// use cache_runtime::{Cache, testing::Chaos};
    ///
    /// let chaos = Chaos::over(&Cache::memory());
    /// chaos.fail_writes(true);
    /// assert!(Cache::new(chaos).set("stats", &7).is_err());
    /// ```
    pub fn fail_writes(&self, fails: bool) {
        self.plan().fails_writes = fails;
    }

    /// Makes the next `count` operations fail, whatever they are.
    ///
    /// The error is [`ErrorKind::Unavailable`].
    ///
    /// ```
    /// use cache_runtime::{Cache, testing::Chaos};
    ///
    /// let chaos = Chaos::over(&Cache::memory());
    /// let cache = Cache::new(chaos.clone());
    /// chaos.fail_next(1);
    /// assert!(cache.set("stats", &7).is_err() && cache.set("stats", &7).is_ok());
    /// ```
    pub fn fail_next(&self, count: u64) {
        self.plan().fails_next = count;
    }

    /// Delays every operation, also those that fail.
    ///
    /// The delay is in real time. [`Duration::ZERO`] ends that.
    ///
    /// ```
    /// use cache_runtime::{Cache, testing::Chaos};
    ///
    /// let chaos = Chaos::over(&Cache::memory());
    /// chaos.delay(std::time::Duration::from_millis(20));
    /// Cache::new(chaos).get::<u32>("stats")?; // returns after 20 ms
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    pub fn delay(&self, delay: Duration) {
        self.plan().delay = delay;
    }

    /// Makes every operation hang.
    ///
    /// `false` ends that, and lets the hanging operations go on.
    ///
    /// ```
    /// use cache_runtime::{Cache, testing::Chaos};
    ///
    /// let chaos = Chaos::over(&Cache::memory());
    /// let cache = Cache::new(chaos.clone());
    /// chaos.hang(true);
    /// let caller = std::thread::spawn(move || cache.set("stats", &7)); // hangs until the next line
    /// chaos.hang(false);
    /// ```
    pub fn hang(&self, hangs: bool) {
        self.plan().hangs = hangs;
        self.state.released.notify_all();
    }
}

/// Counts of calls.
impl Chaos {
    /// Returns how often a method of [`Store`] was called.
    ///
    /// The method is named as in the trait: `"get"`, `"write_multi"`. Calls that failed count, too.
    ///
    /// ```
    /// use cache_runtime::{Cache, testing::Chaos};
    ///
    /// let chaos = Chaos::over(&Cache::memory());
    /// Cache::new(chaos.clone()).set("stats", &7)?;
    /// assert_eq!((chaos.count("set"), chaos.count("get")), (1, 0));
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn count(&self, method: &str) -> u64 {
        self.plan().counts.get(method).copied().unwrap_or(0)
    }

    /// Returns how many calls there were of all methods.
    ///
    /// ```
    /// use cache_runtime::{Cache, testing::Chaos};
    ///
    /// let chaos = Chaos::over(&Cache::memory());
    /// Cache::new(chaos.clone()).set("stats", &7)?;
    /// assert_eq!(chaos.total(), 1);
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn total(&self) -> u64 {
        self.plan().counts.values().sum()
    }
}

impl Chaos {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.state.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call, waits as planned, and returns the wrapped store or the planned error.
    fn interfere(&self, operation: &'static str) -> Result<&dyn Store> {
        let mut plan = self.plan();
        *plan.counts.entry(operation).or_default() += 1;
        let fails = plan.fails(operation);
        plan.fails_next = plan.fails_next.saturating_sub(1);
        let delay = plan.delay;
        while plan.hangs {
            plan = self.state.released.wait(plan).unwrap_or_else(PoisonError::into_inner);
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

/// Lets the wrapped store answer, unless the plan says otherwise.
macro_rules! interfere {
    // It counts as what the caller of a cache calls it.
    ($self:ident.delete_returning($keys:expr, $now:expr)) => {
        $self.interfere(if $keys.len() == 1 { "delete" } else { "delete_multi" })?.delete_returning($keys, $now)
    };
    ($self:ident.$method:ident($($argument:expr),*)) => {
        $self.interfere(stringify!($method))?.$method($($argument),*)
    };
}

impl Store for Chaos {
    forward_methods!(self, interfere);

    fn delete_expired(&self, now: Timestamp) -> Result<u64> {
        interfere!(self.delete_expired(now))
    }

    fn claims(&self) -> Option<&dyn Claims> {
        self.store.claims().map(|_| self as &dyn Claims)
    }

    fn limits(&self) -> Option<&dyn Limits> {
        self.store.limits().map(|_| self as &dyn Limits)
    }

    /// A delay must run on a thread that may block. What would block in the wrapped store comes back to the methods above.
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
        let dispatch = self.store.dispatch(operation);
        if !matches!(dispatch, Dispatch::Blocking(_)) {
            *self.plan().counts.entry(name).or_default() += 1;
        }
        dispatch
    }

    fn name(&self) -> String {
        format!("chaos over {}", self.store.name())
    }
}

impl Claims for Chaos {
    forward_claims!(self, interfere);
}

impl Limits for Chaos {
    fn count_within(&self, steps: &[Step]) -> Result<Counted> {
        interfere!(self.count_within(steps))
    }
}

impl fmt::Debug for Chaos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chaos").field("store", &self.store.name()).field("plan", &*self.plan()).finish()
    }
}
