//! Work is done by few threads, by more if they hang, and by none afterwards.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Instant;

use super::*;
use crate::block_on::block_on;

fn new() -> &'static Threads {
    Box::leak(Box::default())
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        thread::yield_now();
    }
}

#[test]
fn two_thousand_jobs_take_sixteen_threads() {
    static DONE: AtomicUsize = AtomicUsize::new(0);
    let threads = new();
    for _ in 0..2_000 {
        threads.run(Box::new(|| {
            DONE.fetch_add(1, Ordering::Relaxed);
        }));
        assert!(threads.state().threads <= USUAL);
    }
    wait_until("all are done", || DONE.load(Ordering::Relaxed) == 2_000);
}

#[test]
fn jobs_are_done_though_others_hang() {
    let threads = new();
    let (release, hang) = mpsc::channel::<()>();
    let hang = Arc::new(Mutex::new(hang));
    for _ in 0..USUAL + 4 {
        let hang = Arc::clone(&hang);
        threads.run(Box::new(move || drop(hang.lock().map(|hang| hang.recv()))));
    }
    let (done, is_done) = mpsc::channel();
    threads.run(Box::new(move || {
        let _ = done.send(());
    }));
    is_done.recv_timeout(Duration::from_secs(60)).expect("another thread does it");
    drop(release);
    wait_until("nobody works", || {
        let state = threads.state();
        state.idle == state.threads
    });
}

#[test]
fn threads_end_when_there_is_nothing_to_do() {
    let threads = new();
    threads.run(Box::new(|| ()));
    wait_until("it ends", || threads.state().threads == 0);
}

#[test]
fn a_panic_ends_no_thread_and_reaches_who_waits() {
    let asked = ask(|| -> u8 { panic!("as the job does") });
    assert!(catch_unwind(AssertUnwindSafe(|| block_on(asked))).is_err());
    assert_eq!(block_on(ask(|| 7)), 7);
}

#[test]
fn what_nobody_waits_for_any_more_is_not_begun() {
    let threads = new();
    let (release, hang) = mpsc::channel::<()>();
    let hang = Arc::new(Mutex::new(hang));
    let (begun, is_begun) = mpsc::channel();
    // One thread, which hangs.
    let job = move || drop(hang.lock().map(|hang| hang.recv()));
    threads.state().threads = USUAL - 1;
    threads.run(Box::new(job));
    drop(answer::ask_of(threads, move || begun.send(())));
    drop(release);
    assert!(is_begun.recv().is_err());
}
