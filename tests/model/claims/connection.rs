//! A process's way to the store: each operation of a task is a step of the scheduler.

use std::sync::Arc;
use std::time::Duration;

use crate::model_store::ModelStore;
use crate::scheduler::{self, Footprint, ProcessId, not_dead, remote_step};
use crate::store::{
    Claim, Claims, Deleted, Dispatch, Expiration, Operation, Record, Store, Timestamp, Value, forward_claims,
    forward_methods,
};
use crate::{Error, ErrorKind, Result};

/// The connection of one process, which breaks when the process dies.
pub(crate) struct Connection {
    pub(crate) process: ProcessId,
    pub(crate) store: Arc<ModelStore>,
}

/// Runs a method at once, as on a thread that blocks for it.
macro_rules! unless_dead {
    ($self:ident.$($call:tt)*) => {{
        scheduler::is_in_exclusive_step();
        not_dead($self.process)?;
        $self.store.$($call)*
    }};
}

impl Store for Connection {
    forward_methods!(self, unless_dead);

    fn claims(&self) -> Option<&dyn Claims> {
        Some(self)
    }

    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        let (store, operation) = (Arc::clone(&self.store), operation.into_owned());
        let (footprint, label) = (footprint(&operation), scheduler::label(|| format!("{operation:?}")));
        Dispatch::Pending(Box::pin(remote_step(footprint, label, move || operation.run(&*store))))
    }
}

impl Claims for Connection {
    forward_claims!(self, unless_dead);
}

/// What an operation reads and changes.
fn footprint(operation: &Operation<'_>) -> Footprint {
    match operation {
        Operation::Get { key } | Operation::Expiry { key } => Footprint::reading_entry(key),
        Operation::ReadMulti { keys } => keys.iter().map(|key| Footprint::reading_entry(key)).collect(),
        Operation::Claim { keys, .. } | Operation::Release { keys, .. } => {
            keys.iter().map(|key| Footprint::changing_claims(key)).collect()
        }
        Operation::Set { key, .. }
        | Operation::Delete { key, .. }
        | Operation::DeleteReturning { key, .. }
        | Operation::Touch { key, .. } => Footprint::changing_entry(key),
        Operation::WriteMulti { values, .. } | Operation::Complete { values, .. } => {
            values.iter().map(|(key, _)| Footprint::changing_entry(key)).collect()
        }
        Operation::DeleteMulti { keys, .. } | Operation::DeleteMultiReturning { keys, .. } => {
            keys.iter().map(|key| Footprint::changing_entry(key)).collect()
        }
        _ => Footprint::ALL,
    }
}
