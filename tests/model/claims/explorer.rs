//! Chooses the order of steps: all orders depth-first up to a bound, and then random ones.
//!
//! Two orders that differ in steps which do not meet have the same effect, so one of them is enough: what has been tried at
//! a point sleeps afterwards, until a step is made that it meets.

use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::programs::Program;
use crate::scheduler::{self, ActorId, Choose, Footprint, Step};
use crate::single_flight::flights;

/// What was explored of a program.
pub(crate) struct Explored {
    name: &'static str,
    ordered: usize,
    is_complete: bool,
    random: usize,
}

impl fmt::Display for Explored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explored { name, ordered, is_complete, random } = self;
        let all = if *is_complete { "all" } else { "not all" };
        match random {
            0 => write!(f, "{name}: {ordered} interleavings, {all}"),
            random => write!(f, "{name}: {ordered} interleavings, {all}, and {random} random ones"),
        }
    }
}

/// How many times the bound a program is run that draws what it consists of.
const DRAWN: usize = 3;

/// Explores a program: up to a bound of all orders, unless it is random itself, and as many random ones where these are not
/// all. With a seed only random ones.
pub(crate) fn explore(program: &Program, bound: usize, seed: Option<u64>) -> Explored {
    let mut explored = Explored { name: program.name, ordered: 0, is_complete: false, random: 0 };
    if seed.is_none() && !program.is_random {
        let mut exhaustive = Exhaustive::default();
        while explored.ordered < bound && !explored.is_complete {
            run(program, 0, &mut exhaustive);
            explored.ordered += 1;
            explored.is_complete = !exhaustive.next();
        }
    }
    if !explored.is_complete {
        let bound = if program.is_random { DRAWN * bound } else { bound };
        for seed in (seed.unwrap_or_default()..).take(bound) {
            run(program, seed, &mut Random::new(seed));
            explored.random += 1;
        }
    }
    explored
}

/// Runs one interleaving, and reports a failure.
fn run(program: &Program, seed: u64, chooser: &mut dyn Choose) {
    let mut recorded = Recorded { chooser, chosen: Vec::new() };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        program.run(seed, &mut recorded, false);
        scheduler::end();
        assert!(flights().is_empty(), "tasks that were dropped have left a flight");
    }));
    scheduler::end();
    let Err(panic) = outcome else { return };
    let chosen = recorded.chosen;
    #[expect(clippy::print_stderr, reason = "it is the report of a failure")]
    {
        eprintln!("`{}` fails in this interleaving (random ones repeat with the seed {seed}):", program.name);
    }
    let _ = catch_unwind(AssertUnwindSafe(|| program.run(seed, &mut Replay(chosen.into_iter()), true)));
    scheduler::end();
    resume_unwind(panic);
}

/// Records what another one chooses.
struct Recorded<'a> {
    chooser: &'a mut dyn Choose,
    chosen: Vec<usize>,
}

impl Choose for Recorded<'_> {
    fn choose(&mut self, possible: &[(Step, Footprint)]) -> Option<usize> {
        let chosen = self.chooser.choose(possible)?;
        self.chosen.push(chosen);
        Some(chosen)
    }
}

/// Chooses what was recorded.
struct Replay(std::vec::IntoIter<usize>);

impl Choose for Replay {
    fn choose(&mut self, _: &[(Step, Footprint)]) -> Option<usize> {
        self.0.next()
    }
}

/// Chooses what is first in the list.
pub(crate) struct First;

impl Choose for First {
    fn choose(&mut self, _: &[(Step, Footprint)]) -> Option<usize> {
        Some(0)
    }
}

/// A point of the present interleaving.
struct Point {
    possible: Vec<(Step, Footprint)>,
    chosen: usize,
    /// What need not be tried here.
    asleep: Vec<(Step, Footprint)>,
}

impl Point {
    /// Chooses the first step that is awake.
    fn choose(&mut self) -> bool {
        let is_asleep = |step: &Step| self.asleep.iter().any(|(asleep, _)| asleep == step);
        let awake = self.possible.iter().position(|(step, _)| !is_asleep(step));
        self.chosen = awake.unwrap_or_default();
        awake.is_some()
    }

    /// What sleeps after the chosen step.
    fn asleep_afterwards(&self) -> Vec<(Step, Footprint)> {
        let (_, chosen) = self.possible[self.chosen];
        self.asleep.iter().filter(|(_, footprint)| footprint.is_independent_of(&chosen)).copied().collect()
    }
}

/// All orders, depth-first.
#[derive(Default)]
struct Exhaustive {
    path: Vec<Point>,
    depth: usize,
}

impl Choose for Exhaustive {
    fn choose(&mut self, possible: &[(Step, Footprint)]) -> Option<usize> {
        if self.depth == self.path.len() {
            let asleep = self.path.last().map(Point::asleep_afterwards).unwrap_or_default();
            let mut point = Point { possible: possible.to_vec(), chosen: 0, asleep };
            if !point.choose() {
                return None;
            }
            self.path.push(point);
        }
        let point = &self.path[self.depth];
        let is_same = possible.iter().map(|(step, _)| step).eq(point.possible.iter().map(|(step, _)| step));
        assert!(is_same, "a program does the same each time: {possible:?} instead of {:?}", point.possible);
        self.depth += 1;
        Some(point.chosen)
    }
}

impl Exhaustive {
    /// Prepares the next interleaving, if there is one.
    fn next(&mut self) -> bool {
        self.depth = 0;
        while let Some(mut point) = self.path.pop() {
            let tried = point.possible[point.chosen];
            point.asleep.push(tried);
            if point.choose() {
                self.path.push(point);
                return true;
            }
        }
        false
    }
}

/// A random order. Drops and deaths are rarer than what goes on, or few tasks would come far.
///
/// By every second seed all go on at a like pace. By the others the one of the highest rank goes on, until the ranks change:
/// so some tasks begin when others are nearly done.
struct Random {
    rng: Rng,
    has_ranks: bool,
    ranks: HashMap<ActorId, u64>,
}

impl Random {
    fn new(seed: u64) -> Self {
        Random { rng: Rng(seed), has_ranks: seed % 2 == 1, ranks: HashMap::new() }
    }

    fn rank(&mut self, step: &Step) -> u64 {
        let (Step::Poll(actor) | Step::Execute(actor, _) | Step::Run(actor)) = *step else { return 0 };
        let Random { rng, ranks, .. } = self;
        *ranks.entry(actor).or_insert_with(|| 1 + rng.below(1000))
    }
}

impl Choose for Random {
    fn choose(&mut self, possible: &[(Step, Footprint)]) -> Option<usize> {
        let weight = |step: &Step| match step {
            Step::Poll(_) | Step::Execute(..) | Step::Run(_) => 12,
            Step::PassTime => 3,
            Step::Drop(..) | Step::Kill(..) => 1,
        };
        let sum: u64 = possible.iter().map(|(step, _)| weight(step)).sum();
        let mut drawn = self.rng.below(sum);
        let drawn = possible.iter().position(|(step, _)| {
            let is_drawn = drawn < weight(step);
            drawn = drawn.wrapping_sub(weight(step));
            is_drawn
        });
        if !self.has_ranks || self.rank(&possible[drawn?].0) == 0 {
            return drawn;
        }
        if self.rng.chance(10) {
            self.ranks.clear();
        }
        (0..possible.len()).max_by_key(|at| self.rank(&possible[*at].0))
    }
}

/// Random numbers from a seed.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(from.len() as u64)).expect("a small number")]
    }
}
