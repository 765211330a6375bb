//! Runs the tasks of a program on one thread, step by step, in an order that somebody else chooses.
//!
//! A step is the smallest piece whose place in the order matters: a poll, the execution of one operation, a drop. Each has a
//! [`Footprint`]; steps whose footprints do not meet can change places without any effect.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crate::{Error, ErrorKind, Result};

pub(crate) type ProcessId = u32;

/// A task, or a job for a thread; by whom it was started decides the number.
pub(crate) type ActorId = u64;

type TaskFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// No actor.
const NOBODY: ActorId = 0;

/// Longer than anything here waits.
const FOREVER: Duration = Duration::from_secs(60 * 60);

/// For how long a task that could go on may be held up. A process that is held up for longer than its claims last loses
/// them.
const LONGEST_HOLD_UP: Duration = Duration::from_millis(100);

/// More than any interleaving takes.
const MOST_STEPS: usize = 5_000;

thread_local! {
    static WORLD: RefCell<World> = RefCell::default();
}

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A task that was woken is polled.
    Poll(ActorId),
    /// An operation takes effect, and its actor is woken.
    Execute(ActorId, u32),
    /// A thread does its work.
    Run(ActorId),
    /// The next timer or check is due.
    PassTime,
    /// A task is dropped. Its operation in flight may still take effect, or is lost.
    Drop(ActorId, InFlight),
    /// A process dies.
    Kill(ProcessId, InFlight),
}

/// What becomes of operations in flight when nobody waits for them any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InFlight {
    Delivered,
    Lost,
}

/// What a step reads and changes, as sets of bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Footprint {
    reads: u64,
    changes: u64,
    /// Who waits for it; steps of one actor keep their order.
    actor: ActorId,
}

impl Footprint {
    /// Meets everything.
    pub(crate) const ALL: Footprint = Footprint { reads: u64::MAX, changes: u64::MAX, actor: NOBODY };

    const NOTHING: Footprint = Footprint { reads: 0, changes: 0, actor: NOBODY };

    /// The bit of a key in one of four groups of eight; tags and all others share one.
    fn bit(key: &str, group: u32) -> u64 {
        let number = key.strip_prefix('k').and_then(|number| number.parse().ok()).unwrap_or(7_u32);
        1 << (group * 8 + number.min(7))
    }

    pub(crate) fn reading_entry(key: &str) -> Self {
        Footprint { reads: Self::bit(key, 0), ..Self::NOTHING }
    }

    pub(crate) fn changing_claims(key: &str) -> Self {
        Footprint { changes: Self::bit(key, 1), ..Self::NOTHING }
    }

    pub(crate) fn changing_entry(key: &str) -> Self {
        Footprint { changes: Self::bit(key, 0) | Self::bit(key, 1), ..Self::NOTHING }
    }

    pub(crate) fn changing_source(key: &str) -> Self {
        Footprint { changes: Self::bit(key, 2), ..Self::NOTHING }
    }

    pub(crate) fn reading_history(key: &str) -> Self {
        Footprint { reads: Self::bit(key, 3), ..Self::NOTHING }
    }

    pub(crate) fn changing_history(key: &str) -> Self {
        Footprint { changes: Self::bit(key, 3), ..Self::NOTHING }
    }

    /// A poll, which changes what the tasks of a process share.
    fn of_process(process: ProcessId, actor: ActorId) -> Self {
        Footprint { changes: 1 << (32 + process), actor, ..Self::NOTHING }
    }

    /// Whether two steps can change places.
    pub(crate) fn is_independent_of(&self, other: &Footprint) -> bool {
        let meets = |one: &Footprint, other: &Footprint| one.changes & (other.reads | other.changes) != 0;
        let same_actor = self.actor != NOBODY && self.actor == other.actor;
        !meets(self, other) && !meets(other, self) && !same_actor
    }
}

impl FromIterator<Footprint> for Footprint {
    fn from_iter<I: IntoIterator<Item = Footprint>>(all: I) -> Self {
        all.into_iter().fold(Self::NOTHING, |sum, one| Footprint {
            reads: sum.reads | one.reads,
            changes: sum.changes | one.changes,
            actor: NOBODY,
        })
    }
}

/// What happens to a task besides being polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Ends,
    /// It may be dropped at any of its points.
    MayBeDropped,
}

