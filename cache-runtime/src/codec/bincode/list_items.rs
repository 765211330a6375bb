//! How many items the lists of a value have.

use std::cell::Cell;

use serde::Serialize;

use crate::codec::data_model::{DataKind, Form, PartLabel};
use crate::codec::shape::walk::{self, Content, Listener, WalkEnd, Walked};

/// Counts the items of all lists and the entries of all maps, at every level.
pub(super) fn count<T: Serialize + ?Sized>(value: &T) -> Result<usize, WalkEnd> {
    let items = Cell::new(0);
    walk::walk(value, Form::Compact, ItemCounter { items: &items, in_list: false })?;
    Ok(items.get())
}

#[derive(Clone, Copy)]
struct ItemCounter<'a> {
    items: &'a Cell<usize>,
    /// Whether the parts that come next are those of a list or a map.
    in_list: bool,
}

impl Listener for ItemCounter<'_> {
    const NEEDS_ALL_ITEMS: bool = true;

    fn leaf(self, _: DataKind, _: Content<'_>) -> Walked {
        Ok(())
    }

    fn open(self, kind: DataKind) -> Walked<Self> {
        Ok(ItemCounter { in_list: matches!(kind, DataKind::Seq | DataKind::Map), ..self })
    }

    fn part(self, label: PartLabel) -> Walked<Self> {
        // The values of a map are at 1, and belong to the keys.
        if self.in_list && label.index == 0 {
            self.items.set(self.items.get() + 1);
        }
        Ok(self)
    }
}
