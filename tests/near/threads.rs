//! Threads that end: the destructor of a thread-local value may use a cache.

use std::cell::OnceCell;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use cache_runtime::Cache;

/// Reads and writes when its thread ends.
struct LastCalls(Cache, Sender<Option<String>>);

impl Drop for LastCalls {
    fn drop(&mut self) {
        let LastCalls(cache, answers) = self;
        let _ = answers.send(cache.get("user:1").unwrap());
        cache.set("user:1", "Grace").unwrap();
        let _ = answers.send(cache.get("user:1").unwrap());
    }
}

thread_local! {
    static LAST: OnceCell<LastCalls> = const { OnceCell::new() };
}

#[test]
fn a_cache_answers_while_its_thread_ends() {
    let cache = Cache::memory();
    cache.set("user:1", "Ada").unwrap();
    for reads_before in [0, 3] {
        let (answers, received) = channel();
        let (own, last) = (cache.clone(), LastCalls(cache.clone(), answers));
        let ended = thread::spawn(move || {
            // What is made first is dropped last.
            LAST.with(|cell| cell.set(last).ok().expect("it is set once"));
            for _ in 0..reads_before {
                own.get::<String>("user:1").unwrap();
            }
        });
        ended.join().unwrap();
        let answers: Vec<_> = received.into_iter().collect();
        assert_eq!(answers[1].as_deref(), Some("Grace"));
        assert!(answers[0].is_some());
    }
}
