//! Thousands of tasks at once on a file: how long the slowest call takes, and how many threads are left.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::Cache;

use crate::{Outcome, check, checked_value, ensure, open};

/// There are 16 threads for the work of tasks, and twice as many each time that nothing gets done for long, which may happen on
/// a machine that others use. Two are the runtime's, and some more are for upkeep.
const MOST_THREADS: usize = 4 * 16 + 8;

/// How often all tasks make a call.
const WAVES: usize = 5;

/// Threads end after five seconds without work.
const IDLE: Duration = Duration::from_secs(15);

pub(crate) fn run(tasks: usize) -> Outcome {
    let folder = tempfile::tempdir()?;
    let cache = open(folder.path(), "")?;
    cache.set("warm", "up")?;
    let before = threads()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (is_over, most) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let watch = thread::spawn({
        let (is_over, most) = (Arc::clone(&is_over), Arc::clone(&most));
        move || {
            while !is_over.load(SeqCst) {
                most.fetch_max(threads().unwrap_or_default(), SeqCst);
                thread::sleep(Duration::from_millis(2));
            }
        }
    });
    let mut slowest = Vec::new();
    for wave in 0..WAVES {
        slowest.push(runtime.block_on(slowest_of(&cache, tasks, wave)));
    }
    is_over.store(true, SeqCst);
    watch.join().expect("no panic");
    drop(runtime);
    let most = most.load(SeqCst).saturating_sub(before);
    ensure(most <= MOST_THREADS, || format!("{most} threads more than before"))?;
    let begun = Instant::now();
    while threads()? > before {
        ensure(begun.elapsed() < IDLE, || format!("{} threads, {before} before", threads().unwrap_or_default()))?;
        thread::sleep(Duration::from_millis(50));
    }
    Ok(format!(
        "{tasks} tasks at once, each a miss, {WAVES} times: the slowest call {slowest:.0?}; {most} threads at most, with 2 of the \
         runtime and 1 that counts, and none {:.1?} later",
        begun.elapsed()
    ))
}

/// Lets all tasks call at once for keys of their own, and returns how long the slowest call took.
async fn slowest_of(cache: &Cache, tasks: usize, wave: usize) -> Duration {
    let one = |number: usize| {
        let cache = cache.near(0).to_async();
        tokio::spawn(async move {
            let key = format!("key:{wave}:{number}");
            let begun = Instant::now();
            let value = cache.get_or_set(&key, async || checked_value(&key, 200)).await;
            let took = begun.elapsed();
            check(&key, &value).expect("the right value");
            took
        })
    };
    let mut slowest = Duration::ZERO;
    for task in (0..tasks).map(one).collect::<Vec<_>>() {
        slowest = slowest.max(task.await.expect("no panic"));
    }
    slowest
}

/// How many threads this process has.
fn threads() -> Outcome<usize> {
    Ok(fs::read_dir("/proc/self/task")?.count())
}
