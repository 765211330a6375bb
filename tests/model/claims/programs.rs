//! The programs, and what must be true after each interleaving.

mod plan;

use std::time::Duration;

use self::plan::Change::{Clear, Delete, DeleteTag, Refresh, Set};
use self::plan::{Caller, Change, Plan};
pub(crate) use self::plan::{Program, View};
use crate::bodies::Habit::{Fails, IsSlow, Panics, Succeeds};
use crate::bodies::{self, Limit};
use crate::scheduler::{self, Fate};

use Fate::{Ends, MayBeDropped};

macro_rules! programs {
    ($($name:ident,)*; random: $($random:ident,)*) => {
        pub(crate) const ALL: &[Program] = &[
            $(Program { name: stringify!($name), is_random: false, set_up: $name },)*
            $(Program { name: stringify!($random), is_random: true, set_up: $random },)*
        ];
    };
}

programs! {
    an_election_of_two_processes,
    an_election_whose_winner_may_be_dropped,
    an_election_whose_winner_fails,
    an_election_whose_winner_panics,
    an_election_whose_winner_dies,
    an_election_whose_winner_is_slow,
    an_election_with_two_callers_in_a_process,
    a_window_of_two_processes,
    a_window_of_one_process,
    a_window_whose_caller_may_be_dropped,
    a_window_whose_body_fails,
    a_window_whose_body_panics,
    a_window_whose_process_dies,
    a_window_in_the_background,
    a_window_beside_a_slow_call,
    a_cold_key_in_one_process,
    a_cold_key_whose_caller_may_be_dropped,
    a_deletion_in_another_process,
    a_deletion_in_the_same_process,
    a_set_in_another_process,
    a_set_in_the_same_process,
    a_clear_in_another_process,
    a_refresh_in_another_process,
    a_refresh_in_the_same_process,
    a_deleted_tag,
    a_deletion_in_a_window,
    a_deletion_for_a_waiting_caller,
    a_batch_beside_a_call,
    a_batch_beside_a_call_that_may_be_dropped,
    a_batch_that_may_be_dropped,
    two_batches,
    a_batch_and_a_deletion,
    ; random:
    circles_of_processes,
    many_elections,
    many_windows,
    many_changes,
    many_batches,
}

fn election(plan: &mut Plan, processes: u32) {
    plan.processes(processes);
    scheduler::allow_early_passes(1);
    bodies::limit_bodies(Limit::AmongAll);
}

fn shared(process: u32) -> Caller {
    Caller::new(process, View::Shared)
}

fn an_election_of_two_processes(plan: &mut Plan) {
    election(plan, 2);
    plan.call(shared(0));
    plan.call(shared(1));
    plan.most_bodies(|| 1);
}

fn an_election_whose_winner_may_be_dropped(plan: &mut Plan) {
    election(plan, 2);
    plan.call(shared(0).may_be_dropped());
    plan.call(shared(1));
    plan.most_bodies(|| 1 + scheduler::drops());
}

fn an_election_whose_winner_fails(plan: &mut Plan) {
    election(plan, 2);
    plan.call(shared(0).whose_body(Fails));
    plan.call(shared(1));
}

fn an_election_whose_winner_panics(plan: &mut Plan) {
    election(plan, 2);
    plan.call(shared(0).whose_body(Panics));
    plan.call(shared(1));
}

fn an_election_whose_winner_dies(plan: &mut Plan) {
    election(plan, 2);
    scheduler::allow_early_passes(0);
    plan.may_die(0);
    plan.call(shared(0));
    plan.call(shared(1));
}

fn an_election_whose_winner_is_slow(plan: &mut Plan) {
    election(plan, 2);
    scheduler::allow_early_passes(0);
    plan.call(shared(0).whose_body(IsSlow(3)));
    plan.call(shared(1).whose_body(IsSlow(3)));
    plan.most_bodies(|| 1);
}

fn an_election_with_two_callers_in_a_process(plan: &mut Plan) {
    election(plan, 2);
    scheduler::allow_early_passes(0);
    plan.call(shared(0).may_be_dropped());
    plan.call(shared(0));
    plan.call(shared(1));
    plan.most_bodies(|| 1 + scheduler::drops());
}

/// A stale value in its window.
fn window(plan: &mut Plan, processes: u32) {
    plan.processes(processes);
    plan.stale_value();
    bodies::limit_bodies(Limit::AmongAll);
}

fn in_window(process: u32) -> Caller {
    Caller::new(process, View::Window).at_once()
}

fn a_window_of_two_processes(plan: &mut Plan) {
    window(plan, 2);
    plan.call(in_window(0).whose_body(IsSlow(3)));
    plan.call(in_window(1).whose_body(IsSlow(3)));
    plan.most_bodies(|| 1);
}

