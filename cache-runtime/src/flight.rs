//! Who computes a key, and who waits for it: threads and tasks in one list.
//!
//! A caller [joins](Flights::join) the flight of a key. The first one leads: it runs the body and
//! [lands](Lead::land) the value, which all who wait are given. A lead that ends in any other way (an `Err`, a panic, a
//! dropped future) passes to the next who waits. Nobody waits for more than [two computations](MOST_WAITS) of others.
//!
//! **A value may be overtaken** by a change of its key. Who calls after the change is not to be given it, though he may
//! wait for the very lead that computes it. So a value [reaches](Reach) those who waited at a moment before it was found
//! to be current, or, if it is not, those who waited before its lead began: it is of a time within their calls. The
//! others wait for the next lead, which begins after they all came.
//!
//! **Who one is** is asked neither of the thread nor of the runtime: several callers share a task, and not every
//! executor names its tasks. A body is polled inside of [`Within`](crate::within::Within), which notes its flight in a
//! thread-local for the length of each poll, so that a call made from there knows the flight that it serves. The graph
//! then says "this flight needs that key", and a wait that would close a circle is refused: [`Turn::Alone`].
//!
//! What the note does not follow (a thread or task that the body starts), and a leader that is never polled again, is
//! left to a bound on silence: [`sweep`](Flights::sweep) deposes the leader.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::sync::{Arc, AtomicU64, Mutex, MutexGuard, current_flight};

/// So many computations of others a caller waits for, then it runs the body alone: callers of a body that always fails
/// do not queue up behind each other.
pub(crate) const MOST_WAITS: u8 = 2;

/// The name of a lead, never used twice.
pub(crate) type Id = u64;

/// The flights of a process.
pub(crate) struct Flights<K, V> {
    table: Mutex<Table<K, V>>,
    /// The last number given. Leads and seats are numbered in one row, in which they come to the table.
    last: AtomicU64,
    /// How many values have landed.
    landed: AtomicU64,
}

struct Table<K, V> {
    flights: HashMap<K, Flight>,
    /// By the lead whose body asks, the keys that it asks for at this moment.
    needs: HashMap<Id, Vec<K>>,
    /// By seat, what a waiter has been told and has not yet heard.
    told: HashMap<Id, Told<V>>,
}

struct Flight {
    leader: Id,
    face: Face,
    /// When the leader was last heard of, and for how long it may be silent. While nobody has waited no clock is read.
    heard: Option<Instant>,
    silence: Duration,
    seats: VecDeque<Seat>,
}

struct Seat {
    id: Id,
    face: Face,
    waits: u8,
    waker: Waker,
}

/// How a caller waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    /// It blocks its thread.
    Thread,
    /// It is polled again.
    Task,
}

enum Told<V> {
    Value(V),
    Lead(Id),
    Alone,
}

/// What a caller is to do.
pub(crate) enum Turn<K: Key, V: Clone> {
    /// Compute.
    Lead(Lead<K, V>),
    /// Wait for who computes.
    Wait(Wait<K, V>),
    /// Run the body and keep no flight: waiting would close a circle, or block the thread that should go on.
    Alone,
}

/// The right and the duty to compute; dropped without [`land`](Lead::land), it passes to the next who waits.
pub(crate) struct Lead<K: Key, V: Clone> {
    all: Arc<Flights<K, V>>,
    key: K,
    id: Id,
    parent: Option<Id>,
    /// How many values had landed before this lead began.
    landed: u64,
    /// Whether it has landed.
    over: bool,
}

/// How far a value reaches: to those who have waited since a moment or longer.
#[derive(Clone, Copy)]
pub(crate) struct Reach(Id);

/// A seat among those who wait.
pub(crate) struct Wait<K: Key, V: Clone> {
    all: Arc<Flights<K, V>>,
    key: K,
    seat: Option<Id>,
    parent: Option<Id>,
}

/// What a wait ended with.
pub(crate) enum Heard<K: Key, V: Clone> {
    /// The value of who computed.
    Value(V),
    /// Whoever computed has given up; it is this caller's turn.
    Lead(Lead<K, V>),
    /// This caller has waited enough.
    Alone,
}

/// What names a flight.
pub(crate) trait Key: Clone + Eq + Hash {}
impl<K: Clone + Eq + Hash> Key for K {}

