//! Which buffers are used again.

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
