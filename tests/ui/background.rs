//! What may run in the background.

use std::cell::RefCell;
use std::rc::Rc;

use cache_runtime::{cached, counter};

#[cached(key = "{id}", background)]
fn without_a_window(id: u64) -> u64 {
    id
}

#[cached(key = "{id}", race_ttl = 10, background = true)]
fn with_a_value(id: u64) -> u64 {
    id
}

#[cached(key = "{id}", race_tl = 10, background)]
fn no_echo(id: u64) -> u64 {
    id
}

#[counter(key = "{id}", background)]
fn counts(id: u64);

#[cached(key = "{id}", race_ttl = 10, background, skip(log))]
fn lent_mutably(id: u64, log: &mut Vec<u64>) -> u64 {
    log.push(id);
    id
}

struct Shop {
    id: u64,
}

impl Shop {
    #[cached(key = "{self.id}", race_ttl = 10, background)]
    fn changed(&mut self) -> u64 {
        self.id += 1;
        self.id
    }
}

impl Shop {
    #[cached(key = "{self.id}", race_ttl = 10, background)]
    fn not_clone(&self) -> u64 {
        self.id
    }
}

struct Client;

#[cached(key = "{id}", race_ttl = 10, background, skip(client))]
fn not_clone(id: u64, client: &Client) -> u64 {
    let _ = client;
    id
}

#[cached(key = "{id}", race_ttl = 10, background, skip(shared))]
fn not_send(id: u64, shared: Rc<u64>) -> u64 {
    id + *shared
}

#[cached(key = "{id}", race_ttl = 10, background, skip(shared))]
async fn not_send_waited(id: u64, shared: &Rc<RefCell<u64>>) -> u64 {
    id + *shared.borrow()
}

#[cached(key = "{id}", race_ttl = 10, background, skip(then))]
fn unbounded(id: u64, then: impl Fn(u64) -> u64) -> u64 {
    then(id)
}

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

fn lifetime((id, _): &(u64, u64)) -> Duration {
    Duration::from_secs(*id)
}

#[cached(key = "{id}", race_ttl = 10, background)]
fn boxed(id: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move { id })
}

#[cached(each = ids, key = "{id}", companions = true, skip(kind))]
fn boxed_elements<'a>(ids: &'a [u64], kind: &'a str) -> Pin<Box<dyn Future<Output = Vec<u64>> + Send + 'a>> {
    Box::pin(async move { [ids.len() + kind.len()].map(|n| n as u64).into() })
}

#[cached(key = "{id}", race_ttl = 10, background, store_if = |n| *n != id, expires_in = |n| lifetime(n, id))]
fn closures_that_use_an_argument(id: u64) -> u64 {
    id
}

#[cached(key = "{id}", race_ttl = 10, background, store_if = |pair| pair.0 != 0, expires_in = |id| lifetime(id))]
fn closures_that_do_not(id: u64) -> (u64, u64) {
    (id, id)
}

fn main() {}
