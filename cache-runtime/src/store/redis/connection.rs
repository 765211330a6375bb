//! A way to Redis, as what is asked of it sees it: one that blocks its thread, or one that is waited for.
//!
//! What is asked, and what the replies mean, stands once, in `async` functions over [`Link`]; as for [`Io`](crate::mode),
//! the futures of the blocking face are ready at their first poll.

use redis::aio::ConnectionLike as _;
use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo, SingleNodeRoutingInfo};
use redis::{Cmd, ConnectionLike, RedisError, RedisResult, Value, cmd};

use super::cluster::{BlockingCluster, WaitingCluster, gets, got};
use super::keys::Named;

/// One of the servers of a cluster; a server that is none has no name.
pub(super) type Node = Option<(String, u16)>;

/// A way to Redis.
pub(super) trait Link {
    /// Sends a command, and returns the reply.
    fn send(&mut self, command: &Cmd) -> impl Future<Output = RedisResult<Value>>;

    /// Sends commands in one go, and returns the replies in order; the first error is that of all.
    fn send_all(&mut self, commands: Vec<Cmd>) -> impl Future<Output = RedisResult<Vec<Value>>>;

    /// What stands under each of the names, in order.
    fn get_all(&mut self, names: &[Named<'_>]) -> impl Future<Output = RedisResult<Vec<Value>>>;

    /// Sends a command to one of the [nodes](Link::nodes).
    fn send_to(&mut self, node: &Node, command: &Cmd) -> impl Future<Output = RedisResult<Value>>;

    /// The servers that between them hold all keys.
    fn nodes(&mut self) -> impl Future<Output = RedisResult<Vec<Node>>>;
}

/// A connection that blocks its thread.
pub(super) enum Blocking {
    One(redis::Connection),
    Cluster(Box<BlockingCluster>),
}

impl Link for Blocking {
    async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        match self {
            Blocking::One(connection) => command.query(connection),
            Blocking::Cluster(cluster) => cluster.send(command).await,
        }
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        match self {
            Blocking::One(connection) => pipeline(commands).query(connection),
            Blocking::Cluster(cluster) => cluster.replies(commands).await?.into_iter().collect(),
        }
    }

    async fn get_all(&mut self, names: &[Named<'_>]) -> RedisResult<Vec<Value>> {
        match self {
            Blocking::One(connection) => mget(names).query(connection),
            Blocking::Cluster(cluster) => got(cluster.replies(gets(names)).await?),
        }
    }

    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        match (self, node) {
            (Blocking::Cluster(cluster), Some(node)) => {
                cluster.connection.route_command(command, to(node)).and_then(Value::extract_error)
            }
            (link, _) => link.send(command).await,
        }
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        match self {
            Blocking::One(_) => Ok(vec![None]),
            Blocking::Cluster(cluster) => cluster.connection.route_command(&cmd("PING"), to_all()).and_then(answered),
        }
    }
}

impl Blocking {
    /// Whether the server still answers.
    pub(super) fn answers(&mut self) -> bool {
        match self {
            Blocking::One(connection) => connection.check_connection(),
            Blocking::Cluster(cluster) => ConnectionLike::check_connection(&mut cluster.connection),
        }
    }
}

/// A connection that is waited for. Clones share it, and what they send is under way at the same time.
#[derive(Clone)]
pub(super) enum Waiting {
    One(redis::aio::MultiplexedConnection),
    Cluster(WaitingCluster),
}

impl Link for Waiting {
    async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        match self {
            // In a box of the client's, as its future is large, and operations of all kinds have room for it then.
            Waiting::One(connection) => connection.req_packed_command(command).await?.extract_error(),
            Waiting::Cluster(cluster) => cluster.send(command).await,
        }
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        match self {
            Waiting::One(connection) => pipeline(commands).query_async(connection).await,
            Waiting::Cluster(cluster) => cluster.replies(commands).await?.into_iter().collect(),
        }
    }

    async fn get_all(&mut self, names: &[Named<'_>]) -> RedisResult<Vec<Value>> {
        match self {
            Waiting::One(connection) => mget(names).query_async(connection).await,
            Waiting::Cluster(cluster) => got(cluster.replies(gets(names)).await?),
        }
    }

    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        match (self, node) {
            (Waiting::Cluster(cluster), Some(node)) => {
                cluster.connection.route_command(command.clone(), to(node)).await?.extract_error()
            }
            (link, _) => link.send(command).await,
        }
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        match self {
            Waiting::One(_) => Ok(vec![None]),
            Waiting::Cluster(cluster) => {
                cluster.connection.route_command(cmd("PING"), to_all()).await.and_then(answered)
            }
        }
    }
}

fn mget(names: &[Named<'_>]) -> Cmd {
    let mut get = command("MGET", names.len(), names.iter().map(|name| name.len()).sum());
    get.arg(names);
    get
}

/// A command with room for its arguments, so that it does not grow as they come.
pub(super) fn command(name: &str, arguments: usize, bytes: usize) -> Cmd {
    let mut command = Cmd::with_capacity(1 + arguments, name.len() + bytes);
    command.arg(name);
    command
}

pub(super) fn pipeline(commands: Vec<Cmd>) -> redis::Pipeline {
    let mut pipeline = redis::Pipeline::with_capacity(commands.len());
    for command in commands {
        pipeline.add_command(command);
    }
    pipeline
}

fn to((host, port): &(String, u16)) -> RoutingInfo {
    RoutingInfo::SingleNode(SingleNodeRoutingInfo::ByAddress { host: host.clone(), port: *port })
}

fn to_all() -> RoutingInfo {
    RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None))
}

/// The servers that have answered: without a policy their replies come by their addresses.
fn answered(replies: Value) -> RedisResult<Vec<Node>> {
    let Value::Map(replies) = replies else { return Err(unreadable()) };
    let address = |(address, _)| {
        let address = redis::from_redis_value::<String>(address)?;
        let (host, port) = address.rsplit_once(':').ok_or_else(unreadable)?;
        Ok(Some((host.to_owned(), port.parse().map_err(|_| unreadable())?)))
    };
    replies.into_iter().map(address).collect()
}

fn unreadable() -> RedisError {
    RedisError::from((redis::ErrorKind::UnexpectedReturnType, "the cluster does not name its servers"))
}
