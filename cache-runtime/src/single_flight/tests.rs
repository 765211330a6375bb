//! Every way in which a computation can end, for threads and for tasks.

mod crowds;
mod heartbeat;

use std::pin::pin;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::WaitMode;
use super::scope::LeaderScope;
use super::table::{FlightTable, Leader, Role, WaitOutcome};
use crate::block_on::block_on;

type Table = Arc<FlightTable<u32, u32>>;

/// A call, reduced to single-flight.
async fn call<B: Future<Output = Result<u32, ()>>>(
    table: &Table,
    key: u32,
    mode: WaitMode,
    stall_timeout: Duration,
    body: B,
) -> Result<u32, ()> {
    let mut body = pin!(Some(body));
    let leader = match table.join(key, mode, stall_timeout) {
        Role::Alone => return body.as_mut().as_pin_mut().expect("not yet run").await,
        Role::Leader(leader) => leader,
        Role::Waiter(wait) => match wait.await {
            WaitOutcome::Value(value) => return Ok(value),
            WaitOutcome::Leader(leader) => leader,
        },
    };
    let result = LeaderScope::new(Some(&leader), body).await;
    match result {
        Ok(value) => {
            let watermark = leader.watermark();
            leader.publish(value, watermark);
        }
        Err(()) => leader.fail(),
    }
    result
}

const MINUTE: Duration = Duration::from_secs(60);

fn by_thread(table: &Table, key: u32, body: impl FnOnce() -> Result<u32, ()>) -> Result<u32, ()> {
    block_on(call(table, key, WaitMode::Thread, MINUTE, async { body() }))
}

fn by_task<B: Future<Output = Result<u32, ()>>>(
    table: &Table,
    key: u32,
    body: B,
) -> impl Future<Output = Result<u32, ()>> {
    call(table, key, WaitMode::Task, MINUTE, body)
}

/// Waits until the key has so many waiters.
fn wait_for_waiters(table: &Table, key: u32, waiters: usize) {
    while table.waiting_for(&key).is_none_or(|waiting| waiting < waiters) {
        thread::yield_now();
    }
}

fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn one_caller_computes_and_the_others_receive_its_value() {
    let (table, runs) = (FlightTable::new(), AtomicU32::new(0));
    thread::scope(|scope| {
        let (open, gate) = mpsc::channel::<()>();
        scope.spawn(|| by_thread(&table, 1, move || gate.recv().map(|()| 7).map_err(|_| ())));
        wait_for_waiters(&table, 1, 0);
        for _ in 0..16 {
            scope.spawn(|| {
                let body = || {
                    runs.fetch_add(1, SeqCst);
                    Ok(8)
                };
                assert_eq!(by_thread(&table, 1, body), Ok(7));
            });
        }
        wait_for_waiters(&table, 1, 16);
        open.send(()).unwrap();
    });
    assert_eq!(runs.load(SeqCst), 0);
    assert!(table.is_empty());
}

#[test]
fn outdated_values_alone_let_one_compute_at_a_time() {
    let table: Table = FlightTable::new();
    let leader = lead_unconditionally(&table);
    let waiters: Vec<_> = (0..8).map(|_| table.join(1, WaitMode::Task, MINUTE)).collect();
    let watermark = leader.watermark_of_start();
    leader.publish(7, watermark);
    let leaders: Vec<_> = waiters
        .into_iter()
        .filter_map(|waiter| {
            let Role::Waiter(mut waiter) = waiter else { panic!("there is a leader") };
            match poll_once(Pin::new(&mut waiter)) {
                Poll::Ready(WaitOutcome::Leader(leader)) => Some(leader),
                Poll::Ready(WaitOutcome::Value(_)) => panic!("the value is outdated"),
                Poll::Pending => {
                    std::mem::forget(waiter);
                    None
                }
            }
        })
        .collect();
    assert_eq!(leaders.len(), 1);
}

