//! A value of this process alone, for connections and threads, which a process must not share with its parent.
//!
//! After a `fork`, parent and child have the same sockets and files, and the threads of the parent do not exist in the child.
//! So the child makes a value of its own. The parent's is never used, changed or dropped there: its locks may be held by
//! threads that are gone, and what is sent on its sockets would reach the parent's server.

use std::mem;
use std::sync::OnceLock;

mod fork_count;

use self::fork_count::fork_count;

/// A value for each process in a line of forks.
pub(crate) struct PerProcess<T> {
    /// Of how many forks this process is the child.
    forks: OnceLock<u32>,
    value: OnceLock<T>,
    /// That of the process that was forked from this one. Only that process sets it.
    child: OnceLock<Box<PerProcess<T>>>,
}

impl<T> PerProcess<T> {
    /// The process that asks first counts as the first one.
    pub(crate) const fn new() -> Self {
        PerProcess { forks: OnceLock::new(), value: OnceLock::new(), child: OnceLock::new() }
    }

    /// The value of this process, if it has one.
    pub(crate) fn made(&self) -> Option<&T> {
        let forks = fork_count();
        let mut own = self;
        while *own.forks.get()? != forks {
            own = own.child.get()?;
        }
        own.value.get()
    }

    /// The value of this process; if it has none yet, the one that `make` returns. `make` is given the parent's value if this
    /// process was forked.
    pub(crate) fn get(&self, make: impl FnOnce(Option<&T>) -> T) -> &T {
        let forks = fork_count();
        let (mut own, mut parent) = (self, None);
        while *own.forks.get_or_init(|| forks) != forks {
            parent = own.value.get();
            own = own.child.get_or_init(|| Box::new(PerProcess::new()));
        }
        own.value.get_or_init(|| make(parent))
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        if self.forks.get().is_some_and(|forks| *forks != fork_count()) {
            mem::forget(self.value.take());
        }
    }
}

#[cfg(test)]
mod tests;
