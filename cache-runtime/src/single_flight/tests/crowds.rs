//! A crowd that waits for one key: how many compute at once after failures.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use super::super::table::FlightTable;
use super::{Table, by_task, poll_once};

type Task = Pin<Box<dyn Future<Output = Result<u32, ()>>>>;

/// A crowd of tasks whose bodies end when they are told to, polled by hand.
struct Crowd {
    table: Table,
    /// Each task, until it has ended.
    tasks: Vec<Option<Task>>,
    /// The tasks whose bodies run.
    running: Rc<RefCell<Vec<usize>>>,
    /// How the bodies of tasks end that have been told.
    endings: Rc<RefCell<HashMap<usize, Result<u32, ()>>>>,
}

impl Crowd {
    fn new(size: usize) -> Self {
        let table: Table = FlightTable::new();
        let (running, endings) = (Rc::<RefCell<Vec<usize>>>::default(), Rc::<RefCell<HashMap<_, _>>>::default());
        let tasks = (0..size).map(|number| {
            let (table, running, endings) = (Arc::clone(&table), Rc::clone(&running), Rc::clone(&endings));
            let task: Task = Box::pin(async move {
                let body = async move {
                    running.borrow_mut().push(number);
                    let ending =
                        poll_fn(|_| endings.borrow().get(&number).map_or(Poll::Pending, |end| Poll::Ready(*end)));
                    let ending = ending.await;
                    running.borrow_mut().retain(|running| *running != number);
                    ending
                };
                by_task(&table, 1, body).await
            });
            Some(task)
        });
        let mut crowd = Crowd { tasks: tasks.collect(), table, running, endings };
        crowd.poll();
        crowd
    }

    /// Polls all tasks that have not ended, and returns what those return that end.
    fn poll(&mut self) -> Vec<Result<u32, ()>> {
        let mut ended = Vec::new();
        for task in &mut self.tasks {
            if let Some(running) = task
                && let Poll::Ready(answer) = poll_once(running.as_mut())
            {
                ended.push(answer);
                *task = None;
            }
        }
        ended
    }

    fn running(&self) -> Vec<usize> {
        self.running.borrow().clone()
    }

    fn end(&mut self, task: usize, ending: Result<u32, ()>) -> Vec<Result<u32, ()>> {
        self.endings.borrow_mut().insert(task, ending);
        let mut ended = self.poll();
        ended.extend(self.poll());
        ended
    }
}

#[test]
fn while_a_source_fails_the_number_of_computations_at_once_doubles() {
    let (mut crowd, mut rounds) = (Crowd::new(100), Vec::new());
    while !crowd.running().is_empty() {
        rounds.push(crowd.running().len());
        for task in crowd.running() {
            assert_eq!(crowd.end(task, Err(())), [Err(())], "an `Err` reaches only its caller");
        }
    }
    assert_eq!(rounds, [1, 2, 4, 8, 16, 32, 37], "nobody waits for more than log2 of the crowd");
    assert!(crowd.table.is_empty());
}

#[test]
fn one_success_serves_all_and_ends_the_ramp() {
    let mut crowd = Crowd::new(100);
    for _ in 0..3 {
        let failing = crowd.running()[0];
        crowd.end(failing, Err(()));
    }
    let running = crowd.running();
    assert_eq!(running.len(), 4, "three have failed in a row");
    assert_eq!(
        crowd.end(running[0], Ok(7)),
        vec![Ok(7); 100 - 3 - 3],
        "all but those who have failed or still compute"
    );
    assert_eq!(crowd.running(), running[1..]);
    for task in &running[1..] {
        assert_eq!(crowd.end(*task, Err(())), [Err(())]);
    }
    assert!(crowd.running().is_empty() && crowd.table.is_empty());
}

#[test]
fn a_cancelled_computation_is_followed_by_one() {
    let mut crowd = Crowd::new(20);
    for cancelled in 0..10 {
        assert_eq!(crowd.running(), [cancelled]);
        crowd.tasks[cancelled] = None;
        crowd.running.borrow_mut().clear();
        crowd.poll();
    }
}