#[test]
fn after_a_panic_a_waiter_becomes_the_leader() {
    let table = FlightTable::new();
    thread::scope(|scope| {
        let (open, gate) = mpsc::channel::<()>();
        let first = scope.spawn(|| {
            by_thread(&table, 1, move || {
                let _ = gate.recv();
                std::panic::resume_unwind(Box::new("the body"))
            })
        });
        wait_for_waiters(&table, 1, 0);
        let second = scope.spawn(|| by_thread(&table, 1, || Ok(8)));
        wait_for_waiters(&table, 1, 1);
        drop(open);
        assert_eq!(second.join().unwrap(), Ok(8));
        assert!(first.join().is_err());
    });
    assert!(table.is_empty());
}

#[test]
fn a_computation_may_request_its_own_key() {
    let table = FlightTable::new();
    assert_eq!(by_thread(&table, 1, || by_thread(&table, 1, || Ok(1))), Ok(1));
    assert!(table.is_empty());
}

#[test]
fn two_threads_that_need_each_others_key_do_not_deadlock() {
    let (table, alone, gate) = (FlightTable::new(), AtomicU32::new(0), Barrier::new(2));
    thread::scope(|scope| {
        for (mine, other) in [(1, 2), (2, 1)] {
            let (table, alone, gate) = (&table, &alone, &gate);
            scope.spawn(move || {
                let body = || {
                    gate.wait();
                    let inner = by_thread(table, other, || {
                        alone.fetch_add(1, SeqCst);
                        Ok(other)
                    });
                    inner.map(|value| value + mine)
                };
                assert!(by_thread(table, mine, body).is_ok());
            });
        }
    });
    assert_eq!(alone.load(SeqCst), 1, "the caller that would have closed the circle computes for itself");
    assert!(table.is_empty());
}

#[test]
fn two_tasks_that_need_each_others_key_do_not_deadlock() {
    let table = FlightTable::new();
    let body = |mine: u32, other: u32| {
        let table = &table;
        async move {
            by_task(table, mine, async move {
                yield_now().await;
                by_task(table, other, async { Ok(0) }).await.map(|value| value + mine)
            })
            .await
        }
    };
    let (mut a, mut b) = (pin!(body(1, 2)), pin!(body(2, 1)));
    let mut ended = [None, None];
    for _ in 0..20 {
        for (at, future) in [(0, a.as_mut() as Pin<&mut dyn Future<Output = _>>), (1, b.as_mut())] {
            if ended[at].is_none()
                && let Poll::Ready(value) = poll_dyn(future)
            {
                ended[at] = Some(value);
            }
        }
    }
    assert!(ended.iter().all(|value| matches!(value, Some(Ok(_)))), "{ended:?}");
    assert!(table.is_empty());
}

