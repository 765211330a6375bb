//! A server, of either framework.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::client::{Answer, Client, Version};

/// How often the servers' handlers came to their work.
#[derive(Clone, Default)]
pub(crate) struct Counts {
    renders: Arc<AtomicUsize>,
    writes: Arc<AtomicUsize>,
}

impl Counts {
    pub(crate) fn render(&self) -> &'static str {
        self.renders.fetch_add(1, Ordering::SeqCst);
        "<h1>Tea</h1>"
    }

    pub(crate) fn write(&self) {
        self.writes.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn renders(&self) -> usize {
        self.renders.load(Ordering::SeqCst)
    }

    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }
}

/// A server, and a client that speaks one version to it.
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    pub(crate) counts: Counts,
    client: Client,
}

impl Server {
    async fn new(name: &str, address: SocketAddr, counts: Counts, version: Version) -> Self {
        let client = Client::connect(address, version).await;
        Server { name: format!("{name}, {version:?}"), address, counts, client }
    }

    /// Sends a request for the page. A field is a line such as `if-none-match: "a"`.
    pub(crate) async fn send(&self, method: &str, lines: &[&str]) -> Answer {
        self.client.send(method, lines).await.unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// The same where the server may close the connection instead of answering.
    pub(crate) async fn try_send(&self, method: &str, lines: &[&str]) -> Option<Answer> {
        self.client.send(method, lines).await.ok()
    }
}

/// Both servers, each by both versions.
pub(crate) async fn servers() -> Vec<Server> {
    let mut servers = Vec::new();
    for version in [Version::Http1, Version::Http2] {
        let (address, counts) = crate::axum_server::start(None).await;
        servers.push(Server::new("axum", address, counts, version).await);
        let (address, counts) = crate::actix_server::start(None);
        servers.push(Server::new("actix-web", address, counts, version).await);
    }
    servers
}

/// Pairs of a server before and after a deploy, which changes the seed.
pub(crate) async fn deploys() -> Vec<[Server; 2]> {
    let mut pairs = Vec::new();
    let of_axum = [crate::axum_server::start(Some("1.0.0")).await, crate::axum_server::start(Some("1.0.1")).await];
    let of_actix = [crate::actix_server::start(Some("1.0.0")), crate::actix_server::start(Some("1.0.1"))];
    for (name, [before, after]) in [("axum", of_axum), ("actix-web", of_actix)] {
        pairs.push([
            Server::new(name, before.0, before.1, Version::Http1).await,
            Server::new(name, after.0, after.1, Version::Http1).await,
        ]);
    }
    pairs
}
