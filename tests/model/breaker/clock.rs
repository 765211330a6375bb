//! Threads of probes, and a clock that waiting moves. A wait may take longer than it should, as on a busy machine.

use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::time::Duration;

use shuttle::rand::{Rng, thread_rng};

/// Since the beginning of the program, in milliseconds. Not shuttle's: reading it is no step.
static NOW: AtomicU64 = AtomicU64::new(0);

/// How many threads of probes there are.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// Whether a thread may fail to start.
pub(crate) static MAY_FAIL_TO_START: AtomicBool = AtomicBool::new(false);

/// Whether a task was cancelled after it had waited for a second.
pub(crate) static GAVE_UP: AtomicBool = AtomicBool::new(false);

/// How many outages were announced, and how many probes were made, in all interleavings.
pub(crate) static OPENED: AtomicU64 = AtomicU64::new(0);
pub(crate) static PROBES: AtomicU64 = AtomicU64::new(0);

/// Two for each circuit that is suspected, one for each that is open, and one more that still announces the end.
const MOST_THREADS: usize = 8;

pub(crate) fn begin() {
    NOW.store(0, SeqCst);
    THREADS.store(0, SeqCst);
    MAY_FAIL_TO_START.store(false, SeqCst);
    GAVE_UP.store(false, SeqCst);
}

pub(crate) fn no_thread_is_left() -> bool {
    THREADS.load(SeqCst) == 0
}

/// Waits until something is so.
pub(crate) fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        sleep(Duration::from_millis(100));
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant(u64);

impl Instant {
    pub(crate) fn now() -> Self {
        Instant(NOW.load(SeqCst))
    }

    pub(crate) fn elapsed(self) -> Duration {
        Self::now().duration_since(self)
    }

    pub(crate) fn duration_since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// Lets others go on until the time has passed, which each step of a wait may bring nearer.
pub(crate) fn sleep(length: Duration) {
    let until = NOW.load(SeqCst) + u64::try_from(length.as_millis()).expect("a short time");
    loop {
        shuttle::thread::yield_now();
        let now = NOW.load(SeqCst);
        if now >= until {
            return;
        }
        NOW.fetch_add(thread_rng().gen_range(1..=until - now), SeqCst);
    }
}

/// What the probe uses of `std::thread`.
pub(crate) mod thread {
    use std::io;

    use super::{MAY_FAIL_TO_START, MOST_THREADS, Rng, SeqCst, THREADS, thread_rng};

    pub(crate) use super::sleep;

    pub(crate) struct Builder;

    impl Builder {
        pub(crate) fn new() -> Self {
            Builder
        }

        pub(crate) fn name(self, _: String) -> Self {
            self
        }

        pub(crate) fn spawn(self, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
            if MAY_FAIL_TO_START.load(SeqCst) && thread_rng().gen_bool(0.5) {
                return Err(io::Error::other("no more threads"));
            }
            let threads = THREADS.fetch_add(1, SeqCst) + 1;
            assert!(threads <= MOST_THREADS, "{threads} threads of probes");
            shuttle::thread::spawn(move || {
                let _ended = Ended;
                run();
            });
            Ok(())
        }
    }

    struct Ended;

    impl Drop for Ended {
        fn drop(&mut self) {
            THREADS.fetch_sub(1, SeqCst);
        }
    }
}

#[derive(Debug)]
pub(crate) enum RecvTimeoutError {
    Timeout,
    Disconnected,
}

/// What the probe uses of `std::sync::mpsc`. Shuttle's channels have no timeouts.
pub(crate) mod mpsc {
    use std::time::Duration;

    use shuttle::sync::mpsc::{self, Sender, TryRecvError};

    use super::{Instant, RecvTimeoutError, sleep};

    pub(crate) struct Receiver<T>(mpsc::Receiver<T>);

    pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
        let (sender, receiver) = mpsc::channel();
        (sender, Receiver(receiver))
    }

    impl<T> Receiver<T> {
        pub(crate) fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
            let begun = Instant::now();
            loop {
                match self.0.try_recv() {
                    Ok(received) => return Ok(received),
                    Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
                    Err(TryRecvError::Empty) if begun.elapsed() >= timeout => return Err(RecvTimeoutError::Timeout),
                    Err(TryRecvError::Empty) => sleep(Duration::from_millis(100)),
                }
            }
        }
    }
}
