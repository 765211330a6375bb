//! The fingerprint of a type: a hash of its shape, the same in every build.
//!
//! It changes with every name, kind and order. Entries hold it, so an entry that was written before a struct changed is a
//! miss.

use std::collections::VecDeque;

use super::{Shape, ShapeNode};
use crate::codec::hash::Hash;

/// The fingerprint of the type with these nodes, which are in the order of a breadth-first search.
pub(super) fn of(nodes: &[ShapeNode]) -> u64 {
    let mut fingerprint = Hash::new();
    let mut seen = 0;
    let mut todo = VecDeque::from([Shape::ROOT]);
    while let Some(index) = todo.pop_front() {
        if index < seen {
            fingerprint = fingerprint.text("as").number(index as u64);
            continue;
        }
        seen += 1;
        let ShapeNode { kind, names, children, wanted, .. } = &nodes[index];
        fingerprint = match kind {
            Some(kind) => names.iter().fold(fingerprint.number(kind.hash().wide()), |hash, name| hash.text(name)),
            None => fingerprint.text("opaque").text(wanted),
        };
        todo.extend(children);
    }
    fingerprint.wide()
}