fn poll_dyn<T>(future: Pin<&mut dyn Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

async fn yield_now() {
    let mut again = true;
    std::future::poll_fn(|_| if std::mem::take(&mut again) { Poll::Pending } else { Poll::Ready(()) }).await;
}

#[test]
fn after_a_dropped_leader_a_waiter_becomes_the_leader() {
    let table = FlightTable::new();
    let mut leader = Box::pin(by_task(&table, 1, std::future::pending()));
    assert!(poll_once(leader.as_mut()).is_pending());
    let mut waiter = Box::pin(by_task(&table, 1, async { Ok(2) }));
    assert!(poll_once(waiter.as_mut()).is_pending());
    drop(leader);
    assert_eq!(poll_once(waiter.as_mut()), Poll::Ready(Ok(2)));
    assert!(table.is_empty());
}

#[test]
fn a_dropped_waiter_leaves_nothing() {
    let table = FlightTable::new();
    let mut leader = Box::pin(by_task(&table, 1, std::future::pending()));
    assert!(poll_once(leader.as_mut()).is_pending());
    let mut waiter = Box::pin(by_task(&table, 1, async { Ok(2) }));
    assert!(poll_once(waiter.as_mut()).is_pending());
    assert_eq!(table.waiting_for(&1), Some(1));
    drop(waiter);
    assert_eq!(table.waiting_for(&1), Some(0));
    drop(leader);
    assert!(table.is_empty());
}

#[test]
fn a_waiter_that_is_dropped_as_the_new_leader_hands_over() {
    let table = FlightTable::new();
    let mut leader = Box::pin(by_task(&table, 1, std::future::pending()));
    assert!(poll_once(leader.as_mut()).is_pending());
    let [mut second, mut third] = [2, 3].map(|value| Box::pin(by_task(&table, 1, async move { Ok(value) })));
    assert!(poll_once(second.as_mut()).is_pending());
    assert!(poll_once(third.as_mut()).is_pending());
    drop(leader);
    drop(second);
    assert_eq!(poll_once(third.as_mut()), Poll::Ready(Ok(3)));
    assert!(table.is_empty());
}

#[test]
fn a_leader_looks_again_only_if_a_flight_of_its_key_has_ended() {
    let table: Table = FlightTable::new();
    let run = |key: u32| drop(table.join(key, WaitMode::Thread, MINUTE));
    let may_be_stored = |before: u64| match table.join(1, WaitMode::Thread, MINUTE) {
        Role::Leader(leader) => leader.may_be_stored_since(before),
        _ => panic!("nobody else leads"),
    };
    let before = table.ended();
    assert!(!may_be_stored(before));
    let before = table.ended();
    run(2);
    assert!(!may_be_stored(before), "another key");
    let before = table.ended();
    run(1);
    run(2);
    assert!(may_be_stored(before));
    let before = table.ended();
    (2..200).for_each(run);
    assert!(may_be_stored(before), "so many have ended that nobody remembers which");
}

#[test]
fn a_destructor_of_a_dropped_body_may_request_its_own_key() {
    struct Asks<'a>(&'a Table, &'a AtomicU32);
    impl Drop for Asks<'_> {
        fn drop(&mut self) {
            self.1.store(by_thread(self.0, 1, || Ok(9)).unwrap(), SeqCst);
        }
    }
    let (table, asked) = (FlightTable::new(), AtomicU32::new(0));
    let leader = lead_unconditionally(&table);
    let asks = Asks(&table, &asked);
    let mut body = pin!(Some(async move {
        let _asks = asks;
        std::future::pending::<()>().await;
    }));
    assert!(poll_once(pin!(LeaderScope::new(Some(&leader), body.as_mut())).as_mut()).is_pending());
    assert_eq!(asked.load(SeqCst), 9);
    drop(leader);
    assert!(table.is_empty());
}

#[test]
fn threads_that_come_while_a_task_leads_share_one_computation() {
    let (table, runs): (Table, _) = (FlightTable::new(), AtomicU32::new(0));
    let mut leader = Box::pin(by_task(&table, 1, std::future::pending()));
    assert!(poll_once(leader.as_mut()).is_pending());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let body = || {
                    runs.fetch_add(1, SeqCst);
                    wait_for_waiters(&table, 1, 7);
                    Ok(9)
                };
                assert_eq!(by_thread(&table, 1, body), Ok(9), "they do not wait for the task");
            });
        }
    });
    assert_eq!(runs.load(SeqCst), 1);
    drop(leader);
    assert!(table.is_empty());
}

#[test]
fn after_a_failed_thread_another_thread_computes_beside_the_task() {
    let table: Table = FlightTable::new();
    let mut task = Box::pin(by_task(&table, 1, std::future::pending()));
    assert!(poll_once(task.as_mut()).is_pending());
    thread::scope(|scope| {
        let (open, gate) = mpsc::channel::<()>();
        scope.spawn(|| {
            let body = move || gate.recv().map_or(Err(()), |()| Err(()));
            assert_eq!(by_thread(&table, 1, body), Err(()));
        });
        while table.waiting_for(&1) != Some(0) {
            thread::yield_now();
        }
        let second = scope.spawn(|| by_thread(&table, 1, || Ok(9)));
        let third = scope.spawn(|| by_thread(&table, 1, || Ok(9)));
        open.send(()).unwrap();
        assert_eq!((second.join().unwrap(), third.join().unwrap()), (Ok(9), Ok(9)));
    });
    drop(task);
    assert!(table.is_empty());
}

#[test]
fn a_thread_does_not_wait_for_a_task() {
    let table = FlightTable::new();
    let mut leader = Box::pin(by_task(&table, 1, std::future::pending()));
    assert!(poll_once(leader.as_mut()).is_pending());
    assert_eq!(by_thread(&table, 1, || Ok(9)), Ok(9), "it may be the thread that polls the task");
    drop(leader);
    assert!(table.is_empty());
}

