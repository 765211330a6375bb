//! Names that stand for one thing: two types, or two functions, may have the same name.
//!
//! The compiler names them by their path. What is declared in two blocks of one function has one path, and so have the types
//! of two versions of a crate. In a key, each would be served the other's values. So in this process a name belongs
//! to whatever uses it first, and to nothing else.

use std::any::TypeId;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash};
use std::sync::{LazyLock, Mutex, PoisonError};

use foldhash::fast::FixedState;

/// The owners of all names, by a hash of the name.
static OWNERS: LazyLock<Mutex<HashMap<u64, TypeId, FixedState>>> = LazyLock::new(Mutex::default);

thread_local! {
    /// What this thread has found to belong together, so that it rarely needs the lock.
    static FOUND: RefCell<HashSet<(u64, TypeId), FixedState>> = RefCell::default();
}

/// Whether the name belongs to this type, which is the one that used it first.
pub(super) fn belongs(name: impl Hash, owner: TypeId) -> bool {
    let name = FixedState::default().hash_one(name);
    // A destructor of another thread-local may run after this one's.
    let found = FOUND.try_with(|found| found.borrow().contains(&(name, owner))).unwrap_or_default();
    if found {
        return true;
    }
    let mut owners = OWNERS.lock().unwrap_or_else(PoisonError::into_inner);
    let belongs = *owners.entry(name).or_insert(owner) == owner;
    if belongs {
        let _ = FOUND.try_with(|found| found.borrow_mut().insert((name, owner)));
    }
    belongs
}
