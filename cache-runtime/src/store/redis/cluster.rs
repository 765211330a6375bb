//! A cluster: its keys may go from one server to another while one asks for them.
//!
//! Its client could follow them. But then it also asks again where an answer was lost, and an increment would count
//! twice: nobody knows whether the server was there in time. So the client tries once, and what is followed is only
//! what a server says: who sends one elsewhere has done nothing.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use redis::cluster::{ClusterClient, cluster_pipe};
use redis::{
    Cmd, ConnectionInfo, ErrorKind as Kind, RedisError, RedisResult, ServerErrorKind as Server, ToRedisArgs, Value, cmd,
};

use super::connection::pipeline;
use super::endpoint::{beside, connect, connect_waiting};
use super::error::code;

/// So often one is sent elsewhere. The servers tell each other in milliseconds who has a key.
const REDIRECTIONS: u32 = 5;

/// Before the second redirection one waits so long, and before each that follows twice as long.
const PAUSE: Duration = Duration::from_millis(10);

/// The client's connection to a cluster, and how it was made.
#[derive(Clone)]
pub(super) struct Cluster<C> {
    pub(super) connection: C,
    way: Way,
}

/// How one connects: some of the servers, and how long one waits.
#[derive(Clone)]
pub(super) struct Way {
    servers: Arc<[ConnectionInfo]>,
    timeout: Duration,
}

pub(super) type BlockingCluster = Cluster<redis::cluster::ClusterConnection>;
pub(super) type WaitingCluster = Cluster<redis::cluster_async::ClusterConnection>;

impl Way {
    pub(super) fn new(servers: &[ConnectionInfo], timeout: Duration) -> Self {
        Way { servers: servers.into(), timeout }
    }

    pub(super) fn connect(self) -> RedisResult<BlockingCluster> {
        let connection = self.client()?.get_connection()?;
        Ok(Cluster { connection, way: self })
    }

    pub(super) async fn connect_waiting(self) -> RedisResult<WaitingCluster> {
        let connection = self.client()?.get_async_connection().await?;
        Ok(Cluster { connection, way: self })
    }

    fn client(&self) -> RedisResult<ClusterClient> {
        ClusterClient::builder(self.servers.iter().cloned())
            .connection_timeout(self.timeout)
            .response_timeout(self.timeout)
            .overall_response_timeout(Some(self.timeout))
            .retries(0)
            .build()
    }

    /// One of its servers, which a redirection names.
    fn server(&self, address: &str) -> Option<ConnectionInfo> {
        let (host, port) = address.rsplit_once(':')?;
        Some(beside(self.servers.first()?, host.to_owned(), port.parse().ok()?))
    }
}

/// A way to ask a cluster once.
trait Attempt {
    async fn attempt(&mut self, command: &Cmd) -> RedisResult<Value>;

    /// Takes note that keys have another server now.
    fn learn(&mut self) -> RedisResult<()>;

    /// Asks a server that is about to have a key, before all know of it.
    async fn ask_ahead(&mut self, server: &ConnectionInfo, commands: Vec<Cmd>) -> RedisResult<Vec<Value>>;

    async fn pause(&mut self, time: Duration);

    fn way(&self) -> &Way;
}

impl BlockingCluster {
    pub(super) async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        follow(self, command).await
    }

    /// What each of the commands is answered. They are sent in one go to each server; where one of them is sent elsewhere
    /// or refused, the client tells of no other, and each is asked alone. So some are done twice.
    pub(super) async fn replies(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<RedisResult<Value>>> {
        let mut pipeline = cluster_pipe();
        for command in &commands {
            pipeline.add_command(command.clone());
        }
        match pipeline.query::<Vec<Value>>(&mut self.connection) {
            Ok(replies) => return Ok(replies.into_iter().map(Ok).collect()),
            Err(error) if matches!(code(&error).as_deref(), Some("MOVED" | "ASK" | "WRONGTYPE")) => {}
            Err(error) => return Err(error),
        }
        let mut replies = Vec::with_capacity(commands.len());
        for command in &commands {
            replies.push(follow(self, command).await);
        }
        Ok(replies)
    }
}

