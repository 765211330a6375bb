//! A trigger, as it is to be and as it was found.

/// A trigger to be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trigger {
    pub(super) name: String,
    /// The table, as users name it.
    pub(super) table: String,
    /// What the database's catalogue shows of it, by which an outdated one is recognised.
    pub(super) definition: String,
    /// The statements that make it, also in place of an older one.
    pub(super) create: String,
}

/// A trigger of ours in a database.
pub(super) struct Found<'a> {
    pub(super) table: &'a str,
    pub(super) name: &'a str,
    pub(super) definition: &'a str,
}

impl<'a> Found<'a> {
    /// Reads a row of [`Plan::triggers_query`](super::Plan::triggers_query).
    pub(super) fn read(row: &'a [String]) -> Option<Self> {
        let [table, name, definition] = row else { return None };
        Some(Found { table, name, definition })
    }

    pub(super) fn is(&self, trigger: &Trigger) -> bool {
        self.table == trigger.table && self.name == trigger.name
    }
}
