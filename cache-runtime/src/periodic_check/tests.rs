//! A thread that ends when there is nothing to check, and starts again.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use super::{IDLE_CHECKS, PeriodicCheck};

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..5000 {
        if is_so() {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("not within five seconds: {what}");
}

#[test]
fn it_runs_as_long_as_there_is_something_to_check_and_can_be_started_again() {
    static CHECKS: AtomicU32 = AtomicU32::new(0);
    static CHECK: PeriodicCheck =
        PeriodicCheck::new("test", Duration::from_millis(1), || CHECKS.fetch_add(1, SeqCst) < 50);
    CHECK.start();
    CHECK.start();
    wait_until("it ends", || !CHECK.is_running.load(SeqCst));
    let checks = CHECKS.load(SeqCst);
    assert!(checks >= 50 + IDLE_CHECKS, "{checks}");
    CHECK.start();
    wait_until("it checks again", || CHECKS.load(SeqCst) > checks + 1);
}

#[test]
fn it_can_be_started_again_after_a_panic() {
    static CHECKS: AtomicU32 = AtomicU32::new(0);
    static CHECK: PeriodicCheck = PeriodicCheck::new("test", Duration::from_millis(1), || {
        CHECKS.fetch_add(1, SeqCst);
        std::panic::resume_unwind(Box::new("a user's waker"))
    });
    for starts in 1..4 {
        CHECK.start();
        wait_until("it ends", || CHECKS.load(SeqCst) == starts && !CHECK.is_running.load(SeqCst));
    }
}
