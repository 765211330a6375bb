//! Traces the shape of a type, one place after the other.
//!
//! Each run follows one path from the root, notes what the type asks for at the end of the path, and ends with an error
//! there, so that no value of the place must be made up. The search is breadth first, and does not enter a place again
//! that it has seen before, which ends recursion.

use std::any::type_name;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::DeserializeOwned;

use super::ShapeNode;
use super::tracer::{ALIASES, DUMMIES, Found, TraceRun, TracedPlace};
use crate::codec::data_model::{DataKind, Form, Name};

/// The most runs for a type. Places that are not reached by then are opaque.
const MOST_RUNS: usize = 20_000;

/// Traces a type. A type whose code panics is opaque.
pub(super) fn nodes<T: DeserializeOwned>(form: Form) -> Vec<ShapeNode> {
    let traced = catch_unwind(AssertUnwindSafe(|| Trace::new(form).finish::<T>()));
    traced.unwrap_or_else(|_| vec![ShapeNode::opaque(type_name::<T>())])
}

struct Trace {
    run: TraceRun,
    runs: usize,
    nodes: Vec<ShapeNode>,
    entered: HashMap<(Name, DataKind, &'static [Name]), usize>,
    /// The paths of places that are not traced yet, and the node of which each is a part.
    todo: VecDeque<(Vec<u32>, Option<usize>)>,
}

impl Trace {
    fn new(form: Form) -> Self {
        let todo = VecDeque::from([(Vec::new(), None)]);
        Trace { run: TraceRun::new(form), runs: 0, nodes: Vec::new(), entered: HashMap::new(), todo }
    }

    fn finish<T: DeserializeOwned>(mut self) -> Vec<ShapeNode> {
        while let Some((path, parent)) = self.todo.pop_front() {
            let node = match self.look::<T>(&path) {
                Some(Found::Place(place)) => self.enter::<T>(&path, place),
                _ => self.add(ShapeNode::opaque(type_name::<T>())),
            };
            if let Some(parent) = parent {
                self.nodes[parent].children.push(node);
            }
        }
        self.nodes
    }

    /// The index of the node for a place, which may have been seen elsewhere.
    fn enter<T: DeserializeOwned>(&mut self, path: &[u32], place: TracedPlace) -> usize {
        let TracedPlace { mut node, children, visitor } = place;
        let Some(kind) = node.kind.filter(|_| children > 0) else {
            return self.add(node);
        };
        let key = (visitor, kind, node.names);
        if let Some(&node) = self.entered.get(&key) {
            return node;
        }
        let at_aliases = [path, &[ALIASES]].concat();
        node.aliases = kind.has_names() && matches!(self.look::<T>(&at_aliases), Some(Found::Aliases(true)));
        let node = self.add(node);
        self.entered.insert(key, node);
        self.todo.extend((0..children).map(|child| ([path, &[child]].concat(), Some(node))));
        node
    }

    fn add(&mut self, node: ShapeNode) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Finds out what is at the end of a path, with each dummy in turn for the values before it.
    fn look<T: DeserializeOwned>(&mut self, path: &[u32]) -> Option<Found> {
        (0..DUMMIES.len()).find_map(|dummy| self.try_with::<T>(path, dummy))
    }

    /// Repeats the run as long as it learns something about which dummies are accepted.
    fn try_with<T: DeserializeOwned>(&mut self, path: &[u32], dummy: usize) -> Option<Found> {
        while self.runs < MOST_RUNS {
            self.runs += 1;
            let (found, has_learnt) = self.run.run::<T>(path, dummy);
            if found.is_some() || !has_learnt {
                return found;
            }
        }
        None
    }
}