fn a_window_of_one_process(plan: &mut Plan) {
    window(plan, 1);
    plan.call(in_window(0).whose_body(IsSlow(3)));
    plan.call(in_window(0).whose_body(IsSlow(3)));
    plan.call(in_window(0));
    plan.most_bodies(|| 1);
}

fn a_window_whose_caller_may_be_dropped(plan: &mut Plan) {
    window(plan, 2);
    plan.call(in_window(0).may_be_dropped());
    plan.call(in_window(0));
    plan.call(in_window(1));
    plan.most_bodies(|| 1 + scheduler::drops());
}

fn a_window_whose_body_fails(plan: &mut Plan) {
    window(plan, 2);
    plan.call(in_window(0).whose_body(Fails));
    plan.call(in_window(1).whose_body(Fails));
    plan.most_bodies(|| 1);
}

/// A panic pauses its own process alone.
fn a_window_whose_body_panics(plan: &mut Plan) {
    window(plan, 2);
    plan.call(in_window(0).whose_body(Panics));
    plan.call(in_window(0));
    plan.call(in_window(1));
    plan.most_bodies(|| 1 + bodies::failures());
}

fn a_window_whose_process_dies(plan: &mut Plan) {
    window(plan, 2);
    plan.may_die(0);
    plan.call(in_window(0));
    plan.call(in_window(1));
    plan.most_bodies(|| 1 + scheduler::drops());
}

fn a_window_in_the_background(plan: &mut Plan) {
    window(plan, 2);
    plan.call(Caller::new(0, View::Background).at_once().may_be_dropped());
    plan.call(Caller::new(1, View::Background).at_once());
    plan.most_bodies(|| 1);
}

/// The call without a window computes, and the other one does not wait for it.
fn a_window_beside_a_slow_call(plan: &mut Plan) {
    plan.processes(1);
    plan.stale_value();
    plan.call(Caller::new(0, View::Plain).whose_body(IsSlow(3)));
    plan.call(in_window(0));
}

fn a_cold_key_in_one_process(plan: &mut Plan) {
    plan.processes(1);
    plan.call(Caller::new(0, View::Plain));
    plan.call(Caller::new(0, View::Plain));
    plan.call(Caller::new(0, View::Plain));
    plan.most_bodies(|| 1);
}

fn a_cold_key_whose_caller_may_be_dropped(plan: &mut Plan) {
    plan.processes(1);
    plan.call(Caller::new(0, View::Plain).may_be_dropped());
    plan.call(Caller::new(0, View::Plain));
    plan.most_bodies(|| 1 + scheduler::drops());
}

/// A cold key, a change of it in the meantime, and a call after the change.
fn change(plan: &mut Plan, change: Change, process: u32) {
    plan.processes(2);
    plan.call(Caller::new(0, View::Plain));
    plan.change_and_call(process, change, Caller::new(0, View::Plain));
}

fn a_deletion_in_another_process(plan: &mut Plan) {
    change(plan, Delete, 1);
}

fn a_deletion_in_the_same_process(plan: &mut Plan) {
    change(plan, Delete, 0);
}

fn a_set_in_another_process(plan: &mut Plan) {
    change(plan, Set, 1);
    plan.most_bodies(|| 1);
}

fn a_set_in_the_same_process(plan: &mut Plan) {
    change(plan, Set, 0);
    plan.most_bodies(|| 1);
}

fn a_clear_in_another_process(plan: &mut Plan) {
    change(plan, Clear, 1);
}

fn a_refresh_in_another_process(plan: &mut Plan) {
    change(plan, Refresh, 1);
}

fn a_refresh_in_the_same_process(plan: &mut Plan) {
    change(plan, Refresh, 0);
}

fn a_deleted_tag(plan: &mut Plan) {
    plan.processes(2);
    plan.call(Caller::new(0, View::Tagged));
    plan.change_and_call(1, DeleteTag, Caller::new(0, View::Tagged));
}

fn a_deletion_in_a_window(plan: &mut Plan) {
    plan.processes(2);
    plan.stale_value();
    plan.call(Caller::new(0, View::Window));
    plan.change_and_call(1, Delete, Caller::new(0, View::Window));
}

fn a_deletion_for_a_waiting_caller(plan: &mut Plan) {
    plan.processes(2);
    plan.call(shared(0).may_be_dropped());
    plan.call(shared(1));
    plan.change(1, Delete, MayBeDropped);
}

fn a_batch_beside_a_call(plan: &mut Plan) {
    plan.processes(1);
    plan.batch(0, &[0, 1], None, Ends);
    plan.call(Caller::new(0, View::Plain).of(1));
    plan.call(Caller::new(0, View::Plain));
    plan.most_bodies(|| 2);
}

