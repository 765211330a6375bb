//! A crowd that waits for one key: how many compute at once after failures.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

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
        let (table, running, endings) = (FlightTable::new(), Rc::default(), Rc::default());
        let mut crowd = Crowd { table, tasks: Vec::new(), running, endings };
        crowd.join(size);
        crowd
    }

    /// Lets more tasks request the key.
    fn join(&mut self, size: usize) {
        for number in self.tasks.len()..self.tasks.len() + size {
            let (table, running) = (Arc::clone(&self.table), Rc::clone(&self.running));
            let endings = Rc::clone(&self.endings);
            self.tasks.push(Some(Box::pin(async move {
                let body = async move {
                    running.borrow_mut().push(number);
                    let told = |_: &mut Context<'_>| match endings.borrow().get(&number) {
                        Some(ending) => Poll::Ready(*ending),
                        None => Poll::Pending,
                    };
                    let ending = poll_fn(told).await;
                    running.borrow_mut().retain(|running| *running != number);
                    ending
                };
                by_task(&table, 1, body).await
            })));
        }
        self.poll();
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
fn after_a_success_the_ramp_begins_anew() {
    let mut crowd = Crowd::new(100);
    for _ in 0..3 {
        let failing = crowd.running()[0];
        crowd.end(failing, Err(()));
    }
    let succeeding = crowd.running()[0];
    crowd.end(succeeding, Ok(7));
    // Three still compute, and others come.
    let running = crowd.running();
    crowd.join(50);
    assert_eq!(crowd.running(), running);
    crowd.end(running[0], Err(()));
    assert_eq!(crowd.running(), running[1..], "after one failure two may compute");
    crowd.end(running[1], Err(()));
    assert_eq!(crowd.running().len(), 3);
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