/// Leads unconditionally, as a refresh does: with waiters if key 1 has no leader, else without.
fn lead_unconditionally(table: &Table) -> Leader<u32, u32> {
    table.lead(1, 100, WaitMode::Thread, MINUTE)
}

#[test]
fn callers_wait_for_an_unconditional_leader_if_there_is_no_other() {
    let table = FlightTable::new();
    let leader = lead_unconditionally(&table);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| by_thread(&table, 1, || Ok(8)));
        wait_for_waiters(&table, 1, 1);
        let watermark = leader.watermark();
        leader.publish(7, watermark);
        assert_eq!(waiter.join().unwrap(), Ok(7));
    });
    assert!(table.is_empty());
}

#[test]
fn an_unconditional_leader_neither_waits_for_another_nor_answers_its_waiters() {
    let table = FlightTable::new();
    let mut leader = Box::pin(by_task(&table, 1, std::future::pending()));
    assert!(poll_once(leader.as_mut()).is_pending());
    let mut waiter = Box::pin(by_task(&table, 1, async { Ok(2) }));
    assert!(poll_once(waiter.as_mut()).is_pending());
    {
        let leader = lead_unconditionally(&table);
        let watermark = leader.watermark();
        leader.publish(7, watermark);
    }
    assert!(poll_once(waiter.as_mut()).is_pending(), "it waits for the first leader");
    drop(leader);
    assert_eq!(poll_once(waiter.as_mut()), Poll::Ready(Ok(2)));
    assert!(table.is_empty());
}

/// Waits for the leader of key 1, with a computation of its own.
fn join(table: &Table, own: u32) -> Pin<Box<impl Future<Output = Result<u32, ()>>>> {
    let mut waiter = Box::pin(by_task(table, 1, async move { Ok(own) }));
    assert!(poll_once(waiter.as_mut()).is_pending());
    waiter
}

#[test]
fn a_waiter_from_after_the_watermark_waits_for_the_next_value() {
    let table: Table = FlightTable::new();
    let leader = lead_unconditionally(&table);
    let mut before = join(&table, 2);
    let watermark = leader.watermark();
    let (mut after, mut last) = (join(&table, 3), join(&table, 4));
    leader.publish(7, watermark);
    assert_eq!(poll_once(before.as_mut()), Poll::Ready(Ok(7)));
    assert!(poll_once(last.as_mut()).is_pending());
    assert_eq!(poll_once(after.as_mut()), Poll::Ready(Ok(3)), "it leads");
    assert_eq!(poll_once(last.as_mut()), Poll::Ready(Ok(3)), "it waited before that leader started");
    assert!(table.is_empty());
}

#[test]
fn an_invalidated_value_reaches_only_waiters_from_before_its_computation() {
    let table: Table = FlightTable::new();
    let first = lead_unconditionally(&table);
    let (mut successor, mut earlier) = (table.join(1, WaitMode::Task, MINUTE), join(&table, 2));
    drop(first);
    let Role::Waiter(wait) = &mut successor else { panic!("there is a leader") };
    let Poll::Ready(WaitOutcome::Leader(second)) = poll_once(Pin::new(wait)) else {
        panic!("the waiter becomes the leader")
    };
    let mut later = join(&table, 3);
    let watermark = second.watermark_of_start();
    second.publish(7, watermark);
    assert_eq!(poll_once(earlier.as_mut()), Poll::Ready(Ok(7)));
    assert_eq!(poll_once(later.as_mut()), Poll::Ready(Ok(3)));
    assert!(table.is_empty());
}

#[test]
fn a_circle_through_an_unconditional_leader_is_detected() {
    let table = FlightTable::new();
    let leader = lead_unconditionally(&table);
    let mut body = pin!(Some(async { by_thread(&table, 1, || Ok(1)) }));
    assert_eq!(block_on(LeaderScope::new(Some(&leader), body.as_mut())), Ok(1));
    drop(leader);
    assert!(table.is_empty());
}