struct Task {
    id: ActorId,
    process: ProcessId,
    /// `None` while it is polled, and after its end.
    future: Option<TaskFuture>,
    woken: Arc<Woken>,
    fate: Fate,
    was_polled: bool,
    is_detached: bool,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, SeqCst);
    }
}

struct Operation {
    id: (ActorId, u32),
    process: ProcessId,
    footprint: Footprint,
    label: String,
    /// Whether it can take effect when its caller is gone.
    is_remote: bool,
    /// Takes effect, and wakes whoever waits.
    execute: Box<dyn FnOnce() + Send>,
}

struct Job {
    id: ActorId,
    process: ProcessId,
    run: Box<dyn FnOnce() + Send>,
}

struct Check {
    interval: Duration,
    due: Duration,
    check: fn() -> bool,
}

/// Everything of one interleaving.
#[derive(Default)]
struct World {
    now: Duration,
    tasks: Vec<Task>,
    operations: Vec<Operation>,
    jobs: Vec<Job>,
    timers: Vec<(Duration, Waker)>,
    checks: Vec<Check>,
    dead: Vec<ProcessId>,
    may_die: Option<ProcessId>,
    /// How often time may pass although a task could go on.
    early_passes: u32,
    /// Who makes the present step, in which process.
    actor: ActorId,
    process: ProcessId,
    /// How many operations and actors each actor has started.
    started: HashMap<ActorId, (u32, u64)>,
    /// Whether a step that meets everything is under way.
    is_exclusive: bool,
    /// What becomes of operations that are dropped in this step.
    dropped_operations: Option<InFlight>,
    drops: u32,
    is_traced: bool,
    steps: usize,
}

fn with<T>(use_world: impl FnOnce(&mut World) -> T) -> T {
    WORLD.with_borrow_mut(use_world)
}

/// The time since the start.
pub(crate) fn now() -> Duration {
    with(|world| world.now)
}

/// How many tasks were dropped, and processes killed.
pub(crate) fn drops() -> u32 {
    with(|world| world.drops)
}

pub(crate) fn is_dead(process: ProcessId) -> bool {
    with(|world| world.dead.contains(&process))
}

pub(crate) fn not_dead(process: ProcessId) -> Result<()> {
    if is_dead(process) { Err(Error::new(ErrorKind::Unavailable, "the process is dead")) } else { Ok(()) }
}

/// Checks that what the present step does may be done outside any operation.
pub(crate) fn is_in_exclusive_step() {
    assert!(with(|world| world.is_exclusive), "this step's footprint does not include the store");
}

/// A text for the trace, if there is one.
pub(crate) fn label(text: impl FnOnce() -> String) -> String {
    if with(|world| world.is_traced) { text() } else { String::new() }
}

/// The process that makes the present step.
pub(crate) fn current_process() -> ProcessId {
    with(|world| world.process)
}

/// Begins an interleaving.
pub(crate) fn begin(is_traced: bool) {
    end();
    with(|world| *world = World { is_traced, ..World::default() });
}

/// Ends an interleaving, wherever it is: all processes die.
pub(crate) fn end() {
    with(|world| world.dead = (0..32).collect());
    loop {
        let (tasks, jobs, operations) =
            with(|world| (mem::take(&mut world.tasks), mem::take(&mut world.jobs), mem::take(&mut world.operations)));
        if tasks.is_empty() && jobs.is_empty() && operations.is_empty() {
            break;
        }
        drop((tasks, jobs, operations));
    }
}

/// Lets a process die at some point.
pub(crate) fn may_die(process: ProcessId) {
    with(|world| world.may_die = Some(process));
}

/// Lets time pass so many times although a task could go on.
pub(crate) fn allow_early_passes(times: u32) {
    with(|world| world.early_passes = times);
}

/// Starts a task of a process.
pub(crate) fn spawn(process: ProcessId, fate: Fate, future: impl Future<Output = ()> + Send + 'static) {
    with(|world| {
        (world.actor, world.process) = (NOBODY, process);
        world.add_task(fate, false, Box::pin(future));
    });
}

/// Starts a task that outlives its caller, in the same process.
pub(crate) fn spawn_detached(future: TaskFuture) {
    with(|world| world.add_task(Fate::Ends, true, future));
}

/// Starts work on a thread.
pub(crate) fn add_job(run: Box<dyn FnOnce() + Send>) {
    with(|world| {
        let (id, process) = (world.new_actor(), world.process);
        world.jobs.push(Job { id, process, run });
    });
}

