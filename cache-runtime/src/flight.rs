//! Who computes a key, and who waits for it: threads and tasks in one list.
//!
//! A caller [joins](Flights::join) the flight of a key. The first one leads: it runs the body and
//! [lands](Lead::land) the value, which all who wait are given. A lead that ends in any other way (an `Err`, a panic, a
//! dropped future) passes to the next who waits. Nobody waits for more than [two computations](MOST_WAITS) of others.
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
    /// How many values have landed.
    landed: AtomicU64,
}

struct Table<K, V> {
    next: Id,
    flights: HashMap<K, Flight>,
    /// By the lead whose body asks, the keys that it asks for at this moment.
    needs: HashMap<Id, Vec<K>>,
    /// By seat, what a waiter has been told and has not yet heard.
    told: HashMap<Id, Told<V>>,
}

struct Flight {
    leader: Id,
    face: Face,
    /// When the leader was last heard of, and for how long it may be silent.
    heard: Instant,
    silence: Duration,
    /// Whether the key was changed since the leader began.
    disturbed: bool,
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
        let table = Table { next: 0, flights: HashMap::new(), needs: HashMap::new(), told: HashMap::new() };
        Arc::new(Flights { table: Mutex::new(table), landed: AtomicU64::new(0) })
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
        let id = table.new_id();
        let leads = match table.flights.entry(key.clone()) {
            // It may be the very thread that should poll that task.
            Entry::Occupied(flight) if flight.get().face == Face::Task && face == Face::Thread => return Turn::Alone,
            Entry::Occupied(flight) => {
                flight.into_mut().seats.push_back(Seat { id, face, waits: 0, waker: Waker::noop().clone() });
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
        let id = table.new_id();
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
        let silent = |flight: &Flight| !flight.seats.is_empty() && flight.heard.elapsed() >= flight.silence;
        let late: Vec<_> = table.flights.iter().filter(|(_, flight)| silent(flight)).collect();
        let late: Vec<_> = late.into_iter().map(|(key, flight)| (key.clone(), flight.leader)).collect();
        let wakers: Vec<_> = late.into_iter().flat_map(|(key, leader)| table.pass(&key, leader)).collect();
        let waiting = table.flights.values().any(|flight| !flight.seats.is_empty());
        drop(table);
        wakers.into_iter().for_each(Waker::wake);
        waiting
    }

    /// Notes that keys are changed by hand: what is being computed for them is out of date.
    pub(crate) fn disturb(&self, changes: impl Fn(&K) -> bool) {
        self.disturb_before(Id::MAX, changes);
    }

    /// The same for what leads before `leader` compute: they began before it.
    fn disturb_before(&self, leader: Id, changes: impl Fn(&K) -> bool) {
        let mut table = self.lock();
        let disturbed = table.flights.iter_mut().filter(|(key, flight)| flight.leader < leader && changes(key));
        disturbed.for_each(|(_, flight)| flight.disturbed = true);
    }

    /// Notes that a leader is at work.
    fn heard_of(&self, key: &K, leader: Id) {
        let mut table = self.lock();
        if let Some(flight) = table.flights.get_mut(key).filter(|flight| flight.leader == leader) {
            flight.heard = Instant::now();
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
        Flight { leader, face, heard: Instant::now(), silence, disturbed: false, seats: VecDeque::new() }
    }
}

impl<K: Key, V> Table<K, V> {
    fn new_id(&mut self) -> Id {
        self.next += 1;
        self.next
    }

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

    /// Gives the lead to the next who waits, threads before tasks, or ends the flight; returns whom to wake.
    ///
    /// Who has now waited for enough computations is told to go alone.
    fn pass(&mut self, key: &K, leader: Id) -> Vec<Waker> {
        let id = self.new_id();
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
        (flight.leader, flight.face, flight.heard) = (id, seat.face, Instant::now());
        flight.disturbed = false;
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

    /// Ends the flight of a leader, and returns who waits; nobody if it was deposed.
    fn end(&mut self, key: &K, leader: Id) -> VecDeque<Seat> {
        match self.flights.remove(key) {
            Some(flight) if flight.leader == leader => flight.seats,
            Some(anothers) => {
                self.flights.insert(key.clone(), anothers);
                VecDeque::new()
            }
            None => VecDeque::new(),
        }
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

    /// Whether the key was changed since this leader began. For one that was deposed nobody can tell.
    pub(crate) fn is_disturbed(&self) -> bool {
        let table = self.all.lock();
        table.flights.get(&self.key).is_some_and(|flight| flight.leader == self.id && flight.disturbed)
    }

    /// Notes that this lead brings what is newer than all that began before it.
    pub(crate) fn disturb_earlier(&self, changes: impl Fn(&K) -> bool) {
        self.all.disturb_before(self.id, changes);
    }

    /// Gives the value to all who wait. If this leader was deposed, the value is its caller's alone.
    pub(crate) fn land(mut self, value: &V) {
        self.over = true;
        let mut table = self.all.lock();
        self.all.landed.fetch_add(1, Ordering::Release);
        table.no_longer_needed(self.parent, &self.key);
        let seats = table.end(&self.key, self.id);
        for seat in &seats {
            table.told.insert(seat.id, Told::Value(value.clone()));
        }
        drop(table);
        seats.into_iter().for_each(|seat| seat.waker.wake());
    }
}

impl<K: Key, V: Clone> Drop for Lead<K, V> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let mut table = self.all.lock();
        table.no_longer_needed(self.parent, &self.key);
        let wakers = table.pass(&self.key, self.id);
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
            Some(Told::Lead(id)) => table.pass(&self.key, id),
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