fn a_batch_beside_a_call_that_may_be_dropped(plan: &mut Plan) {
    plan.processes(1);
    plan.batch(0, &[0, 1], None, Ends);
    plan.call(Caller::new(0, View::Plain).of(1).may_be_dropped());
    plan.most_bodies(|| 2 + scheduler::drops());
}

fn a_batch_that_may_be_dropped(plan: &mut Plan) {
    plan.processes(1);
    plan.batch(0, &[0, 1], None, MayBeDropped);
    plan.call(Caller::new(0, View::Plain).of(1));
    plan.most_bodies(|| 2 + scheduler::drops());
}

fn two_batches(plan: &mut Plan) {
    plan.processes(1);
    plan.batch(0, &[0, 1], Some(1), Ends);
    plan.batch(0, &[1, 2], None, Ends);
    plan.most_bodies(|| 3 + bodies::failures());
}

fn a_batch_and_a_deletion(plan: &mut Plan) {
    plan.processes(2);
    plan.batch(0, &[0, 1], None, Ends);
    plan.change_and_call(1, Delete, Caller::new(0, View::Plain));
}

/// The bodies of two processes call each other's keys.
fn circles_of_processes(plan: &mut Plan) {
    plan.processes(2);
    bodies::limit_bodies(Limit::None);
    plan.circle(0, [0, 1]);
    plan.circle(1, [1, 0]);
    if plan.chance(50) {
        plan.circle(0, [1, 0]);
    }
    if plan.chance(30) {
        plan.may_die(0);
    }
}

fn many_elections(plan: &mut Plan) {
    let processes = 2 + plan.below(2);
    election(plan, processes);
    scheduler::allow_early_passes(plan.below(4));
    for _ in 0..2 + plan.below(4) {
        let caller = plan.caller(&[View::Shared], &[Succeeds, Succeeds, Fails, Panics, IsSlow(1)]);
        plan.call(caller);
    }
    plan.sometimes_dies();
}

fn many_windows(plan: &mut Plan) {
    let processes = 2 + plan.below(2);
    window(plan, processes);
    let views = plan.pick(&[[View::Window; 2], [View::Background; 2], [View::Window, View::Background]]);
    for _ in 0..2 + plan.below(4) {
        let caller = plan.caller(&views, &[Succeeds, Succeeds, IsSlow(2), Fails, Panics]);
        plan.call(caller.at_once());
    }
    plan.sometimes_dies();
    plan.most_bodies(|| 1 + scheduler::drops() * 4 + bodies::failures());
}

fn many_changes(plan: &mut Plan) {
    let processes = 1 + plan.below(3);
    plan.processes(processes);
    if plan.chance(30) {
        plan.stale_value();
    }
    scheduler::allow_early_passes(plan.below(3));
    let views = plan.pick(&[
        &[View::Plain][..],
        &[View::Shared],
        &[View::Window, View::Plain],
        &[View::Background, View::Window],
        &[View::Tagged],
        &[View::Plain, View::Shared],
    ]);
    let tags_too = views == [View::Tagged];
    for _ in 0..2 + plan.below(3) {
        let caller = plan.caller(views, &[Succeeds, Succeeds, Succeeds, Fails, Panics, IsSlow(1)]);
        plan.call(caller);
    }
    // Two that set a value each, or set one and delete it, decide by chance which comes last.
    let changes = if tags_too { &[DeleteTag][..] } else { plan.pick(&[&[Set][..], &[Delete, Clear, Refresh]]) };
    let most = if changes == [Set] { 1 } else { 2 };
    for _ in 0..1 + plan.below(most) {
        let (process, change) = (plan.below(processes), plan.pick(changes));
        let caller = plan.caller(views, &[Succeeds]);
        match plan.below(3) {
            0 => plan.change(process, change, Ends),
            1 => plan.change(process, change, MayBeDropped),
            _ => plan.change_and_call(process, change, caller),
        }
    }
    plan.sometimes_dies();
}

fn many_batches(plan: &mut Plan) {
    let processes = 1 + plan.below(2);
    plan.processes(processes);
    for _ in 0..2 + plan.below(2) {
        let keys = plan.pick(&[&[0, 1][..], &[1, 2], &[2, 0], &[0, 1, 2], &[1]]);
        let left_out = plan.chance(30).then(|| keys[0]);
        let fate = if plan.chance(30) { MayBeDropped } else { Ends };
        let process = plan.below(processes);
        plan.batch(process, keys, left_out, fate);
    }
    for _ in 0..1 + plan.below(2) {
        let caller = plan.caller(&[View::Plain, View::Shared], &[Succeeds, Succeeds, Fails, Panics]);
        let key = plan.pick(&[0, 1, 2]);
        plan.call(caller.of(key));
    }
    if plan.chance(50) {
        let (process, change) = (plan.below(processes), plan.pick(&[Delete, Set, Clear]));
        plan.change(process, change, Ends);
    }
    plan.sometimes_dies();
}
