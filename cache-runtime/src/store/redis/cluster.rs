//! A cluster, whose keys may move from one node to another at any time.
//!
//! The client could follow the redirections by itself. But then it also retries where a reply was lost, and an increment
//! would count twice, since nobody knows whether the node had received it. So the client sends each command once, and
//! only redirections are followed here: a node that redirects a command has not run it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use redis::cluster::{ClusterClient, cluster_pipe};
use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo, SingleNodeRoutingInfo};
use redis::{Cmd, ConnectionInfo, ErrorKind as Kind, RedisError, RedisResult, ServerErrorKind as Server, Value, cmd};

use super::connection::{Connection, Node};
use super::endpoint::with_address;
use super::error::code;
use super::keys::EntryKey;
use super::server;

/// How many redirections are followed. The nodes tell each other in milliseconds which of them has a key.
const MAX_REDIRECTIONS: u32 = 5;

/// The pause before the second redirection; it doubles before each further one.
const PAUSE: Duration = Duration::from_millis(10);

/// The client's connection to a cluster, and what it was made from.
#[derive(Clone)]
pub(super) struct ClusterConn<C> {
    pub(super) connection: C,
    config: ClusterConfig,
}

/// Some nodes of a cluster, and how long to wait for them.
#[derive(Clone)]
pub(super) struct ClusterConfig {
    nodes: Arc<[ConnectionInfo]>,
    timeout: Duration,
}

pub(super) type BlockingCluster = ClusterConn<redis::cluster::ClusterConnection>;
pub(super) type AsyncCluster = ClusterConn<redis::cluster_async::ClusterConnection>;

impl ClusterConfig {
    pub(super) fn new(nodes: &[ConnectionInfo], timeout: Duration) -> Self {
        ClusterConfig { nodes: nodes.into(), timeout }
    }

    pub(super) fn connect(self) -> RedisResult<BlockingCluster> {
        let connection = self.client()?.get_connection()?;
        Ok(ClusterConn { connection, config: self })
    }

    pub(super) async fn connect_async(self) -> RedisResult<AsyncCluster> {
        let connection = self.client()?.get_async_connection().await?;
        Ok(ClusterConn { connection, config: self })
    }

    fn client(&self) -> RedisResult<ClusterClient> {
        ClusterClient::builder(self.nodes.iter().cloned())
            .connection_timeout(self.timeout)
            .response_timeout(self.timeout)
            .overall_response_timeout(Some(self.timeout))
            .retries(0)
            .build()
    }

    /// The node that a redirection names.
    fn node(&self, address: &str) -> Option<ConnectionInfo> {
        let (host, port) = address.rsplit_once(':')?;
        Some(with_address(self.nodes.first()?, host.to_owned(), port.parse().ok()?))
    }
}

/// The client's connection, which sends without retries: one trait for a thread and a task.
pub(super) trait Client: Sized {
    /// Sends a command to the node that has its key.
    async fn send_once(&mut self, command: &Cmd) -> RedisResult<Value>;

    /// Sends a command to a given node, or to all.
    async fn route(&mut self, command: &Cmd, to: RoutingInfo) -> RedisResult<Value>;

    /// The reply to each command.
    async fn replies(cluster: &mut ClusterConn<Self>, commands: Vec<Cmd>) -> RedisResult<Vec<RedisResult<Value>>>;

    /// Learns which node has which keys now.
    fn refresh_slots(&mut self, config: &ClusterConfig) -> RedisResult<()>;

    /// Sends commands to a node that is about to receive a key, before all nodes know of it.
    async fn send_asking(node: &ConnectionInfo, timeout: Duration, commands: Vec<Cmd>) -> RedisResult<Vec<Value>>;

    async fn pause(length: Duration);
}

impl<C: Client> Connection for ClusterConn<C> {
    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        let Some((host, port)) = node else { return self.send_redirected(command).await };
        let to = SingleNodeRoutingInfo::ByAddress { host: host.clone(), port: *port };
        self.connection.route(command, RoutingInfo::SingleNode(to)).await?.extract_error()
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        C::replies(self, commands).await?.into_iter().collect()
    }

    /// Sends one command for each key: the keys lie on many nodes, and the client's own way to send `MGET` to all of them
    /// panics if a thread is redirected.
    async fn get_all(&mut self, keys: &[EntryKey<'_>]) -> RedisResult<Vec<Value>> {
        let replies = C::replies(self, keys.iter().map(get).collect()).await?;
        // As from `MGET`: nothing for a key that holds another type of data.
        let is_other = |error: &RedisError| code(error).as_deref() == Some("WRONGTYPE");
        let value = |reply| if matches!(&reply, Err(error) if is_other(error)) { Ok(Value::Nil) } else { reply };
        replies.into_iter().map(value).collect()
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        let to_all = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
        addresses(self.connection.route(&cmd("PING"), to_all).await?)
    }
}