impl<K: Key, V: Clone> Flights<K, V> {
    pub(crate) fn new() -> Arc<Self> {
        let table = Table { flights: HashMap::new(), needs: HashMap::new(), told: HashMap::new() };
        Arc::new(Flights { table: Mutex::new(table), last: AtomicU64::new(0), landed: AtomicU64::new(0) })
    }

    /// The next number. The table's lock is held, so two steps are one, and cheaper.
    fn new_id(&self) -> Id {
        let id = self.last.load(Ordering::Relaxed) + 1;
        self.last.store(id, Ordering::Release);
        id
    }

    /// Counts a value that has landed. The table's lock is held, too.
    fn count_landed(&self) {
        self.landed.store(self.landed.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Table<K, V>> {
        self.table.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Takes part in the flight of `key`, as its leader if there is none; that may be silent for so long.
    pub(crate) fn join(self: &Arc<Self>, key: K, face: Face, silence: Duration) -> Turn<K, V> {
        let parent = current_flight();
        let mut table = self.lock();
        if parent.is_some_and(|parent| table.needs_reach(&key, parent)) {
            return Turn::Alone;
        }
        let id = self.new_id();
        let leads = match table.flights.entry(key.clone()) {
            // It may be the very thread that should poll that task.
            Entry::Occupied(flight) if flight.get().face == Face::Task && face == Face::Thread => return Turn::Alone,
            Entry::Occupied(flight) => {
                flight.into_mut().seat(Seat { id, face, waits: 0, waker: Waker::noop().clone() });
                false
            }
            Entry::Vacant(place) => {
                place.insert(Flight::led_by(id, face, silence));
                true
            }
        };
        table.needs(parent, &key);
        let (all, landed) = (Arc::clone(self), self.landed());
        if leads {
            Turn::Lead(Lead { all, key, id, parent, landed, over: false })
        } else {
            Turn::Wait(Wait { all, key, seat: Some(id), parent })
        }
    }

    /// Leads in any case: the flight of `key`, or, if somebody leads that, the flight of `apart`, which nobody else knows.
    pub(crate) fn lead(self: &Arc<Self>, key: K, apart: K, face: Face, silence: Duration) -> Lead<K, V> {
        let parent = current_flight();
        let mut table = self.lock();
        let id = self.new_id();
        let key = if table.flights.contains_key(&key) { apart } else { key };
        table.flights.insert(key.clone(), Flight::led_by(id, face, silence));
        table.needs(parent, &key);
        Lead { all: Arc::clone(self), key, id, parent, landed: self.landed(), over: false }
    }

    /// How many values have landed so far: a caller who asked before it looked into the store knows by it whether it
    /// need look again.
    pub(crate) fn landed(&self) -> u64 {
        self.landed.load(Ordering::Acquire)
    }

    /// Deposes leaders that have kept others waiting and have been silent for too long; the first who waits leads.
    ///
    /// Says whether anybody still waits.
    pub(crate) fn sweep(&self) -> bool {
        let mut table = self.lock();
        let late: Vec<_> = table.flights.iter().filter(|(_, flight)| flight.is_silent()).collect();
        let late: Vec<_> = late.into_iter().map(|(key, flight)| (key.clone(), flight.leader)).collect();
        let wakers: Vec<_> =
            late.into_iter().flat_map(|(key, leader)| table.pass(&key, leader, self.new_id())).collect();
        let waiting = table.flights.values().any(|flight| !flight.seats.is_empty());
        drop(table);
        wakers.into_iter().for_each(Waker::wake);
        waiting
    }

    /// Notes that a leader is at work.
    fn heard_of(&self, key: &K, leader: Id) {
        let mut table = self.lock();
        let flight = table.flights.get_mut(key).filter(|flight| flight.leader == leader);
        if let Some(heard) = flight.and_then(|flight| flight.heard.as_mut()) {
            *heard = Instant::now();
        }
    }

    /// How many wait for a key; `None` if nobody computes it.
    #[cfg(test)]
    pub(crate) fn waiting_for(&self, key: &K) -> Option<usize> {
        self.lock().flights.get(key).map(|flight| flight.seats.len())
    }

    /// Whether nothing is left of any flight.
    #[cfg_attr(not(test), allow(dead_code, reason = "for tests and the model"))]
    pub(crate) fn is_empty(&self) -> bool {
        let table = self.lock();
        table.flights.is_empty() && table.needs.is_empty() && table.told.is_empty()
    }

    /// Whether there is a flight of such a key.
    #[cfg_attr(not(test), allow(dead_code, reason = "for tests"))]
    pub(crate) fn any(&self, such: impl Fn(&K) -> bool) -> bool {
        self.lock().flights.keys().any(such)
    }
}

impl Flight {
    fn led_by(leader: Id, face: Face, silence: Duration) -> Self {
        Flight { leader, face, heard: None, silence, seats: VecDeque::new() }
    }

    fn seat(&mut self, seat: Seat) {
        self.heard.get_or_insert_with(Instant::now);
        self.seats.push_back(seat);
    }

    /// Whether it has kept others waiting for too long without a sign of life.
    fn is_silent(&self) -> bool {
        !self.seats.is_empty() && self.heard.is_some_and(|heard| heard.elapsed() >= self.silence)
    }
}

impl<K: Key, V> Table<K, V> {
    /// Whether the flight of `key` needs, by however many steps, what the lead `end` computes.
    fn needs_reach(&self, key: &K, end: Id) -> bool {
        let (mut todo, mut seen) = (vec![key], Vec::new());
        while let Some(key) = todo.pop() {
            let Some(flight) = self.flights.get(key) else { continue };
            if flight.leader == end {
                return true;
            }
            if !seen.contains(&key) {
                seen.push(key);
                todo.extend(self.needs.get(&flight.leader).into_iter().flatten());
            }
        }
        false
    }

    /// Gives the lead, as a new one of this number, to the next who waits, threads before tasks, or ends the flight;
    /// returns whom to wake.
    ///
    /// Who has now waited for enough computations is told to go alone.
    fn pass(&mut self, key: &K, leader: Id, id: Id) -> Vec<Waker> {
        let Some(flight) = self.flights.get_mut(key).filter(|flight| flight.leader == leader) else {
            return Vec::new();
        };
        flight.seats.iter_mut().for_each(|seat| seat.waits += 1);
        // A thread does not wait for a task, so as long as one waits a thread leads.
        let next = flight.seats.iter().position(|seat| seat.face == Face::Thread).unwrap_or(0);
        let Some(seat) = flight.seats.remove(next) else {
            self.flights.remove(key);
            return Vec::new();
        };
        (flight.leader, flight.face, flight.heard) = (id, seat.face, Some(Instant::now()));
        self.told.insert(seat.id, Told::Lead(id));
        let mut wakers = vec![seat.waker];
        let (staying, leaving): (VecDeque<_>, VecDeque<_>) =
            flight.seats.drain(..).partition(|seat| seat.waits < MOST_WAITS);
        flight.seats = staying;
        for seat in leaving {
            self.told.insert(seat.id, Told::Alone);
            wakers.push(seat.waker);
        }
        wakers
    }

    /// Gives a value to those whom it reaches, and the lead to the next of the others; returns whom to wake. Nobody, if
    /// the leader was deposed.
    fn land(&mut self, key: &K, leader: Id, value: &V, Reach(last): Reach, id: Id) -> Vec<Waker>
    where
        V: Clone,
    {
        // Mostly nobody is left, and then the table is asked once.
        let Some(mut flight) = self.flights.remove(key) else { return Vec::new() };
        if flight.leader != leader {
            self.flights.insert(key.clone(), flight);
            return Vec::new();
        }
        // Seats stand in the order of their numbers.
        let reached = flight.seats.partition_point(|seat| seat.id <= last);
        let mut wakers = Vec::new();
        for seat in flight.seats.drain(..reached) {
            self.told.insert(seat.id, Told::Value(value.clone()));
            wakers.push(seat.waker);
        }
        if !flight.seats.is_empty() {
            self.flights.insert(key.clone(), flight);
            wakers.extend(self.pass(key, leader, id));
        }
        wakers
    }

    /// Notes that the body of the lead `parent` asks for `key`.
    fn needs(&mut self, parent: Option<Id>, key: &K) {
        if let Some(parent) = parent {
            self.needs.entry(parent).or_default().push(key.clone());
        }
    }

    fn no_longer_needed(&mut self, parent: Option<Id>, key: &K) {
        let Some(parent) = parent else { return };
        let Some(needs) = self.needs.get_mut(&parent) else { return };
        if let Some(at) = needs.iter().position(|needed| needed == key) {
            needs.swap_remove(at);
        }
        if needs.is_empty() {
            self.needs.remove(&parent);
        }
    }
}

impl<K: Key, V: Clone> Lead<K, V> {
    pub(crate) fn id(&self) -> Id {
        self.id
    }

    /// Whether a value may have landed since `before` was asked for.
    pub(crate) fn landed_since(&self, before: u64) -> bool {
        self.landed != before
    }

    /// Notes that the leader is at work.
    pub(crate) fn is_at_work(&self) {
        self.all.heard_of(&self.key, self.id);
    }

    /// Whether anybody waits for it.
    pub(crate) fn is_awaited(&self) -> bool {
        let table = self.all.lock();
        table.flights.get(&self.key).is_some_and(|flight| flight.leader == self.id && !flight.seats.is_empty())
    }

    /// Reaches those who wait at this moment: for a value that is found to be current after it.
    pub(crate) fn reach(&self) -> Reach {
        Reach(self.all.last.load(Ordering::Acquire))
    }

    /// Reaches those who waited before this lead began: for a value that a change may have overtaken.
    pub(crate) fn reach_of_old(&self) -> Reach {
        Reach(self.id)
    }

    /// Gives the value to those whom it reaches, and passes the lead to the next of the others. If this leader was
    /// deposed, the value is its caller's alone.
    pub(crate) fn land(mut self, value: &V, reach: Reach) {
        self.over = true;
        let mut table = self.all.lock();
        self.all.count_landed();
        table.no_longer_needed(self.parent, &self.key);
        let wakers = table.land(&self.key, self.id, value, reach, self.all.new_id());
        drop(table);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl<K: Key, V: Clone> Drop for Lead<K, V> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let mut table = self.all.lock();
        table.no_longer_needed(self.parent, &self.key);
        let wakers = table.pass(&self.key, self.id, self.all.new_id());
        drop(table);
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// Nothing in it is polled in its place.
impl<K: Key, V: Clone> Unpin for Wait<K, V> {}

impl<K: Key, V: Clone> Future for Wait<K, V> {
    type Output = Heard<K, V>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Heard<K, V>> {
        let this = &mut *self;
        let seat = this.seat.expect("not polled after its end");
        let mut table = this.all.lock();
        let Some(told) = table.told.remove(&seat) else {
            let seats = table.flights.get_mut(&this.key).into_iter().flat_map(|flight| &mut flight.seats);
            let own = seats.into_iter().find(|taken| taken.id == seat);
            own.expect("who has not been told anything has a seat").waker.clone_from(context.waker());
            return Poll::Pending;
        };
        this.seat = None;
        Poll::Ready(match told {
            Told::Lead(id) => Heard::Lead(Lead {
                all: Arc::clone(&this.all),
                key: this.key.clone(),
                id,
                parent: this.parent,
                landed: this.all.landed(),
                over: false,
            }),
            Told::Value(value) => {
                table.no_longer_needed(this.parent, &this.key);
                Heard::Value(value)
            }
            Told::Alone => {
                table.no_longer_needed(this.parent, &this.key);
                Heard::Alone
            }
        })
    }
}

impl<K: Key, V: Clone> Drop for Wait<K, V> {
    fn drop(&mut self) {
        let Some(seat) = self.seat else { return };
        let mut table = self.all.lock();
        table.no_longer_needed(self.parent, &self.key);
        let wakers = match table.told.remove(&seat) {
            // It was given the lead and went away before it heard of it.
            Some(Told::Lead(id)) => table.pass(&self.key, id, self.all.new_id()),
            Some(Told::Value(_) | Told::Alone) => Vec::new(),
            None => {
                if let Some(flight) = table.flights.get_mut(&self.key) {
                    flight.seats.retain(|taken| taken.id != seat);
                }
                Vec::new()
            }
        };
        drop(table);
        wakers.into_iter().for_each(Waker::wake);
    }
}
