use std::borrow::Cow;

use super::*;

fn set(key: &str, size: usize) -> Operation<'_> {
    let expiration = Expiration {
        now: Timestamp::EPOCH,
        expires_at: Timestamp::from_millis(1_000),
        stale_until: Timestamp::from_millis(1_000),
        is_explicit: false,
    };
    let value = Cow::Owned(Value::Bytes(vec![0; size]));
    Operation::Set { key: Cow::Borrowed(key), value, expiration }
}

/// Whether it runs on a task's own thread.
fn runs_inline(store: &SqliteStore, operation: Operation<'_>) -> bool {
    match store.dispatch(operation) {
        Dispatch::Done(answer) => answer.map(|_| true).unwrap(),
        Dispatch::Pending(_) => unreachable!("SQLite has no sockets to wait for"),
        Dispatch::Blocking(operation) => operation.run(store).map(|_| false).unwrap(),
    }
}

#[test]
fn large_operations_run_on_another_thread() {
    let folder = tempfile::tempdir().unwrap();
    let path = Some(folder.path().join("cache.sqlite"));
    let store = SqliteStore::new(SqliteSettings { path, ..SqliteSettings::memory() });
    let get = |key| Operation::Get { key: Cow::Borrowed(key) };
    assert!(!runs_inline(&store, set("small", 10)), "the file is not open");
    assert!(runs_inline(&store, get("small")));
    assert!(!runs_inline(&store, set("large", MAX_INLINE_BYTES + 1)));
    assert!(!runs_inline(&store, get("large")));
    let keys = ["small", "large"].map(str::to_owned).to_vec().into();
    assert!(!runs_inline(&store, Operation::ReadMulti { keys }));
    assert!(runs_inline(&store, get("small")));
}
