//! Three Redis servers that share the keys.

use crate::redis::Redis;
use crate::wire::Reply;
use crate::{port, wait_until};

/// So many slots has every cluster.
const SLOTS: usize = 16_384;
const NODES: usize = 3;

/// A cluster of three masters without replicas.
#[derive(Debug)]
pub struct Cluster {
    nodes: Vec<Redis>,
}

impl Cluster {
    /// Starts three servers and waits until they agree, which takes a second or two.
    ///
    /// `None` where Redis is not installed: then the test is to be passed over.
    pub fn start() -> Option<Cluster> {
        let nodes = (0..NODES).map(|_| node()).collect::<Option<Vec<(Redis, u16)>>>()?;
        for (number, (node, _)) in nodes.iter().enumerate() {
            let slots = number * SLOTS / NODES..(number + 1) * SLOTS / NODES;
            done(node, ["CLUSTER", "ADDSLOTSRANGE", &slots.start.to_string(), &(slots.end - 1).to_string()]);
            done(node, ["CLUSTER", "SET-CONFIG-EPOCH", &(number + 1).to_string()]);
            done(&nodes[0].0, ["CLUSTER", "MEET", "127.0.0.1", &node.port().to_string(), &nodes[number].1.to_string()]);
        }
        let cluster = Cluster { nodes: nodes.into_iter().map(|(node, _)| node).collect() };
        wait_until("the nodes of the cluster agree", || cluster.nodes.iter().all(knows_all));
        Some(cluster)
    }

    /// Its nodes. Each has a third of the slots, in this order.
    pub fn nodes(&self) -> &[Redis] {
        &self.nodes
    }
}

/// A server that may be a part of a cluster, and the port at which the others find it.
fn node() -> Option<(Redis, u16)> {
    let bus = port::free();
    let node = Redis::options().arguments(["--cluster-enabled", "yes", "--cluster-port", &bus.to_string()]).start()?;
    Some((node, bus))
}

fn done<const N: usize>(node: &Redis, words: [&str; N]) {
    assert_eq!(node.ask(words).text(), Some("OK"), "{words:?}");
}

/// Whether a node knows who has which slot.
fn knows_all(node: &Redis) -> bool {
    let is_ok = node.ask(["CLUSTER", "INFO"]).text().is_some_and(|info| info.contains("cluster_state:ok"));
    is_ok && matches!(node.ask(["CLUSTER", "SLOTS"]), Reply::List(ranges) if ranges.len() == NODES)
}
