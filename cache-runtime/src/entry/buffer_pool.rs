//! One buffer for each thread, reused from one written entry to the next.
//!
//! The length of an entry is not known before it is encoded, so a new buffer would grow several times. The entry before
//! it was often as long, and its buffer is still in the processor's caches.

use std::cell::Cell;

use super::Value;

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The least capacity of a buffer.
const MIN_CAPACITY: usize = 128;

/// A larger buffer is not kept. It is small because a user's store may keep an entry in the buffer that it came in.
const MAX_CAPACITY: usize = 4 * 1024;

/// An empty buffer.
pub(super) fn acquire() -> Vec<u8> {
    // It is taken out, because a `Serialize` may itself write an entry. A thread that ends may have dropped its buffer
    // already, while the destructor of another `thread_local` still writes.
    let mut buffer = SPARE.try_with(Cell::take).unwrap_or_default();
    buffer.clear();
    buffer.reserve(MIN_CAPACITY);
    buffer
}

/// Takes back the buffer of an entry that is not needed any more.
pub(crate) fn recycle(value: Value) {
    if let Value::Bytes(buffer) = value
        && buffer.capacity() <= MAX_CAPACITY
    {
        let _ = SPARE.try_with(|spare| spare.set(buffer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recycled_buffer_is_empty_and_used_once() {
        let mut buffer = acquire();
        buffer.resize(1000, 7);
        let address = buffer.as_ptr();
        recycle(Value::Bytes(buffer));
        let (again, another) = (acquire(), acquire());
        assert!(again.is_empty() && again.capacity() >= 1000 && again.as_ptr() == address);
        assert!(another.as_ptr() != address, "it was taken");
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
    fn a_large_buffer_is_not_kept() {
        recycle(Value::Bytes(Vec::with_capacity(MAX_CAPACITY + 1)));
        assert!(acquire().capacity() < MAX_CAPACITY);
    }
}
