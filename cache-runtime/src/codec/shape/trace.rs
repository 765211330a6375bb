//! Traces the shape of a type, one place after the other.
//!
//! Each run follows one path from the root, notes what the type asks for at the end of the path, and ends with an error
//! there, so that no value of the place must be made up. The search is breadth first, and does not enter a place again
//! that it has seen before, which ends recursion.

use std::any::type_name;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use super::super::data_model::{DataKind, Form};
use super::super::field_usage::KnownLayouts;
use super::super::hash::Hash;
use super::tracer::{ALIASES, AcceptedDummies, DUMMIES, TraceResult, TraceRun, TracedPlace, Tracer};
use super::{Shape, ShapeNode};

/// The most runs for a type. Places that are not reached by then are opaque.
const MOST_RUNS: usize = 20_000;

/// Opaque types that drop no names.
const TAKE_ALL: [&str; 2] =
    ["serde_json::value::Value", "serde_json::map::Map<alloc::string::String, serde_json::value::Value>"];

/// Traces a type. A type whose code panics is opaque.
pub(super) fn shape<T: DeserializeOwned>(form: Form) -> Shape {
    let traced = catch_unwind(AssertUnwindSafe(|| Trace::new(form).finish::<T>()));
    traced.unwrap_or_else(|_| {
        let mut trace = Trace::new(form);
        trace.add(TracedPlace::opaque(type_name::<T>()));
        trace.into_shape()
    })
}

struct Trace {
    form: Form,
    nodes: Vec<ShapeNode>,
    entered: HashMap<(&'static str, DataKind, &'static [&'static str]), usize>,
    todo: VecDeque<TraceTask>,
    learnt: AcceptedDummies,
    runs: usize,
    fingerprint: Hash,
}

/// A place that is not traced yet.
struct TraceTask {
    path: Vec<u32>,
    parent: Option<usize>,
}

impl Trace {
    fn new(form: Form) -> Self {
        Trace {
            form,
            nodes: Vec::new(),
            entered: HashMap::new(),
            todo: VecDeque::from([TraceTask { path: Vec::new(), parent: None }]),
            learnt: AcceptedDummies::default(),
            runs: 0,
            fingerprint: Hash::new(),
        }
    }

    fn finish<T: DeserializeOwned>(mut self) -> Shape {
        while let Some(task) = self.todo.pop_front() {
            let seen = match self.look::<T>(&task.path) {
                Some(TraceResult::Place(seen)) => seen,
                _ => TracedPlace::opaque(type_name::<T>()),
            };
            let node = self.place::<T>(&task.path, seen);
            if let Some(parent) = task.parent {
                self.nodes[parent].children.push(node);
            }
        }
        self.into_shape()
    }

    fn into_shape(self) -> Shape {
        let Trace { form, nodes, fingerprint, .. } = self;
        Shape { fingerprint: fingerprint.wide(), form, nodes, known: OnceLock::new(), layouts: KnownLayouts::default() }
    }

    /// The index of the node for a place, which may have been seen elsewhere.
    fn place<T: DeserializeOwned>(&mut self, path: &[u32], seen: TracedPlace) -> usize {
        let Some(kind) = seen.kind.filter(|_| seen.children > 0) else {
            return self.add(seen);
        };
        let key = (seen.visitor, kind, seen.names);
        if let Some(&node) = self.entered.get(&key) {
            self.fingerprint = self.fingerprint.text("as").number(node as u64);
            return node;
        }
        let children = seen.children;
        let node = self.add(seen);
        self.entered.insert(key, node);
        self.nodes[node].aliases = self.has_aliases::<T>(path, kind);
        for child in 0..children {
            self.todo.push_back(TraceTask { path: [path, &[child]].concat(), parent: Some(node) });
        }
        node
    }

    fn add(&mut self, seen: TracedPlace) -> usize {
        self.fingerprint = match seen.kind {
            Some(kind) => {
                seen.names.iter().fold(self.fingerprint.number(kind.hash().wide()), |hash, name| hash.text(name))
            }
            None => self.fingerprint.text("opaque").text(seen.wanted),
        };
        let hides_names = seen.kind.is_none() && !TAKE_ALL.contains(&seen.wanted);
        self.nodes.push(ShapeNode {
            kind: seen.kind,
            names: seen.names,
            aliases: false,
            children: Vec::new(),
            hides_names,
        });
        self.nodes.len() - 1
    }

    fn has_aliases<T: DeserializeOwned>(&mut self, path: &[u32], kind: DataKind) -> bool {
        let named = matches!(kind, DataKind::Struct(_) | DataKind::StructVariant | DataKind::Enum(_));
        named && matches!(self.look::<T>(&[path, &[ALIASES]].concat()), Some(TraceResult::Aliases))
    }

    /// Finds out what is at the end of a path, with each dummy in turn for the values before it.
    fn look<T: DeserializeOwned>(&mut self, path: &[u32]) -> Option<TraceResult> {
        (0..DUMMIES.len()).find_map(|dummy| self.try_with::<T>(path, dummy))
    }

    /// Repeats the run as long as it learns something about which dummies are accepted.
    fn try_with<T: DeserializeOwned>(&mut self, path: &[u32], dummy: usize) -> Option<TraceResult> {
        while self.runs < MOST_RUNS {
            self.runs += 1;
            let run = TraceRun {
                form: self.form,
                dummy,
                learnt: RefCell::new(std::mem::take(&mut self.learnt)),
                lessons: Cell::new(0),
                dummies: Cell::new(0),
                found: RefCell::new(None),
            };
            let _ = T::deserialize(Tracer::new(&run, path, type_name::<T>()));
            let taught = run.lessons.get() > 0;
            self.learnt = run.learnt.into_inner();
            match run.found.into_inner() {
                None if taught => {}
                found => return found,
            }
        }
        None
    }
}
