use std::time::Instant;

use super::*;

#[test]
fn an_operation_that_must_not_wait_waits_briefly_in_memory() {
    let Ok(database) = Database::in_memory(Arc::default(), 0) else { panic!("no database in memory") };
    let held = database.writer().unwrap();
    let _allowed = busy_timeout::allow(Duration::ZERO);
    let started = Instant::now();
    assert!(database.writer().is_err_and(|error| is_busy(&error)));
    assert!(started.elapsed() >= MEMORY_LOCK_WAIT);
    drop(held);
    assert!(database.writer().is_ok());
}
