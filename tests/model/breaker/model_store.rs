//! A store that fails, answers late, hangs and recovers.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use shuttle::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use crate::clock::{PROBES, sleep};
use crate::stand_ins::{Error, ErrorKind, Expiration, Outage, Result, Store, Timestamp, Value};

/// What the store does when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    Answers,
    /// At once, as if the connection were refused.
    Fails,
    /// After its timeout.
    FailsLate,
    AnswersLate,
    /// Until it is in another state.
    Hangs,
}

const STATES: [State; 5] = [State::Answers, State::Fails, State::FailsLate, State::AnswersLate, State::Hangs];

pub(crate) struct ModelStore {
    reads: Part,
    writes: Part,
    calls: AtomicUsize,
    probes: AtomicUsize,
    most_probes: usize,
}

/// What the store does for reads, or for writes, and how many probes are asking for that.
#[derive(Default)]
struct Part {
    state: AtomicU8,
    probes: AtomicUsize,
}

impl Part {
    fn state(&self) -> State {
        STATES[usize::from(self.state.load(Ordering::SeqCst))]
    }

    fn answer(&self) -> Result<()> {
        let down = || Error::new(ErrorKind::Unavailable, "the store is down");
        match self.state() {
            State::Answers => Ok(()),
            State::Fails => Err(down()),
            State::FailsLate => {
                sleep(Duration::from_millis(300));
                Err(down().unreachable())
            }
            State::AnswersLate => {
                sleep(Duration::from_millis(1200));
                Ok(())
            }
            State::Hangs => {
                while self.state() == State::Hangs {
                    sleep(Duration::from_millis(400));
                }
                Err(down().unreachable())
            }
        }
    }
}

impl ModelStore {
    pub(crate) fn new(most_probes: usize) -> Self {
        ModelStore {
            reads: Part::default(),
            writes: Part::default(),
            calls: AtomicUsize::new(0),
            probes: AtomicUsize::new(0),
            most_probes,
        }
    }

    fn part(&self, outage: Outage) -> &Part {
        match outage {
            Outage::Everything => &self.reads,
            Outage::Writes => &self.writes,
        }
    }

    pub(crate) fn become_one(&self, outage: Outage, state: State) {
        self.part(outage).state.store(state as u8, Ordering::SeqCst);
    }

    pub(crate) fn become_all(&self, state: State) {
        self.become_one(Outage::Everything, state);
        self.become_one(Outage::Writes, state);
    }

    /// How many calls have reached the store, without probes.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// How many probes have reached it.
    pub(crate) fn probes(&self) -> usize {
        self.probes.load(Ordering::SeqCst)
    }

    fn ask(&self, outage: Outage, key: &str) -> Result<()> {
        let part = self.part(outage);
        if !key.starts_with("@/") {
            self.calls.fetch_add(1, Ordering::SeqCst);
            return part.answer();
        }
        PROBES.fetch_add(1, SeqCst);
        self.probes.fetch_add(1, Ordering::SeqCst);
        let probes = part.probes.fetch_add(1, Ordering::SeqCst) + 1;
        assert!(probes <= self.most_probes, "{probes} probes ask at once ({outage:?})");
        let answer = part.answer();
        part.probes.fetch_sub(1, Ordering::SeqCst);
        answer
    }
}

impl Store for ModelStore {
    fn get(&self, key: &str) -> Result<Option<()>> {
        self.ask(Outage::Everything, key).map(|()| None)
    }

    fn set(&self, key: &str, _: &Value, _: &Expiration) -> Result<()> {
        self.ask(Outage::Writes, key)
    }

    fn delete(&self, _: &str, _: Timestamp) -> Result<bool> {
        Ok(false)
    }

    fn name(&self) -> String {
        "model".to_owned()
    }
}
