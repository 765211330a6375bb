//! Which places of a type take no bytes when they are written without names.

use super::ShapeNode;
use crate::codec::data_model::DataKind;

/// Whether the type has lists of items that take no bytes.
pub(super) fn may_repeat_nothing(nodes: &[ShapeNode]) -> bool {
    let empty = empty_nodes(nodes);
    let is_list = |node: &&ShapeNode| matches!(node.kind, Some(DataKind::Seq | DataKind::Map));
    nodes.iter().filter(is_list).any(|list| list.children.iter().all(|item| empty[*item]))
}

/// For each node, whether it takes no bytes: a place is empty if all its parts are.
fn empty_nodes(nodes: &[ShapeNode]) -> Vec<bool> {
    let mut empty: Vec<bool> = nodes.iter().map(|node| node.kind.is_some_and(has_only_parts)).collect();
    // What holds one that is not empty is not empty either, and so on.
    let mut has_changed = true;
    while has_changed {
        has_changed = false;
        for (index, node) in nodes.iter().enumerate() {
            if empty[index] && node.children.iter().any(|child| !empty[*child]) {
                (empty[index], has_changed) = (false, true);
            }
        }
    }
    empty
}

/// Whether values of this kind take no bytes besides their parts.
fn has_only_parts(kind: DataKind) -> bool {
    use DataKind::*;
    matches!(kind, Unit | UnitStruct(_) | Newtype(_) | Tuple(_) | TupleStruct(..) | Struct(_))
}
