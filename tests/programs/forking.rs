//! A program that uses a cache, forks, and uses the cache in both processes at once: `forking HOW ADDRESS`.
//!
//! `together`: both go on. `daemon`: the parent ends at once. `outlives`: the parent ends while the child uses the cache.
//! `first`: the child ends first. `busy`: threads of the parent use the cache during the fork.

use std::os::unix::process::parent_id;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use cache_runtime::Cache;
use fork::{Fork, fork, waitpid};

/// How many keys there are, each with its own name as its value.
const KEYS: usize = 500;

/// How often each process counts.
const COUNTS: i64 = 200;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (how, address) = (arguments.next().expect("how"), arguments.next().expect("an address"));
    let cache = Cache::open(&address).expect("a good address");
    cache.clear().expect("it can be cleared");
    cache.write_multi((0..KEYS).map(|number| (key(number), key(number)))).expect("it can be written");
    run_async(&cache);
    match &*how {
        "together" => together(&cache),
        "daemon" => daemon(&cache),
        "outlives" => outlives(cache),
        "first" => first(&cache),
        "busy" => busy(&cache),
        other => panic!("{other}"),
    }
}

fn together(cache: &Cache) {
    let child = forked();
    use_cache(cache);
    if let Some(child) = child {
        assert_succeeds(child);
        assert_eq!(cache.get::<i64>("count").expect("it is read"), Some(2 * COUNTS));
        say("both have the right values");
    }
}

fn daemon(cache: &Cache) {
    if forked().is_none() {
        // The parent has ended by then, or ends soon.
        use_cache(cache);
        assert_eq!(cache.get::<i64>("count").expect("it is read"), Some(COUNTS));
        say("the daemon has the right values");
    }
}

fn outlives(cache: Cache) {
    let is_counted = |cache: &Cache, count| cache.get::<i64>("count").expect("it is read") == Some(count);
    let parent = std::process::id();
    if forked().is_some() {
        while !is_counted(&cache, COUNTS) {
            thread::yield_now();
        }
        // Its connections are closed in order, which deletes the log if nobody else has locked the file.
        drop(cache);
        exit(0);
    }
    use_cache(&cache);
    while parent_id() == parent {
        thread::yield_now();
    }
    use_cache(&cache);
    assert!(is_counted(&cache, 2 * COUNTS));
    say("the child has the right values");
}

fn first(cache: &Cache) {
    let Some(child) = forked() else {
        use_cache(cache);
        return;
    };
    assert_succeeds(child);
    use_cache(cache);
    assert_eq!(cache.get::<i64>("count").expect("it is read"), Some(2 * COUNTS));
    say("the parent has the right values");
}

fn busy(cache: &Cache) {
    static IS_OVER: AtomicBool = AtomicBool::new(false);
    let readers = (0..3).map(|_| {
        let cache = cache.clone();
        thread::spawn(move || {
            while !IS_OVER.load(Ordering::Relaxed) {
                (0..KEYS).for_each(|number| assert_eq!(cache.get_or_set(&key(number), || key(number)), key(number)));
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    let child = forked();
    // Where the file cannot be used any more, values are computed.
    (0..KEYS).for_each(|number| assert_eq!(cache.get_or_set(&key(number), || key(number)), key(number)));
    if let Some(child) = child {
        assert_succeeds(child);
        IS_OVER.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().expect("it reads the right values"));
        say("both have the right values");
    }
}

fn key(number: usize) -> String {
    format!("key:{number}")
}

/// Reads, writes and counts, blocking and as a task.
fn use_cache(cache: &Cache) {
    for _ in 0..4 {
        for number in 0..KEYS {
            assert_eq!(cache.get::<String>(&key(number)).expect("it is read").as_deref(), Some(&*key(number)));
        }
        run_async(cache);
    }
    for _ in 0..COUNTS {
        cache.increment("count", 1).expect("it is counted");
    }
}

fn run_async(cache: &Cache) {
    let cache = cache.to_async();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for number in 0..KEYS {
            assert_eq!(cache.get::<String>(&key(number)).await.expect("it is read").as_deref(), Some(&*key(number)));
        }
        // These are many, so that SQLite reads them on another thread.
        let found = cache.read_multi::<String>((0..KEYS).map(key)).await.expect("they are read");
        assert!(found.len() == KEYS && found.iter().all(|(key, value)| key == value));
    });
}

/// Forks: the number of the child in the parent, and nothing in the child.
fn forked() -> Option<i32> {
    match fork().expect("it forks") {
        Fork::Parent(child) => Some(child),
        Fork::Child => None,
    }
}

fn assert_succeeds(child: i32) {
    let status = waitpid(child).expect("it is waited for");
    if status != 0 {
        exit(1);
    }
}

#[expect(clippy::print_stdout, reason = "the test reads it")]
fn say(line: &str) {
    println!("{line}");
}
