//! A way to Redis, as what is asked of it sees it: one that blocks its thread, or one that is waited for.
//!
//! What is asked, and what the replies mean, stands once, in `async` functions over [`Link`]; as for [`Io`](crate::io),
//! the futures of the blocking face are ready at their first poll.

use redis::aio::ConnectionLike as _;
use redis::cluster::{ClusterPipeline, cluster_pipe};
use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo, SingleNodeRoutingInfo};
use redis::{Cmd, ConnectionLike, RedisError, RedisResult, Value, cmd};

/// One of the servers of a cluster; a server that is none has no name.
pub(super) type Node = Option<(String, u16)>;

/// A way to Redis.
pub(super) trait Link {
    /// Sends a command, and returns the reply.
    fn send(&mut self, command: &Cmd) -> impl Future<Output = RedisResult<Value>>;

    /// Sends commands in one go, and returns the replies in order; the first error is that of all.
    fn send_all(&mut self, commands: Vec<Cmd>) -> impl Future<Output = RedisResult<Vec<Value>>>;

    /// Sends a command to one of the [nodes](Link::nodes).
    fn send_to(&mut self, node: &Node, command: &Cmd) -> impl Future<Output = RedisResult<Value>>;

    /// The servers that between them hold all keys.
    fn nodes(&mut self) -> impl Future<Output = RedisResult<Vec<Node>>>;
}

/// A connection that blocks its thread.
pub(super) enum Blocking {
    One(redis::Connection),
    Cluster(Box<redis::cluster::ClusterConnection>),
}

impl Link for Blocking {
    async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        match self {
            Blocking::One(connection) => command.query(connection),
            Blocking::Cluster(connection) => command.query(&mut **connection),
        }
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        match self {
            Blocking::One(connection) => pipeline(commands).query(connection),
            Blocking::Cluster(connection) => cluster_pipeline(commands).query(connection),
        }
    }

    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        match (self, node) {
            (Blocking::Cluster(connection), Some(node)) => {
                connection.route_command(command, to(node)).and_then(Value::extract_error)
            }
            (link, _) => link.send(command).await,
        }
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        match self {
            Blocking::One(_) => Ok(vec![None]),
            Blocking::Cluster(connection) => connection.route_command(&cmd("PING"), to_all()).and_then(answered),
        }
    }
}

impl Blocking {
    /// Whether the server still answers.
    pub(super) fn answers(&mut self) -> bool {
        match self {
            Blocking::One(connection) => connection.check_connection(),
            Blocking::Cluster(connection) => ConnectionLike::check_connection(&mut **connection),
        }
    }
}

/// A connection that is waited for. Clones share it, and what they send is under way at the same time.
#[derive(Clone)]
pub(super) enum Waiting {
    One(redis::aio::MultiplexedConnection),
    Cluster(redis::cluster_async::ClusterConnection),
}

impl Link for Waiting {
    async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        match self {
            // In a box of the client's, as its future is large, and operations of all kinds have room for it then.
            Waiting::One(connection) => connection.req_packed_command(command).await?.extract_error(),
            Waiting::Cluster(connection) => command.query_async(connection).await,
        }
    }

    async fn send_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        match self {
            Waiting::One(connection) => pipeline(commands).query_async(connection).await,
            // The client sends a pipeline to one server only. All at once they are as quick.
            Waiting::Cluster(connection) => {
                let one = |command: Cmd| {
                    let mut connection = connection.clone();
                    async move { command.query_async(&mut connection).await }
                };
                futures_util::future::join_all(commands.into_iter().map(one)).await.into_iter().collect()
            }
        }
    }

    async fn send_to(&mut self, node: &Node, command: &Cmd) -> RedisResult<Value> {
        match (self, node) {
            (Waiting::Cluster(connection), Some(node)) => {
                connection.route_command(command.clone(), to(node)).await?.extract_error()
            }
            (link, _) => link.send(command).await,
        }
    }

    async fn nodes(&mut self) -> RedisResult<Vec<Node>> {
        match self {
            Waiting::One(_) => Ok(vec![None]),
            Waiting::Cluster(connection) => connection.route_command(cmd("PING"), to_all()).await.and_then(answered),
        }
    }
}

fn pipeline(commands: Vec<Cmd>) -> redis::Pipeline {
    let mut pipeline = redis::Pipeline::with_capacity(commands.len());
    for command in commands {
        pipeline.add_command(command);
    }
    pipeline
}

fn cluster_pipeline(commands: Vec<Cmd>) -> ClusterPipeline {
    let mut pipeline = cluster_pipe();
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
