//! One handler runs while many clients wait.

use std::time::Duration;

use cache_runtime::http::ResponseCache;
use cache_runtime::testing;
use tokio::sync::watch;

use crate::fixtures::{Server, field, page, test};

/// A handler that answers when the test opens the gate.
fn behind_a_gate(responses: ResponseCache, fields: &'static [(&str, &str)]) -> (Server, watch::Sender<bool>) {
    let (opened, gate) = watch::channel(false);
    let server = Server::asynchronous(responses, move |request| {
        let mut gate = gate.clone();
        async move {
            let _ = gate.wait_for(|opened| *opened).await;
            Ok(page(fields, field(&request, "accept-language")))
        }
    });
    (server, opened)
}

/// Opens the gate once the handler runs, and returns what the clients got.
async fn crowd(server: &Server, opened: &watch::Sender<bool>, language: fn(usize) -> &'static str) -> Vec<String> {
    let before = server.runs();
    let clients: Vec<_> = (0..50)
        .map(|number| {
            let server = server.clone();
            tokio::spawn(async move { server.get_with("/", &[("accept-language", language(number))]).await.body })
        })
        .collect();
    while server.runs() == before {
        tokio::task::yield_now().await;
    }
    opened.send(true).unwrap();
    let mut bodies = Vec::new();
    for client in clients {
        bodies.push(client.await.unwrap());
    }
    bodies
}

#[test]
fn fifty_clients_that_miss_a_page_run_the_handler_once() {
    test(async |cache| {
        let (server, opened) = behind_a_gate(ResponseCache::new(&cache), &[("cache-control", "public, max-age=60")]);
        assert_eq!(crowd(&server, &opened, |_| "en").await, vec!["en"; 50]);
        assert_eq!(server.runs(), 1);
    });
}

#[test]
fn fifty_clients_that_find_a_page_stale_validate_it_once() {
    test(async |cache| {
        let fields = &[("cache-control", "public, max-age=60"), ("etag", "\"a\"")];
        let (server, opened) = behind_a_gate(ResponseCache::new(&cache), fields);
        opened.send(true).unwrap();
        server.get("/").await;
        testing::advance(Duration::from_secs(60));
        opened.send(false).unwrap();
        crowd(&server, &opened, |_| "en").await;
        assert_eq!(server.runs(), 2);
    });
}

#[test]
fn of_fifty_clients_with_two_languages_each_gets_its_own() {
    test(async |cache| {
        let fields = &[("cache-control", "public, max-age=60"), ("vary", "accept-language")];
        let (server, opened) = behind_a_gate(ResponseCache::new(&cache), fields);
        let language = |number| if number % 2 == 0 { "en" } else { "de" };
        let bodies = crowd(&server, &opened, language).await;
        assert!(bodies.iter().enumerate().all(|(number, body)| body == language(number)));
        assert_eq!(server.runs(), 2);
    });
}

#[test]
fn a_client_that_hangs_up_leaves_the_page_to_the_next() {
    test(async |cache| {
        let (server, opened) = behind_a_gate(ResponseCache::new(&cache), &[("cache-control", "public, max-age=60")]);
        let clients: Vec<_> = (0..2)
            .map(|_| {
                let server = server.clone();
                tokio::spawn(async move { server.get("/").await.cache_status().to_owned() })
            })
            .collect();
        while server.runs() == 0 {
            tokio::task::yield_now().await;
        }
        // One of them waits for the other: whoever is asked first has begun.
        clients[0].abort();
        opened.send(true).unwrap();
        let [_, second] = <[_; 2]>::try_from(clients).unwrap();
        assert!(second.await.unwrap().starts_with("cache-runtime; "));
        assert!(server.get("/").await.is_hit());
    });
}

#[test]
fn clients_of_a_page_that_is_for_one_of_them_do_not_wait_for_each_other_again() {
    test(async |cache| {
        let (opened, gate) = watch::channel(true);
        let server = Server::asynchronous(ResponseCache::new(&cache), move |_| {
            let mut gate = gate.clone();
            async move {
                let _ = gate.wait_for(|opened| *opened).await;
                Ok(page(&[("cache-control", "private")], "mine"))
            }
        });
        server.get("/").await;
        opened.send(false).unwrap();
        let clients: Vec<_> = (0..8)
            .map(|_| {
                let server = server.clone();
                tokio::spawn(async move { server.get("/").await })
            })
            .collect();
        // All are in the handler at once, before the first has an answer.
        while server.runs() < 9 {
            tokio::task::yield_now().await;
        }
        opened.send(true).unwrap();
        for client in clients {
            client.await.unwrap();
        }
    });
}