impl WaitingCluster {
    pub(super) async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        follow(self, command).await
    }

    /// What each of the commands is answered. The client sends a pipeline to one server only; all at once they are as
    /// quick.
    pub(super) async fn replies(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<RedisResult<Value>>> {
        let one = |command: Cmd| {
            let mut cluster = self.clone();
            async move { follow(&mut cluster, &command).await }
        };
        Ok(join_all(commands.into_iter().map(one)).await)
    }
}

/// The commands that read entries, one for each: the servers that have them are many, and the client's own way to send
/// `MGET` to all of them panics on a thread that is sent elsewhere.
pub(super) fn gets<N: ToRedisArgs>(names: impl IntoIterator<Item = N>) -> Vec<Cmd> {
    let get = |name| {
        let mut get = cmd("GET");
        get.arg(name);
        get
    };
    names.into_iter().map(get).collect()
}

/// What `MGET` would have answered: nothing stands where something else than an entry is.
pub(super) fn got(replies: Vec<RedisResult<Value>>) -> RedisResult<Vec<Value>> {
    let is_other = |error: &RedisError| code(error).as_deref() == Some("WRONGTYPE");
    let got =
        |reply: RedisResult<Value>| reply.or_else(|error| if is_other(&error) { Ok(Value::Nil) } else { Err(error) });
    replies.into_iter().map(got).collect()
}

/// Asks, and asks elsewhere when it is sent there.
async fn follow(cluster: &mut impl Attempt, command: &Cmd) -> RedisResult<Value> {
    let mut pause = Duration::ZERO;
    for _ in 0..=REDIRECTIONS {
        let error = match cluster.attempt(command).await {
            Err(error) if is_redirection(&error) => error,
            reply => return reply,
        };
        if let Some(server) = ahead(&error).and_then(|address| cluster.way().server(address)) {
            let mut replies = cluster.ask_ahead(&server, vec![cmd("ASKING"), command.clone()]).await?;
            return replies.pop().ok_or_else(lost_way);
        }
        cluster.pause(pause).await;
        pause = (pause * 2).max(PAUSE);
        cluster.learn()?;
    }
    Err(lost_way())
}

fn is_redirection(error: &RedisError) -> bool {
    matches!(error.kind(), Kind::Server(Server::Moved | Server::Ask))
}

/// The server that is about to have the key.
fn ahead(error: &RedisError) -> Option<&str> {
    let is_ask = error.kind() == Kind::Server(Server::Ask);
    error.redirect_node().filter(|_| is_ask).map(|(address, _)| address)
}

fn lost_way() -> RedisError {
    RedisError::from((Kind::ClusterConnectionNotFound, "the cluster sends one from server to server"))
}

impl Attempt for BlockingCluster {
    async fn attempt(&mut self, command: &Cmd) -> RedisResult<Value> {
        command.query(&mut self.connection)
    }

    /// The client would do so before it tries again, which it does not: a new connection asks who has what.
    fn learn(&mut self) -> RedisResult<()> {
        self.connection = self.way.client()?.get_connection()?;
        Ok(())
    }

    async fn ask_ahead(&mut self, server: &ConnectionInfo, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        pipeline(commands).query(&mut connect(server, self.way.timeout)?)
    }

    async fn pause(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    fn way(&self) -> &Way {
        &self.way
    }
}

impl Attempt for WaitingCluster {
    async fn attempt(&mut self, command: &Cmd) -> RedisResult<Value> {
        command.query_async(&mut self.connection).await
    }

    /// The client does so by itself, before the next question.
    fn learn(&mut self) -> RedisResult<()> {
        Ok(())
    }

    async fn ask_ahead(&mut self, server: &ConnectionInfo, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        // In a box, as a future that connects is large, and seldom needed.
        let mut connection = Box::pin(connect_waiting(server, self.way.timeout)).await?;
        pipeline(commands).query_async(&mut connection).await
    }

    async fn pause(&mut self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn way(&self) -> &Way {
        &self.way
    }
}
