//! Counts forks. A hit asks for the count, and asking the system for the process's number would take longer than the hit.

#[cfg(unix)]
pub(super) fn fork_count() -> u32 {
    use std::sync::Once;
    use std::sync::atomic::{AtomicU32, Ordering};

    static FORKS: AtomicU32 = AtomicU32::new(0);
    static REGISTERED: Once = Once::new();

    extern "C" fn count_in_the_child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }

    REGISTERED.call_once(|| {
        #[expect(unsafe_code, reason = "a handler for forks is registered by a function of C")]
        // SAFETY: The handler is a function that exists as long as the program. It adds to an atomic number, which is allowed
        // between `fork` and `exec`, whatever the other threads were doing.
        let registered = unsafe { libc::pthread_atfork(None, None, Some(count_in_the_child)) };
        assert_eq!(registered, 0, "there is no memory for a handler of forks");
    });
    FORKS.load(Ordering::Relaxed)
}

#[cfg(not(unix))]
pub(super) fn fork_count() -> u32 {
    0
}
