//! Single-flight across processes, and changes and refreshes during a computation.

#[path = "shared/client_process.rs"]
mod client_process;
#[path = "shared/cross_process.rs"]
mod cross_process;
#[path = "shared/map_store.rs"]
mod map_store;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Waker};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use cache_runtime::{Cache, cached, testing};
use cache_store_suite::within_a_minute;
use tempfile::TempDir;

use self::map_store::MapStore;

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("cache.sqlite3");
    (folder, path)
}

fn address(path: &Path) -> String {
    format!("sqlite://{}?timeout=30&shared_lease=3", path.display())
}

fn open(path: &Path) -> Cache {
    Cache::open(&address(path)).expect("a good address")
}

#[test]
fn eight_processes_compute_a_cold_shared_key_once() {
    within_a_minute(|| {
        let (_folder, path) = file();
        cross_process::eight_processes_compute_a_cold_shared_key_once(&address(&path));
    });
}

#[test]
fn eight_processes_compute_a_stale_key_once() {
    within_a_minute(|| {
        let (_folder, path) = file();
        cross_process::eight_processes_compute_a_stale_key_once(&address(&path));
    });
}

#[test]
fn another_process_takes_over_when_the_lease_of_a_killed_one_ends() {
    within_a_minute(|| {
        let (_folder, path) = file();
        cross_process::another_process_takes_over_when_the_lease_of_a_killed_one_ends(&address(&path));
    });
}

#[cached(key = "shared:{n}", shared)]
fn shared_function(n: u32) -> u32 {
    unreachable!("another caller computes {n}")
}

#[test]
fn a_function_may_be_shared_across_processes() {
    let (_folder, path) = file();
    let (cache, other) = (open(&path), open(&path).shared());
    let (begun, computing) = std::sync::mpsc::channel();
    let elsewhere = thread::spawn(move || {
        other.get_or_set("shared:1", || {
            begun.send(()).unwrap();
            thread::sleep(Duration::from_millis(300)); // The other caller waits for as long.
            7_u32
        })
    });
    computing.recv().unwrap();
    let _scope = testing::scope(cache);
    assert_eq!(shared_function(1), 7);
    assert_eq!(elsewhere.join().unwrap(), 7);
}

#[test]
fn a_failed_computation_releases_a_shared_key_at_once() {
    let (_folder, path) = file();
    let (cache, other) = (open(&path).shared(), open(&path).shared());
    assert_eq!(cache.try_get_or_set("key", || Err::<u32, _>("fails")), Err("fails"));
    let begun = Instant::now();
    assert_eq!(other.get_or_set("key", || 8_u32), 8);
    assert!(begun.elapsed() < Duration::from_secs(2), "it does not wait for the lease");
}

#[test]
fn a_change_during_a_computation_wins() {
    let (_folder, path) = file();
    cross_process::changes_during_a_computation_win(&open(&path), &open(&path));
    let cache = Cache::memory();
    cross_process::changes_during_a_computation_win(&cache, &cache);
}

/// A computation on its own thread, which has started, and ends when the test says so.
struct Running {
    end: Sender<()>,
    thread: JoinHandle<()>,
}

/// Longer than anything here takes, so that a hanging test fails.
const PATIENCE: Duration = Duration::from_secs(40);

impl Running {
    /// `call` calls the cache with a computation that runs the given function.
    fn begin(call: impl FnOnce(&dyn Fn()) + Send + 'static) -> Self {
        let ((begun, begins), (end, gate)) = (channel(), channel());
        let thread = thread::spawn(move || {
            call(&|| {
                begun.send(()).unwrap();
                gate.recv_timeout(PATIENCE).expect("the test ends it");
            });
        });
        begins.recv_timeout(PATIENCE).expect("the computation starts without waiting");
        Running { end, thread }
    }

    fn computing(cache: &Cache, value: u8) -> Self {
        let cache = cache.clone();
        Running::begin(move |body| {
            let computed = cache.get_or_set("key", || {
                body();
                value
            });
            assert_eq!(computed, value, "the caller receives it");
        })
    }

    fn refreshing(cache: &Cache, value: u8) -> Self {
        let cache = cache.clone();
        Running::begin(move |body| {
            let computed = cache.refresh("key", || {
                body();
                value
            });
            assert_eq!(computed, value, "the caller receives it");
        })
    }

    fn end(self) {
        self.end.send(()).unwrap();
        self.thread.join().unwrap();
    }
}

/// Two caches on one file, which see as much of each other as two processes; one cache twice; and one without claims.
fn pairs_of_caches() -> (TempDir, [(Cache, Cache); 3]) {
    let (folder, path) = file();
    let (cache, mapped) = (open(&path), Cache::new(MapStore::default()));
    let pairs = [(cache.clone(), open(&path)), (cache.clone(), cache), (mapped.clone(), mapped)];
    (folder, pairs)
}

