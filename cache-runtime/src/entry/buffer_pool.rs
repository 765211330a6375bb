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
mod tests;
