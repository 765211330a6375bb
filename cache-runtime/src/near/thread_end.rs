//! Whether a thread can read what is kept: the map needs a value of the thread, which is gone while the thread ends.
//!
//! A destructor of a thread-local value may call a cached function then, and must not panic.

use std::cell::Cell;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ThreadState {
    /// It has not read yet.
    New,
    Running,
    Ending,
}

thread_local! {
    // Without a destructor, so that it is there until the thread has ended.
    static STATE: Cell<ThreadState> = const { Cell::new(ThreadState::New) };
    static END: End = const { End };
}

struct End;

impl Drop for End {
    fn drop(&mut self) {
        STATE.set(ThreadState::Ending);
    }
}

#[inline]
pub(super) fn state() -> ThreadState {
    STATE.get()
}

/// Has the state change when the thread ends, and tells whether it is running. What is made last is dropped first, so call it
/// after the map has made its value.
#[cold]
pub(super) fn watch() -> bool {
    let is_running = END.try_with(|_| ()).is_ok();
    STATE.set(if is_running { ThreadState::Running } else { ThreadState::Ending });
    is_running
}