impl<C: Client> ClusterConn<C> {
    /// Sends a command, and follows redirections.
    async fn send_redirected(&mut self, command: &Cmd) -> RedisResult<Value> {
        let mut pause = Duration::ZERO;
        for _ in 0..=MAX_REDIRECTIONS {
            let error = match self.connection.send_once(command).await {
                Err(error) if is_redirection(&error) => error,
                reply => return reply,
            };
            if let Some(node) = asking(&error).and_then(|address| self.config.node(address)) {
                let commands = vec![cmd("ASKING"), command.clone()];
                let mut replies = C::send_asking(&node, self.config.timeout, commands).await?;
                return replies.pop().ok_or_else(too_many_redirections);
            }
            C::pause(pause).await;
            pause = (pause * 2).max(PAUSE);
            self.connection.refresh_slots(&self.config)?;
        }
        Err(too_many_redirections())
    }
}

impl Client for redis::cluster::ClusterConnection {
    async fn send_once(&mut self, command: &Cmd) -> RedisResult<Value> {
        command.query(self)
    }

    async fn route(&mut self, command: &Cmd, to: RoutingInfo) -> RedisResult<Value> {
        self.route_command(command, to)
    }

    /// Each node gets its commands at once. If one of them is redirected or refused, the client returns no other reply
    /// either, and each command is sent alone; so some run twice.
    async fn replies(cluster: &mut BlockingCluster, commands: Vec<Cmd>) -> RedisResult<Vec<RedisResult<Value>>> {
        let mut pipeline = cluster_pipe();
        for command in &commands {
            pipeline.add_command(command.clone());
        }
        match pipeline.query::<Vec<Value>>(&mut cluster.connection) {
            Ok(replies) => return Ok(replies.into_iter().map(Ok).collect()),
            Err(error) if matches!(code(&error).as_deref(), Some("MOVED" | "ASK" | "WRONGTYPE")) => {}
            Err(error) => return Err(error),
        }
        let mut replies = Vec::with_capacity(commands.len());
        for command in &commands {
            replies.push(cluster.send(command).await);
        }
        Ok(replies)
    }

    /// The client learns this only before a retry, and it does not retry. A new connection learns it at once.
    fn refresh_slots(&mut self, config: &ClusterConfig) -> RedisResult<()> {
        *self = config.client()?.get_connection()?;
        Ok(())
    }

    async fn send_asking(node: &ConnectionInfo, timeout: Duration, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        server::connect(node, timeout)?.send_all(commands).await
    }

    async fn pause(length: Duration) {
        std::thread::sleep(length);
    }
}

impl Client for redis::cluster_async::ClusterConnection {
    async fn send_once(&mut self, command: &Cmd) -> RedisResult<Value> {
        command.query_async(self).await
    }

    async fn route(&mut self, command: &Cmd, to: RoutingInfo) -> RedisResult<Value> {
        self.route_command(command.clone(), to).await
    }

    /// The client sends a pipeline to one node only; single commands in flight together are as quick.
    async fn replies(cluster: &mut AsyncCluster, commands: Vec<Cmd>) -> RedisResult<Vec<RedisResult<Value>>> {
        let one = |command: Cmd| {
            let mut cluster = cluster.clone();
            async move { cluster.send(&command).await }
        };
        Ok(join_all(commands.into_iter().map(one)).await)
    }

    /// The client learns this by itself, before the next command.
    fn refresh_slots(&mut self, _: &ClusterConfig) -> RedisResult<()> {
        Ok(())
    }

    async fn send_asking(node: &ConnectionInfo, timeout: Duration, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        // Boxed: the future of a new connection is large and rarely needed.
        Box::pin(server::connect_async(node, timeout)).await?.send_all(commands).await
    }

    async fn pause(length: Duration) {
        tokio::time::sleep(length).await;
    }
}

fn get(key: &EntryKey<'_>) -> Cmd {
    let mut get = cmd("GET");
    get.arg(key);
    get
}

/// The addresses of the nodes that have answered: without a response policy, the client returns each reply with its
/// node's address.
fn addresses(replies: Value) -> RedisResult<Vec<Node>> {
    let Value::Map(replies) = replies else { return Err(no_addresses()) };
    let address = |(address, _)| {
        let address = redis::from_redis_value::<String>(address)?;
        let (host, port) = address.rsplit_once(':').ok_or_else(no_addresses)?;
        Ok(Some((host.to_owned(), port.parse().map_err(|_| no_addresses())?)))
    };
    replies.into_iter().map(address).collect()
}

fn no_addresses() -> RedisError {
    RedisError::from((redis::ErrorKind::UnexpectedReturnType, "the cluster did not return the addresses of its nodes"))
}

fn is_redirection(error: &RedisError) -> bool {
    matches!(error.kind(), Kind::Server(Server::Moved | Server::Ask))
}

/// The node that is about to receive the key.
fn asking(error: &RedisError) -> Option<&str> {
    let is_ask = error.kind() == Kind::Server(Server::Ask);
    error.redirect_node().filter(|_| is_ask).map(|(address, _)| address)
}

fn too_many_redirections() -> RedisError {
    RedisError::from((Kind::ClusterConnectionNotFound, "the cluster redirected the command too often"))
}
