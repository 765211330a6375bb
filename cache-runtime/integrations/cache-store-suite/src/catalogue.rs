//! The list of all behaviours, and the macros that make a test of each.

use cache_runtime::Store;

/// Tests the behaviour of every cache, on caches that a closure makes.
///
/// It expands to a module of the given name with a test for each behaviour and API. The closure returns an empty
/// [`Cache`](cache_runtime::Cache), or a pair of it and something that must outlive it: see [`Setup`](crate::Setup).
///
/// ```
/// # fn main() {}
/// use cache_runtime::Cache;
///
/// cache_store_suite::run! { in_memory, || Cache::memory() }
/// ```
#[macro_export]
macro_rules! run {
    ($name:ident, $make:expr) => {
        $crate::__for_each_api! { $name, $make, __each_behaviour }
    };
}

/// Tests the behaviour of a cache that stores nothing, on caches that a closure makes.
///
/// ```
/// # fn main() {}
/// use cache_runtime::Cache;
///
/// cache_store_suite::run_no_cache! { no_cache, || Cache::none() }
/// ```
#[macro_export]
macro_rules! run_no_cache {
    ($name:ident, $make:expr) => {
        $crate::__for_each_api! { $name, $make, __each_of_no_cache }
    };
}

/// Tests each line of the contract of a [`Store`](cache_runtime::Store), on stores that a closure makes.
///
/// It expands to a module of the given name with a test for each line.
///
/// ```
/// # fn main() {}
/// # mod stand_in { pub use cache_runtime::store::NoCache as MyStore; }
/// # use stand_in::MyStore;
/// cache_store_suite::run_store! { my_store, || MyStore::default() }
/// ```
#[macro_export]
macro_rules! run_store {
    ($name:ident, $make:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "the closure may use nothing of it")]
            use super::*;
            $crate::__each_line_of_the_contract! { __test_of_store, ($make) }
        }
    };
}

/// Tests the contract of a [`Store`](cache_runtime::Store) about claims, for a store that keeps them.
///
/// It expands to a module of the given name with a test for each line.
///
/// ```
/// # fn main() {}
/// use cache_runtime::Cache;
/// use cache_runtime::testing::Chaos;
///
/// cache_store_suite::run_claims! { claims_in_sqlite, || Chaos::over(&Cache::memory()) }
/// ```
#[macro_export]
macro_rules! run_claims {
    ($name:ident, $make:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "the closure may use nothing of it")]
            use super::*;
            $crate::__each_line_on_claims! { __test_of_store, ($make) }
        }
    };
}

/// Tests the contract of a [`Store`](cache_runtime::Store) about counts within bounds, for a store that has them.
///
/// It expands to a module of the given name with a test for each line.
///
/// ```
/// # fn main() {}
/// use cache_runtime::Cache;
/// use cache_runtime::testing::Chaos;
///
/// cache_store_suite::run_limits! { limits_in_sqlite, || Chaos::over(&Cache::memory()) }
/// ```
#[macro_export]
macro_rules! run_limits {
    ($name:ident, $make:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "the closure may use nothing of it")]
            use super::*;
            $crate::__each_line_on_limits! { __test_of_store, ($make) }
        }
    };
}

