//! Memory for entries, which goes from one that has been written to the next one of the thread.
//!
//! Nobody knows how long an entry becomes before it is written, and it would grow several times. The one before was
//! often as long, and its memory is still in the processor's caches.

use std::cell::Cell;

use super::Value;

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// What an entry begins with where there is none.
const LEAST: usize = 128;

/// No more is kept for the next one. It is little, as a store of one's own may keep an entry in the memory it came in.
const MOST: usize = 4 * 1024;

/// Empty memory.
pub(super) fn acquire() -> Vec<u8> {
    // It is gone from its place meanwhile: a `Serialize` may itself write an entry. A thread that ends may have none
    // any more, and the destructor of another `thread_local` may still write.
    let mut memory = SPARE.try_with(Cell::take).unwrap_or_default();
    memory.clear();
    memory.reserve(LEAST);
    memory
}

/// Takes back that of an entry which nobody needs any more.
pub(crate) fn recycle(value: Value) {
    if let Value::Bytes(memory) = value
        && memory.capacity() <= MOST
    {
        let _ = SPARE.try_with(|spare| spare.set(memory));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_to_the_next_entry_and_is_empty() {
        let mut memory = acquire();
        memory.resize(1000, 7);
        let place = memory.as_ptr();
        recycle(Value::Bytes(memory));
        let (again, another) = (acquire(), acquire());
        assert!(again.is_empty() && again.capacity() >= 1000 && again.as_ptr() == place);
        assert!(another.as_ptr() != place, "it was taken");
    }

    #[test]
    fn a_thread_that_ends_can_still_write() {
        struct AtTheEnd;
        impl Drop for AtTheEnd {
            fn drop(&mut self) {
                recycle(Value::Bytes(acquire()));
            }
        }
        thread_local!(static BEFORE: AtTheEnd = const { AtTheEnd });
        thread_local!(static AFTER: AtTheEnd = const { AtTheEnd });
        let thread = std::thread::spawn(|| {
            BEFORE.with(|_| ());
            recycle(Value::Bytes(acquire()));
            AFTER.with(|_| ());
        });
        thread.join().expect("its destructors do not panic, which would end the program");
    }

    #[test]
    fn much_is_not_kept() {
        recycle(Value::Bytes(Vec::with_capacity(MOST + 1)));
        assert!(acquire().capacity() < MOST);
    }
}
