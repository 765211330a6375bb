use std::thread::sleep;

use super::*;

#[test]
fn it_is_exact_to_a_tick() {
    let (watch, exact) = (Stopwatch::start(), std::time::Instant::now());
    sleep(Duration::from_millis(50));
    let (coarse, elapsed) = (watch.elapsed(), exact.elapsed());
    let tick = Duration::from_millis(20);
    assert!(coarse + tick >= Duration::from_millis(50) && coarse <= elapsed + tick, "{coarse:?} of {elapsed:?}");
    #[cfg(any(feature = "sqlite", feature = "redis"))]
    assert!(Duration::from_millis(watch.millis()) + tick >= coarse, "{} ms", watch.millis());
}