#[test]
fn a_refresh_wins_over_an_earlier_computation_whichever_ends_first() {
    let (_folder, pairs) = pairs_of_caches();
    for (cache, other) in pairs {
        for earlier in [Running::computing, Running::refreshing] {
            for the_later_ends_first in [true, false] {
                cache.clear().unwrap();
                let (earlier, later) = (earlier(&cache, 1), Running::refreshing(&other, 2));
                let [first, second] = if the_later_ends_first { [later, earlier] } else { [earlier, later] };
                first.end();
                second.end();
                let kept = cache.get::<u8>("key").unwrap();
                assert_eq!(kept, Some(2), "{cache:?}, the later one ends first: {the_later_ends_first}");
            }
        }
    }
}

#[test]
fn a_change_during_a_refresh_and_a_computation_wins() {
    let (_folder, pairs) = pairs_of_caches();
    for (cache, other) in pairs {
        cache.clear().unwrap();
        let changes: [fn(&Cache); 2] =
            [|cache| assert!(!cache.delete("key").unwrap()), |cache| assert_eq!(cache.clear().unwrap(), 0)];
        for change in changes {
            let (computing, refreshing) = (Running::computing(&cache, 1), Running::refreshing(&other, 2));
            change(&cache);
            refreshing.end();
            assert_eq!(cache.get::<u8>("key").unwrap(), None, "{cache:?}");
            computing.end();
            assert_eq!(cache.get::<u8>("key").unwrap(), None, "{cache:?}");
        }
        let refreshing = Running::refreshing(&other, 2);
        cache.set("key", &3_u8).unwrap();
        refreshing.end();
        assert_eq!(cache.get::<u8>("key").unwrap(), Some(3), "{cache:?}");
    }
}

#[test]
fn a_miss_during_a_refresh_waits_for_it() {
    let cache = Cache::memory();
    let refreshing = Running::refreshing(&cache, 2);
    let async_cache = cache.to_async();
    let mut call = pin!(async_cache.get_or_set("key", async || -> u8 { unreachable!("the refresh computes") }));
    for _ in 0..100 {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    refreshing.end();
    assert_eq!(smol::block_on(call), 2);
}

#[test]
fn a_failed_refresh_leaves_the_entry_and_no_claim() {
    let (_folder, path) = file();
    let cache = open(&path).shared();
    cache.set("key", &1_u8).unwrap();
    let fails = || assert_eq!(cache.try_refresh("key", || Err::<u8, _>("fails")), Err("fails"));
    let panics = || cache.refresh("key", || -> u8 { std::panic::resume_unwind(Box::new("the body")) });
    let claims = || -> u32 {
        let file = rusqlite::Connection::open(&path).unwrap();
        file.query_row("SELECT count(*) FROM claims", [], |row| row.get(0)).unwrap()
    };
    cache.refresh("another", || assert_eq!(claims(), 1));
    for fails in [&fails as &dyn Fn(), &|| assert!(catch_unwind(AssertUnwindSafe(panics)).is_err())] {
        fails();
        assert_eq!(cache.get::<u8>("key").unwrap(), Some(1));
        assert_eq!(claims(), 0);
    }
}

#[test]
fn a_change_of_another_key_does_not_matter() {
    let cache = Cache::memory();
    cache.get_or_set("key", || {
        cache.set("another", "set").unwrap();
        cache.delete("a third").unwrap();
        "kept".to_owned()
    });
    assert_eq!(cache.get::<String>("key").unwrap().as_deref(), Some("kept"));
}

/// A value that is over when it is computed.
#[cached(key = "key", expires_in = |_| Duration::ZERO, skip(meanwhile))]
fn over(meanwhile: &dyn Fn()) -> u8 {
    meanwhile();
    1
}

/// Of the values of a batch the first one is over when it is computed.
#[cached(key = "each:{number}", each = numbers, expires_in = |number| Duration::from_secs(u64::from(*number)), skip(meanwhile))]
fn first_one_over(numbers: &[u8], meanwhile: &dyn Fn()) -> Vec<u8> {
    meanwhile();
    numbers.to_vec()
}

#[test]
fn a_value_with_a_lifetime_of_zero_forgets_what_was_there_but_not_what_was_changed_meanwhile() {
    let (_folder, pairs) = pairs_of_caches();
    for (cache, other) in pairs {
        let _scope = testing::scope(cache.clone());
        cache.set("key", &7_u8).unwrap();
        assert_eq!(over::refresh(&|| {}), 1);
        assert_eq!(cache.get::<u8>("key").unwrap(), None, "{cache:?}: it has forgotten what was there");
        for changing in [&cache, &other] {
            let set = |key: &str| changing.set(key, &2_u8).unwrap();
            assert_eq!(over(&|| set("key")), 1);
            assert_eq!(cache.get::<u8>("key").unwrap(), Some(2), "{cache:?} {changing:?}");
            assert_eq!(over::refresh(&|| set("key")), 1);
            assert_eq!(cache.get::<u8>("key").unwrap(), Some(2), "{cache:?} {changing:?}");
            cache.clear().unwrap();
            assert_eq!(first_one_over(&[0, 60], &|| set("each:0")), [0, 60]);
            assert_eq!(cache.get::<u8>("each:0").unwrap(), Some(2), "{cache:?} {changing:?}");
            assert_eq!(cache.get::<u8>("each:60").unwrap(), Some(60), "the rest of the batch is stored");
            cache.clear().unwrap();
        }
    }
}
