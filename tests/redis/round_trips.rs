//! How often a cache asks Redis: each time is a round trip.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cache_runtime::Cache;
use cache_servers::{Redis, own_name};
use cache_store_suite::within_a_minute;

use crate::common::open;

/// A way to the server that counts what is sent there at once.
struct Relay {
    port: u16,
    requests: Arc<AtomicUsize>,
}

impl Relay {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it listens").port();
        let requests = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&requests);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", server)).expect("the server listens");
                let (to_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let requests = Arc::clone(&counted);
                let count = move || {
                    requests.fetch_add(1, Ordering::SeqCst);
                };
                thread::spawn(move || pass_on(client, to_server, count));
                thread::spawn(move || pass_on(server, to_client, || {}));
            }
        });
        Relay { port, requests }
    }

    /// The fewest requests of some calls of the same kind: a connection that was idle for long is checked first.
    fn fewest_requests(&self, call: impl Fn()) -> usize {
        let requests = || {
            let before = self.requests.load(Ordering::SeqCst);
            call();
            self.requests.load(Ordering::SeqCst) - before
        };
        (0..5).map(|_| requests()).min().expect("there are some")
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, seen: impl Fn()) {
    let mut bytes = [0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        seen();
        if to.write_all(&bytes[..length]).is_err() {
            return;
        }
    }
}

fn counted() -> Option<(Cache, Relay)> {
    let relay = Relay::to(Redis::shared()?.port());
    let cache = open(&format!("redis://127.0.0.1:{}?timeout=10&namespace={}:", relay.port, own_name()));
    // Connected, and the script is loaded.
    cache.delete("k").expect("the server answers");
    Some((cache, relay))
}

/// The deleted entry says whether it was a hit, so it need not be read before.
#[test]
fn to_delete_is_one_round_trip() {
    let Some((cache, relay)) = counted() else { return };
    within_a_minute(move || {
        let is_deleted = |key: &str| assert!(cache.delete(key).expect("the server answers"), "it was there");
        cache.write_multi((0..5).map(|number| (format!("k:{number}"), "value"))).expect("written");
        let number = AtomicUsize::new(0);
        let next = || format!("k:{}", number.fetch_add(1, Ordering::SeqCst));
        assert_eq!(relay.fewest_requests(|| is_deleted(&next())), 1);
        assert_eq!(relay.fewest_requests(|| assert!(!cache.delete("absent").expect("the server answers"))), 1);
        let three = ["a", "b", "absent"];
        let delete_three = || assert_eq!(cache.delete_multi(three).expect("the server answers"), 0);
        assert_eq!(relay.fewest_requests(delete_three), 1);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let async_cache = cache.to_async();
        let by_task = || assert!(!runtime.block_on(async_cache.delete("absent")).expect("the server answers"));
        assert_eq!(relay.fewest_requests(by_task), 1);
    });
}

/// Whether one of its tags was deleted is another entry's matter.
#[test]
fn to_delete_an_entry_with_tags_is_two_round_trips() {
    let Some((cache, relay)) = counted() else { return };
    within_a_minute(move || {
        let tagged = cache.tags(["one", "two"]);
        let set_and_delete = || {
            tagged.set("k", "value").expect("written");
            assert!(cache.delete("k").expect("the server answers"));
        };
        let to_set = relay.fewest_requests(|| tagged.set("k", "value").expect("written"));
        assert_eq!(relay.fewest_requests(set_and_delete), to_set + 2);
        tagged.set("k", &"x".repeat(100_000)).expect("written");
        cache.delete_tag("two").expect("the server answers");
        assert!(!cache.delete("k").expect("the server answers"), "its tag was deleted");
    });
}
