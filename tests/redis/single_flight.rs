//! Single-flight over Redis: threads, tasks, processes, and changes during a computation.

use cache_servers::{Redis, own_name};
use cache_store_suite::within_a_minute;

use crate::common::{in_cluster, open};
use crate::{cross_process, stampede};

/// An address with its own namespace, on the server that the tests share. Its timeout is long, because a caller whose
/// store times out computes for itself, and a stampede keeps the machine busy.
fn address() -> Option<String> {
    Some(format!("{}?shared_lease=3&timeout=30&namespace={}:", Redis::shared()?.url(), own_name()))
}

#[test]
fn a_thousand_threads_compute_a_cold_key_once() {
    let Some(address) = address() else { return };
    within_a_minute(move || stampede::a_thousand_threads_compute_a_cold_key_once(&open(&address)));
}

#[test]
fn ten_thousand_tasks_compute_a_cold_key_once() {
    let Some(address) = address() else { return };
    within_a_minute(move || stampede::ten_thousand_tasks_compute_a_cold_key_once(&open(&address)));
}

#[test]
fn eight_processes_compute_a_cold_shared_key_once() {
    let Some(address) = address() else { return };
    within_a_minute(move || cross_process::eight_processes_compute_a_cold_shared_key_once(&address));
}

#[test]
fn eight_processes_compute_a_stale_key_once() {
    let Some(address) = address() else { return };
    within_a_minute(move || cross_process::eight_processes_compute_a_stale_key_once(&address));
}

#[test]
fn another_process_takes_over_when_the_lease_of_a_killed_one_ends() {
    let Some(address) = address() else { return };
    within_a_minute(move || cross_process::another_process_takes_over_when_the_lease_of_a_killed_one_ends(&address));
}

#[test]
fn a_change_during_a_computation_wins() {
    let Some(address) = address() else { return };
    let Some(cluster) = in_cluster() else { return };
    within_a_minute(move || {
        cross_process::changes_during_a_computation_win(&open(&address), &open(&address));
        cross_process::changes_during_a_computation_win(&cluster, &cluster);
    });
}
