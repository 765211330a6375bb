//! Where Redis is: one server, a cluster, or whichever server sentinels name; and how a connection to it is made.

use std::time::Duration;

use redis::cluster::ClusterClient;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, RedisConnectionInfo, RedisResult, TlsMode};

use super::link::{Blocking, Waiting};

/// Where Redis is.
#[derive(Clone)]
pub(super) enum Place {
    One(ConnectionInfo),
    /// Some of the servers of a cluster, which name the others.
    Cluster(Vec<ConnectionInfo>),
    Sentinel(Sentinels),
}

/// Sentinels, and what they are asked for.
#[derive(Clone)]
pub(super) struct Sentinels {
    pub(super) sentinels: Vec<ConnectionAddr>,
    /// The name by which they know the servers, one of which is in charge.
    pub(super) master: String,
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    /// How one presents oneself to the server itself.
    pub(super) server: RedisConnectionInfo,
    pub(super) tls: bool,
}

/// A cluster's client tries again by itself, but only for so often: callers have better things to do.
const CLUSTER_RETRIES: u32 = 3;

/// Sees to it that there is somebody to encrypt, where the program has not chosen one itself.
#[cfg(feature = "redis-tls")]
pub(super) fn prepare_tls() {
    // It fails where there is one already, which is as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(not(feature = "redis-tls"))]
pub(super) fn prepare_tls() {}

impl Place {
    /// Connects, for a thread that waits for each reply for so long.
    pub(super) fn connect(&self, timeout: Duration) -> RedisResult<Blocking> {
        let one = |client: Client| {
            let connection = client.get_connection_with_timeout(timeout)?;
            connection.set_read_timeout(Some(timeout))?;
            connection.set_write_timeout(Some(timeout))?;
            Ok(Blocking::One(connection))
        };
        match self {
            Place::One(server) => one(Client::open(server.clone())?),
            Place::Sentinel(sentinels) => one(sentinels.client()?.get_client()?),
            Place::Cluster(servers) => {
                let connection = cluster(servers, timeout)?.get_connection()?;
                Ok(Blocking::Cluster(Box::new(connection)))
            }
        }
    }

    /// Connects, for tasks that wait for each reply for so long.
    pub(super) async fn connect_waiting(&self, timeout: Duration) -> RedisResult<Waiting> {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(timeout)).set_response_timeout(Some(timeout));
        match self {
            Place::One(server) => {
                let client = Client::open(server.clone())?;
                client.get_multiplexed_async_connection_with_config(&config).await.map(Waiting::One)
            }
            Place::Sentinel(sentinels) => {
                sentinels.client()?.get_async_connection_with_config(&config).await.map(Waiting::One)
            }
            Place::Cluster(servers) => cluster(servers, timeout)?.get_async_connection().await.map(Waiting::Cluster),
        }
    }
}

fn cluster(servers: &[ConnectionInfo], timeout: Duration) -> RedisResult<ClusterClient> {
    ClusterClient::builder(servers.iter().cloned())
        .connection_timeout(timeout)
        .response_timeout(timeout)
        .overall_response_timeout(Some(timeout))
        .retries(CLUSTER_RETRIES)
        .max_retry_wait(100)
        .min_retry_wait(10)
        .build()
}

impl Sentinels {
    fn client(&self) -> RedisResult<SentinelClient> {
        let tls = self.tls.then_some(TlsMode::Secure);
        let mut builder =
            SentinelClientBuilder::new(self.sentinels.iter().cloned(), &self.master, SentinelServerType::Master)?
                .set_client_to_redis_db(self.server.db())
                .set_client_to_redis_protocol(self.server.protocol());
        if let Some(username) = self.server.username() {
            builder = builder.set_client_to_redis_username(username);
        }
        if let Some(password) = self.server.password() {
            builder = builder.set_client_to_redis_password(password);
        }
        if let Some(username) = &self.username {
            builder = builder.set_client_to_sentinel_username(username);
        }
        if let Some(password) = &self.password {
            builder = builder.set_client_to_sentinel_password(password);
        }
        if let Some(tls) = tls {
            builder = builder.set_client_to_redis_tls_mode(tls).set_client_to_sentinel_tls_mode(tls);
        }
        builder.build()
    }
}