pub(crate) fn start_check(interval: Duration, check: fn() -> bool) {
    with(|world| {
        if !world.checks.iter().any(|known| std::ptr::fn_addr_eq(known.check, check)) {
            world.checks.push(Check { interval, due: world.now + interval, check });
        }
    });
}

/// Whether a check still has something to check.
pub(crate) fn anything_left_to_check() -> bool {
    let checks: Vec<_> = with(|world| world.checks.iter().map(|check| check.check).collect());
    checks.into_iter().any(|check| check())
}

pub(crate) fn wake_at(until: Duration, waker: &Waker) {
    with(|world| world.timers.push((until, waker.clone())));
}

/// Something that a task does in a step of its own.
pub(crate) fn step<T: Send + 'static>(
    footprint: Footprint,
    label: String,
    run: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = T> + Send {
    Pending { started: None, not_started: Some((footprint, label, Box::new(run))), is_remote: false }
}

/// An operation of a task that is executed elsewhere, also when nobody waits for the answer any more.
pub(crate) fn remote_step<T: Send + 'static>(
    footprint: Footprint,
    label: String,
    run: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = T> + Send {
    Pending { started: None, not_started: Some((footprint, label, Box::new(run))), is_remote: true }
}

type Run<T> = Box<dyn FnOnce() -> T + Send>;

type SharedReply<T> = Arc<Mutex<Reply<T>>>;

/// A caller that waits for its operation.
struct Pending<T> {
    started: Option<((ActorId, u32), SharedReply<T>)>,
    not_started: Option<(Footprint, String, Run<T>)>,
    is_remote: bool,
}

struct Reply<T> {
    answer: Option<T>,
    waker: Waker,
}

impl<T: Send + 'static> Future for Pending<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        if let Some((footprint, label, run)) = self.not_started.take() {
            let reply = Arc::new(Mutex::new(Reply { answer: None, waker: context.waker().clone() }));
            let replies = Arc::clone(&reply);
            let execute = Box::new(move || {
                let answer = run();
                let mut reply = replies.lock().expect("no panic while it is held");
                reply.answer = Some(answer);
                reply.waker.wake_by_ref();
            });
            let is_remote = self.is_remote;
            let id = with(|world| world.add_operation(footprint, label, is_remote, execute));
            self.started = Some((id, reply));
            return Poll::Pending;
        }
        let (id, reply) = self.started.as_ref().expect("it has begun");
        let mut reply = reply.lock().expect("no panic while it is held");
        let Some(answer) = reply.answer.take() else {
            reply.waker = context.waker().clone();
            // Another task may wait for it now.
            with(|world| world.hand_over(*id));
            return Poll::Pending;
        };
        drop(reply);
        self.started = None;
        Poll::Ready(answer)
    }
}

impl<T> Drop for Pending<T> {
    fn drop(&mut self) {
        if let Some((id, _)) = self.started.take() {
            drop(with(|world| world.abandon(id)));
        }
    }
}

impl World {
    fn new_actor(&mut self) -> ActorId {
        let (_, actors) = self.started.entry(self.actor).or_default();
        *actors += 1;
        assert!(*actors < 1024, "an actor starts fewer others");
        self.actor * 1024 + *actors
    }

    fn add_task(&mut self, fate: Fate, is_detached: bool, future: TaskFuture) {
        let (id, process, woken) = (self.new_actor(), self.process, Arc::new(Woken(AtomicBool::new(true))));
        let future = Some(future);
        self.tasks.push(Task { id, process, future, woken, fate, was_polled: false, is_detached });
    }

    fn add_operation(
        &mut self,
        footprint: Footprint,
        label: String,
        is_remote: bool,
        execute: Box<dyn FnOnce() + Send>,
    ) -> (ActorId, u32) {
        let (operations, _) = self.started.entry(self.actor).or_default();
        *operations += 1;
        let (id, process) = ((self.actor, *operations), self.process);
        let footprint = Footprint { actor: self.actor, ..footprint };
        self.operations.push(Operation { id, process, footprint, label, is_remote, execute });
        id
    }

    fn hand_over(&mut self, id: (ActorId, u32)) {
        let actor = self.actor;
        self.operations.iter_mut().filter(|one| one.id == id).for_each(|one| one.footprint.actor = actor);
    }

