//! A Redis cluster.

use crate::proxy::Proxy;
use crate::redis::Redis;
use crate::wire::Reply;
use crate::{port, wait_until};

/// The number of slots of every cluster.
const SLOTS: usize = 16_384;
const MASTERS: usize = 3;

/// A cluster of three masters.
#[derive(Debug)]
pub struct Cluster {
    nodes: Vec<Redis>,
    replicas: Vec<Redis>,
    proxies: Vec<Proxy>,
}

/// A server that is to join a cluster, and the port of its cluster bus.
struct Node {
    redis: Redis,
    bus: u16,
}

impl Cluster {
    /// Starts three servers and waits until they agree, which takes a second or two.
    ///
    /// `None` if Redis is not installed: the test is to be skipped.
    pub fn start() -> Option<Cluster> {
        Cluster::of(nodes(MASTERS, &[])?)
    }

    /// The same, with a replica for each master that takes over a second or two after the master has died.
    pub fn start_with_replicas() -> Option<Cluster> {
        let mut cluster = Cluster::of(nodes(MASTERS, &[])?)?;
        for (replica, master) in nodes(MASTERS, &[])?.into_iter().zip(&cluster.nodes) {
            meet(master, &replica);
            let id = master.ask(["CLUSTER", "MYID"]);
            let id = id.text().expect("a node has an id");
            let replicates = || replica.redis.ask(["CLUSTER", "REPLICATE", id]).text() == Some("OK");
            wait_until("the replica knows its master", replicates);
            cluster.replicas.push(replica.redis);
        }
        let is_known = |node: &Redis| {
            node.ask(["CLUSTER", "NODES"]).text().is_some_and(|all| all.matches(" slave ").count() == MASTERS)
        };
        let follows =
            |node: &Redis| node.ask(["INFO"]).text().is_some_and(|info| info.contains("master_link_status:up"));
        wait_until("all know the replicas", || {
            cluster.nodes.iter().all(is_known) && cluster.replicas.iter().all(follows)
        });
        Some(cluster)
    }

    /// The same without replicas, but with a [proxy](Proxy) in front of each master, whose address clients receive.
    pub fn start_behind_proxies() -> Option<Cluster> {
        let proxies: Vec<Proxy> = (0..MASTERS).map(|_| Proxy::start()).collect();
        let announced: Vec<u16> = proxies.iter().map(Proxy::port).collect();
        let mut cluster = Cluster::of(nodes(MASTERS, &announced)?)?;
        for (proxy, node) in proxies.iter().zip(&cluster.nodes) {
            proxy.lead_to(node.port());
        }
        cluster.proxies = proxies;
        Some(cluster)
    }

    fn of(nodes: Vec<Node>) -> Option<Cluster> {
        for (number, node) in nodes.iter().enumerate() {
            let slots = number * SLOTS / MASTERS..(number + 1) * SLOTS / MASTERS;
            let (first, last) = (slots.start.to_string(), (slots.end - 1).to_string());
            done(&node.redis, ["CLUSTER", "ADDSLOTSRANGE", &first, &last]);
            done(&node.redis, ["CLUSTER", "SET-CONFIG-EPOCH", &(number + 1).to_string()]);
            meet(&nodes[0].redis, node);
        }
        let nodes: Vec<Redis> = nodes.into_iter().map(|node| node.redis).collect();
        wait_until("the nodes of the cluster agree", || nodes.iter().all(knows_all));
        Some(Cluster { nodes, replicas: Vec::new(), proxies: Vec::new() })
    }

    /// Its masters. Each has a third of the slots, in this order.
    pub fn nodes(&self) -> &[Redis] {
        &self.nodes
    }

    /// The replicas of its masters, in the same order, if it has any.
    pub fn replicas(&self) -> &[Redis] {
        &self.replicas
    }

    /// The proxies in front of its masters, in the same order, if there are any.
    pub fn proxies(&self) -> &[Proxy] {
        &self.proxies
    }

