//! Which leaders are given up: tasks that were woken and are not polled, and no others.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Instant;

use super::super::WaitMode;
use super::super::table::{FlightTable, Role, WaitOutcome};
use super::{MINUTE, Table, by_task, join, lead_unconditionally, poll_once, yield_now};

/// A waker that counts.
#[derive(Default)]
struct Wakes(AtomicU32);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// A task that leads key 1 and whose body waits for a second poll, and what counts how often it is woken.
fn slow_leader(table: &Table) -> (Pin<Box<impl Future<Output = Result<u32, ()>>>>, Arc<Wakes>) {
    let mut leader = Box::pin(by_task(table, 1, async {
        yield_now().await;
        Ok(1)
    }));
    let wakes = Arc::new(Wakes::default());
    assert!(leader.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&wakes)))).is_pending());
    (leader, wakes)
}

#[test]
fn a_task_that_was_woken_and_is_not_polled_is_given_up() {
    let table: Table = FlightTable::new();
    let (mut leader, wakes) = slow_leader(&table);
    let start = Instant::now();
    assert!(!table.check_leaders(start + 100 * MINUTE), "nobody waits");
    let mut waiter = join(&table, 2);
    assert!(table.check_leaders(start + 100 * MINUTE));
    assert_eq!(wakes.0.load(SeqCst), 1, "it may sleep, so it is woken");
    assert!(poll_once(waiter.as_mut()).is_pending());
    table.check_leaders(start + 101 * MINUTE);
    assert_eq!(poll_once(waiter.as_mut()), Poll::Ready(Ok(2)));
    assert_eq!(poll_once(leader.as_mut()), Poll::Ready(Ok(1)));
    assert!(table.is_empty());
}

#[test]
fn the_late_value_of_a_leader_that_was_given_up_serves_who_waits() {
    let table: Table = FlightTable::new();
    let (mut leader, _) = slow_leader(&table);
    let start = Instant::now();
    let mut successor = Box::pin(by_task(&table, 1, std::future::pending()));
    assert!(poll_once(successor.as_mut()).is_pending());
    let mut waiter = join(&table, 3);
    table.check_leaders(start + MINUTE);
    table.check_leaders(start + 2 * MINUTE);
    assert!(poll_once(successor.as_mut()).is_pending(), "it leads");
    assert!(poll_once(waiter.as_mut()).is_pending());
    assert_eq!(poll_once(leader.as_mut()), Poll::Ready(Ok(1)));
    assert_eq!(poll_once(waiter.as_mut()), Poll::Ready(Ok(1)));
    drop(successor);
    assert!(table.is_empty());
}

#[test]
fn a_task_that_is_polled_when_it_is_woken_is_never_given_up() {
    let table: Table = FlightTable::new();
    let mut leader = Box::pin(by_task(&table, 1, std::future::pending()));
    assert!(poll_once(leader.as_mut()).is_pending());
    let mut waiter = join(&table, 2);
    for minute in (0..1000).step_by(10) {
        table.check_leaders(Instant::now() + minute * MINUTE);
        assert!(poll_once(leader.as_mut()).is_pending());
    }
    assert!(poll_once(waiter.as_mut()).is_pending());
    drop((waiter, leader));
    assert!(table.is_empty());
}

#[test]
fn a_task_whose_poll_takes_long_is_never_given_up() {
    let (table, waiter): (Table, _) = (FlightTable::new(), RefCell::new(None));
    let mut leader = Box::pin(by_task(&table, 1, async {
        // From another thread, since inside this body it would wait for itself.
        let elsewhere = Arc::clone(&table);
        let role = thread::spawn(move || elsewhere.join(1, WaitMode::Task, MINUTE)).join().unwrap();
        let Role::Waiter(waiting) = role else { panic!("there is a leader") };
        *waiter.borrow_mut() = Some(waiting);
        for minutes in (1..1000).step_by(10) {
            table.check_leaders(Instant::now() + minutes * MINUTE);
        }
        Ok(1)
    }));
    assert_eq!(poll_once(leader.as_mut()), Poll::Ready(Ok(1)));
    let mut waiter = waiter.borrow_mut().take().expect("it waits");
    assert!(matches!(poll_once(Pin::new(&mut waiter)), Poll::Ready(WaitOutcome::Value(1))));
    assert!(table.is_empty());
}

#[test]
fn a_thread_is_never_given_up() {
    let table: Table = FlightTable::new();
    let leader = lead_unconditionally(&table);
    let mut waiter = join(&table, 2);
    for minute in 0..1000 {
        table.check_leaders(Instant::now() + minute * MINUTE);
    }
    assert!(poll_once(waiter.as_mut()).is_pending());
    let watermark = leader.watermark();
    leader.publish(7, watermark);
    assert_eq!(poll_once(waiter.as_mut()), Poll::Ready(Ok(7)));
    assert!(table.is_empty());
}