    /// Nobody waits for an operation any more. Returns it if it is lost, to be dropped outside.
    fn abandon(&mut self, id: (ActorId, u32)) -> Option<Operation> {
        let at = self.operations.iter().position(|one| one.id == id)?;
        let operation = &self.operations[at];
        let is_lost = self.dropped_operations == Some(InFlight::Lost) || self.dead.contains(&operation.process);
        if is_lost || !operation.is_remote {
            return Some(self.operations.remove(at));
        }
        self.operations[at].footprint.actor = NOBODY;
        None
    }

    /// What may happen next, and what it meets. First what goes on by itself, in the order in which it began.
    fn possible_steps(&self) -> Vec<(Step, Footprint)> {
        let mut steps = Vec::new();
        for task in self.tasks.iter().filter(|task| task.future.is_some() && task.woken.0.load(SeqCst)) {
            // What is detached may release a claim while it is polled.
            let footprint =
                if task.is_detached { Footprint::ALL } else { Footprint::of_process(task.process, task.id) };
            steps.push((Step::Poll(task.id), footprint));
        }
        steps.extend(self.operations.iter().map(|one| (Step::Execute(one.id.0, one.id.1), one.footprint)));
        steps.extend(self.jobs.iter().map(|job| (Step::Run(job.id), Footprint::ALL)));
        let goes_on = !steps.is_empty();
        let unfinished = self.tasks.iter().any(|task| task.future.is_some());
        let may_pass =
            |until: Duration| !goes_on || (self.early_passes > 0 && until.saturating_sub(self.now) <= LONGEST_HOLD_UP);
        if unfinished && self.next_moment().is_some_and(may_pass) {
            steps.push((Step::PassTime, Footprint::ALL));
        }
        for task in &self.tasks {
            if task.future.is_some() && task.was_polled && task.fate == Fate::MayBeDropped {
                steps.push((Step::Drop(task.id, InFlight::Delivered), Footprint::ALL));
                if self.operations.iter().any(|one| one.is_remote && one.footprint.actor == task.id) {
                    steps.push((Step::Drop(task.id, InFlight::Lost), Footprint::ALL));
                }
            }
        }
        if let Some(process) = self.may_die
            && self.tasks.iter().any(|task| task.process == process && task.future.is_some() && task.was_polled)
        {
            steps.push((Step::Kill(process, InFlight::Delivered), Footprint::ALL));
            if self.operations.iter().any(|one| one.is_remote && one.process == process) {
                steps.push((Step::Kill(process, InFlight::Lost), Footprint::ALL));
            }
        }
        steps
    }

    /// When the next timer or check is due.
    fn next_moment(&self) -> Option<Duration> {
        let timers = self.timers.iter().map(|(until, _)| *until);
        timers.chain(self.checks.iter().map(|check| check.due)).min()
    }

    fn trace(&self, step: Step) {
        if !self.is_traced {
            return;
        }
        let label = match step {
            Step::Execute(actor, number) => self.operations.iter().find(|one| one.id == (actor, number)),
            _ => None,
        };
        let label = label.map(|one| one.label.as_str()).unwrap_or_default();
        #[expect(clippy::print_stderr, reason = "it is the report of a failure")]
        {
            eprintln!("{:>9.3?} {step:?} {label}", self.now);
        }
    }
}

/// Who chooses the next step.
pub(crate) trait Choose {
    /// The place of the chosen one; `None` gives the interleaving up.
    fn choose(&mut self, possible: &[(Step, Footprint)]) -> Option<usize>;
}

/// Runs all tasks to their end, and returns whether the interleaving was not given up.
pub(crate) fn run(chooser: &mut dyn Choose) -> bool {
    loop {
        let possible = with(|world| world.possible_steps());
        if possible.is_empty() {
            let unfinished: Vec<ActorId> = with(|world| {
                world.steps = 0;
                world.tasks.iter().filter(|task| task.future.is_some()).map(|task| task.id).collect()
            });
            assert!(unfinished.is_empty(), "these tasks hang: {unfinished:?}");
            return true;
        }
        let Some(chosen) = chooser.choose(&possible) else { return false };
        let (step, footprint) = possible[chosen];
        with(|world| {
            world.trace(step);
            world.steps += 1;
            world.is_exclusive = footprint.changes == u64::MAX;
            assert!(world.steps < MOST_STEPS && world.now < FOREVER, "the tasks go on for ever");
        });
        perform(step);
    }
}