/// Makes the tests of a list of behaviours, in a module for each API.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_api {
    ($name:ident, $make:expr, $list:ident) => {
        mod $name {
            mod blocking {
                #[allow(unused_imports, reason = "the closure may use nothing of it")]
                use super::super::*;
                $crate::$list! { __test_of_cache, ($crate::Api::Blocking, $make) }
            }
            mod asynchronous {
                #[allow(unused_imports, reason = "the closure may use nothing of it")]
                use super::super::*;
                $crate::$list! { __test_of_cache, ($crate::Api::Async($crate::Executor::Bare), $make) }
            }
            mod asynchronous_on_tokio {
                #[allow(unused_imports, reason = "the closure may use nothing of it")]
                use super::super::*;
                $crate::$list! { __test_of_cache, ($crate::Api::Async($crate::Executor::Tokio), $make) }
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __test_of_cache {
    ($group:ident, $behaviour:ident, ($api:expr, $make:expr)) => {
        #[test]
        fn $behaviour() {
            $crate::check_cache(concat!(stringify!($group), "::", stringify!($behaviour)), || {
                $crate::$group::$behaviour(&$crate::TestCache::new($api, ($make)()));
            });
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __test_of_store {
    ($group:ident, $behaviour:ident, ($make:expr)) => {
        #[test]
        fn $behaviour() {
            $crate::check_store(concat!(stringify!($group), "::", stringify!($behaviour)), || {
                $crate::$group::$behaviour(&($make)());
            });
        }
    };
}

/// Calls the macro `$then` with each name of a list.
#[doc(hidden)]
#[macro_export]
macro_rules! __each {
    (__list, (), $($group:ident { $($behaviour:ident)* })*) => {
        &[$($((concat!(stringify!($group), "::", stringify!($behaviour)), $crate::$group::$behaviour)),*),*]
    };
    ($then:ident, $rest:tt, $($group:ident { $($behaviour:ident)* })*) => {
        $crate::__each! { @ $then, $rest, $($($group $behaviour)*)* }
    };
    (@ $then:ident, $rest:tt, $($group:ident $behaviour:ident)*) => {
        $($crate::$then! { $group, $behaviour, $rest })*
    };
}

/// The behaviours of every cache.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_behaviour {
    ($then:ident, $rest:tt) => {
        $crate::__each! { $then, $rest,
            storing {
                reading_an_absent_key_is_a_miss_and_creates_no_entry
                a_later_write_replaces_value_and_expiry
                a_later_write_may_be_of_another_type
                values_of_every_kind_are_read_back
                integers_of_every_width_are_read_back
                bytes_of_every_size_are_read_back
                none_is_a_value
                a_value_of_another_type_is_a_miss_and_is_not_deleted
                a_struct_whose_fields_changed_is_a_miss
                deleting_returns_whether_there_was_a_value
                a_deleted_expired_value_is_never_served_stale
                clearing_removes_every_entry
                blocking_and_async_callers_see_the_same_entries
                views_and_clones_share_entries
                threads_read_what_other_threads_wrote
                a_reader_among_writers_gets_whole_values_of_its_own_key
                a_ping_is_answered_and_changes_nothing
            }
            counters {
                a_counter_starts_from_zero
                each_increment_returns_the_sum_so_far
                reading_does_not_start_a_counter
                written_integers_and_counters_are_interchangeable
                a_counter_with_a_lifetime_of_zero_is_not_stored
                a_counter_can_start_where_a_text_has_expired
                incrementing_a_value_that_is_no_integer_is_an_error_and_changes_nothing
                overflow_is_an_error_and_changes_nothing
                decrementing_by_the_lowest_number_is_an_overflow
                simultaneous_first_increments_return_distinct_sums
                concurrent_increments_all_count
            }
            real_time {
                a_number_lives_until_its_expiry
                rewriting_a_number_replaces_its_lifetime
                increments_do_not_change_a_counters_expiry
                a_counter_without_expiry_takes_an_explicit_one
                an_expired_counter_starts_again_from_zero
                an_expired_counter_in_a_stale_window_starts_again_from_zero
                touching_extends_a_counters_lifetime
                touching_can_make_a_counter_permanent_and_temporary_again
                removing_expired_entries_keeps_live_numbers
            }
            batches {
                read_multi_returns_the_hits
                an_empty_batch_is_no_error
                read_multi_omits_expired_and_unreadable_values
                write_multi_gives_all_entries_the_same_lifetime
                the_last_value_of_a_repeated_key_is_stored
                write_multi_accepts_references
                delete_multi_counts_the_deleted_values
                all_misses_are_computed_in_one_call
                computed_values_are_stored
                a_batch_computation_may_omit_keys_but_not_add_any
                a_value_of_another_type_is_recomputed
                an_error_in_a_batch_is_not_stored
                an_unserializable_value_in_a_batch_does_not_affect_the_others
                each_key_of_a_batch_has_its_own_race_window
                write_multi_with_a_lifetime_of_zero_deletes_the_keys
                a_batch_may_have_thousands_of_keys
                an_empty_key_in_a_batch_changes_nothing
                a_change_during_a_batch_computation_wins
            }
            expiry {
                every_value_has_its_own_lifetime
                expiry_is_exact_to_the_millisecond
                the_default_lifetime_is_two_days
                an_entry_that_never_expires_stays
                very_long_lifetimes_do_not_overflow
                a_lifetime_may_be_seconds_a_duration_or_text
                writing_with_a_lifetime_of_zero_deletes_the_entry
                computing_with_a_lifetime_of_zero_deletes_the_entry
                expiry_distinguishes_absent_permanent_and_expiring_entries
                reading_does_not_extend_a_lifetime
                touching_replaces_the_lifetime
                touching_can_make_an_entry_permanent_and_temporary_again
                touching_does_not_revive_an_expired_entry
                touching_with_a_lifetime_of_zero_deletes_the_entry
                removing_expired_entries_keeps_the_others
                removing_expired_entries_keeps_those_in_a_stale_window
                a_value_rewritten_after_expiry_has_its_full_lifetime
            }
            stale {
                without_a_window_no_expired_value_is_served
                a_window_of_zero_is_no_window
                in_a_race_window_one_caller_computes_and_the_others_get_the_stale_value
                after_the_window_the_stale_value_is_not_served
                a_fresh_value_is_not_recomputed_whatever_the_window
                a_value_computed_in_the_window_has_its_full_lifetime
                direct_reads_never_return_a_stale_value
                the_reader_alone_may_set_a_window
                after_a_success_the_next_expiry_is_recomputed_at_once
                a_failure_in_the_window_reaches_only_the_caller_that_computed
                failures_never_extend_the_stale_window
                after_a_panic_in_the_window_the_others_get_the_stale_value
                the_stale_value_replaces_an_error
                a_deleted_value_does_not_replace_an_error
                the_longer_window_decides_how_long_the_entry_is_kept
                a_write_ends_the_window
                a_stale_value_of_another_type_is_not_served
                each_key_has_its_own_window
            }
            computing {
                a_hit_computes_nothing
                a_miss_computes_and_stores
                a_computed_none_is_stored
                an_error_is_returned_and_not_stored
                an_error_as_the_value_of_get_or_set_is_not_stored
                a_lifetime_starts_when_the_computation_ends
                an_unreadable_value_is_recomputed
                a_value_that_cannot_be_stored_is_returned
                a_panic_reaches_its_caller_and_the_next_call_works
                values_need_no_clone_and_closures_no_send
                a_computation_may_use_the_cache
                a_computation_may_ask_for_its_own_key
                an_empty_key_is_computed_at_each_call
                different_keys_are_computed_independently
                a_refresh_computes_and_replaces
                a_failed_refresh_leaves_the_entry_unchanged
                a_refresh_wins_over_an_earlier_computation
                a_change_during_a_refresh_wins
                a_caller_after_a_change_receives_a_newer_value
            }
            keys {
                keys_are_case_sensitive
                any_text_is_a_distinct_key
                any_text_is_a_key_in_a_batch
                any_text_is_a_distinct_counter
                long_keys_that_differ_only_at_the_end_are_distinct
            }
            namespaces {
                the_same_key_is_a_different_entry_in_each_namespace
                the_same_name_is_the_same_namespace
                namespaces_and_keys_never_collide
                namespaces_nest
                clearing_a_namespace_clears_its_nested_ones_and_nothing_else
                clearing_the_root_clears_every_namespace
                long_keys_and_names_are_cleared_with_their_namespace
                every_operation_stays_in_its_namespace
                the_same_key_in_two_namespaces_is_recomputed_independently
            }
            tags {
                deleting_a_tag_removes_exactly_the_entries_with_it
                deleting_a_tag_returns_whether_it_was_in_use
                an_entry_removed_by_a_tag_is_absent_for_every_operation
                an_entry_written_after_the_deletion_of_its_tag_stays
                rewriting_an_entry_replaces_its_tags
                computed_values_carry_the_views_tags
                deleting_a_tag_during_a_computation_wins
                a_caller_after_a_tag_deletion_receives_a_newer_value
                an_entry_removed_by_a_tag_is_not_served_stale
                a_number_may_carry_tags
                incrementing_with_tags_is_an_error
                a_counter_can_start_where_a_tag_removed_the_entry
                a_tag_belongs_to_its_namespace
                a_repeated_tag_counts_once
                any_text_is_a_distinct_tag
                an_empty_tag_is_an_error
                a_tag_lives_as_long_as_its_entries
                an_entry_that_is_touched_for_days_keeps_its_tags
                touching_keeps_an_entrys_tags
            }
            errors {
                an_empty_key_is_an_error
                an_empty_namespace_is_an_error
                an_unserializable_value_is_an_error
                one_unserializable_value_in_a_batch_writes_none
                an_error_names_the_operation_the_key_and_the_reason
            }
        }
    };
}

/// The behaviours of a cache that stores nothing.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_of_no_cache {
    ($then:ident, $rest:tt) => {
        $crate::__each! { $then, $rest,
            no_cache {
                writes_succeed_and_reads_miss
                a_ping_is_answered
                there_is_nothing_to_change_or_delete
                values_are_computed_at_each_call
                errors_of_computations_are_returned_unchanged
                counters_return_zero
                views_store_nothing_either
                an_empty_key_is_an_error_without_a_cache_too
            }
        }
    };
}

/// The contract of a store.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_line_of_the_contract {
    ($then:ident, $rest:tt) => {
        $crate::__each! { $then, $rest,
            store {
                many_threads_may_call_it_at_once
                a_key_is_any_text_of_250_bytes
                reading_an_absent_key_creates_nothing
                a_written_value_is_read_back
                a_value_is_live_until_its_expiry
                reading_does_not_delete_expired_entries
                what_has_expired_is_kept_in_real_time
                writing_replaces_value_and_expiry
                delete_returns_whether_there_was_a_live_value
                delete_removes_an_expired_value_too
                clear_removes_the_keys_with_the_prefix
                a_prefix_is_not_a_pattern
                clear_with_an_empty_prefix_removes_everything
                read_multi_answers_in_the_order_of_the_keys
                batches_of_any_size_work
                the_last_value_of_a_repeated_key_is_stored
                delete_multi_returns_how_many_were_deleted
                delete_returning_tells_what_was_there
                expiry_returns_when_a_value_expires
                touch_replaces_the_expiry
                delete_expired_keeps_live_and_stale_entries
                dispatch_gives_the_same_answer_as_run
                it_has_a_name
            }
            store_numbers {
                increment_adds_to_a_written_number
                a_number_is_live_until_its_expiry
                a_counter_starts_from_zero_with_the_given_expiration
                a_live_counter_keeps_its_expiry
                a_permanent_counter_takes_an_explicit_expiry
                touch_extends_a_number
                incrementing_a_value_that_is_no_number_changes_nothing
                an_overflow_changes_nothing
                increments_are_atomic
            }
        }
    };
}

/// The contract of a store that keeps claims.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_line_on_claims {
    ($then:ident, $rest:tt) => {
        $crate::__each! { $then, $rest,
            claims {
                the_store_reports_that_it_keeps_claims
                an_exclusive_claim_refuses_other_exclusive_claims
                a_non_exclusive_claim_refuses_no_other_claim
                a_refused_claim_cannot_be_completed
                one_of_many_simultaneous_exclusive_claims_is_granted
                a_claim_does_not_change_the_entry
                completing_stores_the_value_and_ends_the_claim
                completing_replaces_the_old_value
                a_released_claim_has_ended
                releasing_ends_only_the_given_claim
                a_release_can_delay_the_next_exclusive_claim
                an_exclusive_claim_times_out
                a_timed_out_claim_can_still_be_completed
                every_change_of_the_key_breaks_its_claims
                a_renewed_claim_lasts_from_then_on
                a_broken_claim_cannot_be_renewed
                releasing_tells_whether_the_claim_was_unbroken
                a_claim_on_several_keys_is_broken_for_each_by_itself
                a_change_breaks_a_timed_out_claim
                changes_of_other_keys_and_other_claims_break_nothing
                the_first_of_two_computations_is_stored
                any_text_can_be_claimed
                dispatched_claim_operations_give_the_same_answers
            }
        }
    };
}

/// The contract of a store that counts within bounds.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_line_on_limits {
    ($then:ident, $rest:tt) => {
        $crate::__each! { $then, $rest,
            limits {
                a_count_grows_up_to_its_bound
                all_steps_are_taken_or_none
                a_count_is_a_number
                nothing_starts_no_count
                a_counter_keeps_its_expiry
                a_moment_is_renewed
                counts_of_the_future_are_repaired
                the_expiry_is_told
                counting_a_value_that_is_no_number_changes_nothing
                it_agrees_with_the_description_of_a_step
                counting_is_atomic
                a_task_counts_within_bounds_too
            }
        }
    };
}

/// A behaviour with its name.
pub(crate) type Named = (&'static str, fn(&dyn Store));

pub(crate) const STORE: &[Named] = __each_line_of_the_contract! { __list, () };
pub(crate) const CLAIMS: &[Named] = __each_line_on_claims! { __list, () };
pub(crate) const LIMITS: &[Named] = __each_line_on_limits! { __list, () };