    /// Its address: `redis-cluster://127.0.0.1:port,…`.
    pub fn url(&self) -> String {
        let ports: Vec<u16> = match &*self.proxies {
            [] => self.nodes.iter().map(Redis::port).collect(),
            proxies => proxies.iter().map(Proxy::port).collect(),
        };
        let hosts: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        format!("redis-cluster://{}", hosts.join(","))
    }

    /// The index of the master that owns a key.
    pub fn owner(&self, key: &str) -> usize {
        let slot = self.slot(key);
        (0..MASTERS).find(|number| slot < (number + 1) * SLOTS / MASTERS).expect("all slots have a master")
    }

    /// Starts to move the slot of a key to another master, which answers for absent keys from then on.
    ///
    /// Existing keys stay until [`finish_move`](Cluster::finish_move).
    pub fn begin_move(&self, key: &str, to: usize) {
        let (slot, from) = (self.slot(key).to_string(), self.owner(key));
        done(&self.nodes[to], ["CLUSTER", "SETSLOT", &slot, "IMPORTING", &self.id(from)]);
        done(&self.nodes[from], ["CLUSTER", "SETSLOT", &slot, "MIGRATING", &self.id(to)]);
    }

    /// Moves the keys in the slot of a key, and assigns the slot to the other master.
    pub fn finish_move(&self, key: &str, to: usize) {
        let (slot, from) = (self.slot(key).to_string(), self.owner(key));
        let port = self.nodes[to].port().to_string();
        let Reply::List(keys) = self.nodes[from].ask(["CLUSTER", "GETKEYSINSLOT", &slot, "1000"]) else { return };
        for key in keys.iter().filter_map(Reply::text) {
            done(&self.nodes[from], ["MIGRATE", "127.0.0.1", &port, key, "0", "5000"]);
        }
        for node in [to, from] {
            done(&self.nodes[node], ["CLUSTER", "SETSLOT", &slot, "NODE", &self.id(to)]);
        }
    }

    fn slot(&self, key: &str) -> usize {
        let slot = self.nodes[0].ask(["CLUSTER", "KEYSLOT", key]).number();
        slot.and_then(|slot| usize::try_from(slot).ok()).expect("every key has a slot")
    }

    fn id(&self, node: usize) -> String {
        self.nodes[node].ask(["CLUSTER", "MYID"]).text().expect("a node has an id").to_owned()
    }
}

/// Servers that may join a cluster, some of which announce another port than their own to clients.
fn nodes(count: usize, announced: &[u16]) -> Option<Vec<Node>> {
    (0..count).map(|number| node(announced.get(number).copied())).collect()
}

fn node(announced: Option<u16>) -> Option<Node> {
    let bus = port::free();
    let mut options = Redis::options().arguments(["--cluster-enabled", "yes", "--cluster-port", &bus.to_string()]);
    options = options.arguments(["--cluster-node-timeout", "1500", "--cluster-replica-validity-factor", "0"]);
    if let Some(announced) = announced {
        let (port, bus) = (announced.to_string(), bus.to_string());
        options = options.arguments(["--cluster-announce-port", &port, "--cluster-announce-bus-port", &bus]);
    }
    Some(Node { redis: options.start()?, bus })
}

fn meet(one: &Redis, other: &Node) {
    done(one, ["CLUSTER", "MEET", "127.0.0.1", &other.redis.port().to_string(), &other.bus.to_string()]);
}

fn done<const N: usize>(node: &Redis, words: [&str; N]) {
    let answer = node.ask(words);
    assert!(matches!(answer.text(), Some("OK" | "NOKEY")), "{words:?}: {answer:?}");
}

/// Whether a node knows the owners of all slots.
fn knows_all(node: &Redis) -> bool {
    let is_ok = node.ask(["CLUSTER", "INFO"]).text().is_some_and(|info| info.contains("cluster_state:ok"));
    is_ok && matches!(node.ask(["CLUSTER", "SLOTS"]), Reply::List(ranges) if ranges.len() == MASTERS)
}