fn perform(step: Step) {
    match step {
        Step::Poll(id) => poll(id),
        Step::Execute(actor, number) => {
            let operation = with(|world| {
                let at = world.operations.iter().position(|one| one.id == (actor, number)).expect("it is in flight");
                let operation = world.operations.remove(at);
                (world.actor, world.process) = (NOBODY, operation.process);
                operation
            });
            (operation.execute)();
        }
        Step::Run(id) => {
            let job = with(|world| {
                let at = world.jobs.iter().position(|job| job.id == id).expect("it waits to be run");
                let job = world.jobs.remove(at);
                (world.actor, world.process) = (job.id, job.process);
                job
            });
            (job.run)();
        }
        Step::PassTime => pass_time(),
        Step::Drop(id, in_flight) => {
            let future = with(|world| {
                world.drops += 1;
                world.dropped_operations = Some(in_flight);
                let task = world.tasks.iter_mut().find(|task| task.id == id).expect("it has not ended");
                (world.actor, world.process) = (task.id, task.process);
                task.future.take()
            });
            drop(future);
            with(|world| world.dropped_operations = None);
        }
        Step::Kill(process, in_flight) => kill(process, in_flight),
    }
}

fn poll(id: ActorId) {
    let (mut future, woken) = with(|world| {
        let task = world.tasks.iter_mut().find(|task| task.id == id).expect("it has not ended");
        task.woken.0.store(false, SeqCst);
        task.was_polled = true;
        (world.actor, world.process) = (task.id, task.process);
        (task.future.take().expect("it has not ended"), Arc::clone(&task.woken))
    });
    let poll = future.as_mut().poll(&mut Context::from_waker(&Waker::from(woken)));
    if poll.is_pending() {
        with(|world| {
            let task = world.tasks.iter_mut().find(|task| task.id == id).expect("it has not ended");
            task.future = Some(future);
        });
    }
}

fn pass_time() {
    let (timers, checks) = with(|world| {
        if world.tasks.iter().any(|task| task.future.is_some() && task.woken.0.load(SeqCst))
            || !world.operations.is_empty()
            || !world.jobs.is_empty()
        {
            world.early_passes -= 1;
        }
        world.now = world.next_moment().expect("there is something to wait for").max(world.now);
        let now = world.now;
        (world.actor, world.process) = (NOBODY, 0);
        let (timers, later): (Vec<_>, Vec<_>) =
            mem::take(&mut world.timers).into_iter().partition(|(until, _)| *until <= now);
        world.timers = later;
        let (checks, later): (Vec<_>, Vec<_>) =
            mem::take(&mut world.checks).into_iter().partition(|check| check.due <= now);
        world.checks = later;
        (timers, checks)
    });
    timers.into_iter().for_each(|(_, waker)| waker.wake());
    for check in checks {
        if (check.check)() {
            start_check(check.interval, check.check);
        }
    }
}

/// A process dies: nothing of it runs any more, and nothing of it reaches the store but what is on its way.
fn kill(process: ProcessId, in_flight: InFlight) {
    with(|world| {
        world.drops += 1;
        world.may_die = None;
        (world.actor, world.process) = (NOBODY, process);
        let (own, others): (Vec<_>, Vec<_>) =
            mem::take(&mut world.operations).into_iter().partition(|one| one.process == process);
        world.operations = others;
        if in_flight == InFlight::Delivered {
            // Of no process any more.
            let on_their_way = own.into_iter().filter(|one| one.is_remote).map(|one| Operation {
                process: u32::MAX,
                footprint: Footprint { actor: NOBODY, ..one.footprint },
                ..one
            });
            world.operations.extend(on_their_way);
        }
        world.dead.push(process);
    });
    loop {
        let (tasks, jobs) = with(|world| {
            let (own, others): (Vec<_>, Vec<_>) =
                mem::take(&mut world.tasks).into_iter().partition(|task| task.process == process);
            world.tasks = others;
            let (jobs, others): (Vec<_>, Vec<_>) =
                mem::take(&mut world.jobs).into_iter().partition(|job| job.process == process);
            world.jobs = others;
            (own, jobs)
        });
        if tasks.is_empty() && jobs.is_empty() {
            break;
        }
        drop((tasks, jobs));
    }
}
