//! Which behaviours there are, and the macros that make a test of each.

/// Tests what every cache does, over the caches that a closure makes.
///
/// It expands to a module of the name given, with a test for each behaviour and face. The closure returns an empty
/// [`Cache`](cache_runtime::Cache), or one beside what must live as long: see [`Setup`](crate::Setup).
///
/// ```
/// # fn main() {}
/// use cache_runtime::Cache;
///
/// cache_suite::run! { in_memory, || Cache::memory() }
/// ```
#[macro_export]
macro_rules! run {
    ($name:ident, $make:expr) => {
        $crate::__for_each_api! { $name, $make, __each_behaviour }
    };
}

/// Tests what a cache does that keeps nothing, over the caches that a closure makes.
///
/// ```
/// # fn main() {}
/// use cache_runtime::Cache;
///
/// cache_suite::run_no_cache! { nothing, || Cache::none() }
/// ```
#[macro_export]
macro_rules! run_no_cache {
    ($name:ident, $make:expr) => {
        $crate::__for_each_api! { $name, $make, __each_of_no_cache }
    };
}

/// Tests the contract of a [`Store`](cache_runtime::Store), line by line, over the stores that a closure makes.
///
/// It expands to a module of the name given, with a test for each line.
///
/// ```
/// # fn main() {}
/// # mod stand_in { pub use cache_runtime::store::NoCache as MyStore; }
/// # use stand_in::MyStore;
/// cache_suite::run_store! { my_store, || MyStore::default() }
/// ```
#[macro_export]
macro_rules! run_store {
    ($name:ident, $make:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "the closure may need none of them")]
            use super::*;
            $crate::__each_line_of_the_contract! { __test_of_store, ($make) }
        }
    };
}

/// Tests what the contract of a [`Store`](cache_runtime::Store) says of claims, for a store that keeps them.
///
/// It expands to a module of the name given, with a test for each line.
///
/// ```
/// # fn main() {}
/// use cache_runtime::Cache;
/// use cache_runtime::testing::Chaos;
///
/// cache_suite::run_claims! { claims_in_sqlite, || Chaos::over(&Cache::memory()) }
/// ```
#[macro_export]
macro_rules! run_claims {
    ($name:ident, $make:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "the closure may need none of them")]
            use super::*;
            $crate::__each_line_on_claims! { __test_of_store, ($make) }
        }
    };
}

/// The tests of a list of behaviours, in a module for each face.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_api {
    ($name:ident, $make:expr, $list:ident) => {
        mod $name {
            mod blocking {
                #[allow(unused_imports, reason = "the closure may need none of them")]
                use super::super::*;
                $crate::$list! { __test_of_cache, ($crate::Api::Blocking, $make) }
            }
            mod waiting {
                #[allow(unused_imports, reason = "the closure may need none of them")]
                use super::super::*;
                $crate::$list! { __test_of_cache, ($crate::Api::Async($crate::Executor::Smol), $make) }
            }
            mod waiting_on_tokio {
                #[allow(unused_imports, reason = "the closure may need none of them")]
                use super::super::*;
                $crate::$list! { __test_of_cache, ($crate::Api::Async($crate::Executor::Tokio), $make) }
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __test_of_cache {
    ($group:ident, $behaviour:ident, ($face:expr, $make:expr)) => {
        #[test]
        fn $behaviour() {
            $crate::within_a_minute(|| $crate::$group::$behaviour(&$crate::TestCache::new($face, ($make)())));
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __test_of_store {
    ($group:ident, $behaviour:ident, ($make:expr)) => {
        #[test]
        fn $behaviour() {
            $crate::within_a_minute(|| $crate::$group::$behaviour(&($make)()));
        }
    };
}

/// Calls the macro `$then` with each name of a list.
#[doc(hidden)]
#[macro_export]
macro_rules! __each {
    ($then:ident, $rest:tt, $($group:ident { $($behaviour:ident)* })*) => {
        $crate::__each! { @ $then, $rest, $($($group $behaviour)*)* }
    };
    (@ $then:ident, $rest:tt, $($group:ident $behaviour:ident)*) => {
        $($crate::$then! { $group, $behaviour, $rest })*
    };
}

/// What every cache does.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_behaviour {
    ($then:ident, $rest:tt) => {
        $crate::__each! { $then, $rest,
            storing {
                an_absent_key_is_absent_and_asking_creates_nothing
                a_later_write_replaces_value_and_lifetime
                a_later_write_may_be_of_another_type
                values_of_every_kind_come_back
                whole_numbers_of_every_width_come_back
                bytes_of_every_size_come_back
                none_is_a_value
                a_value_of_another_type_is_absent_and_stays
                a_struct_that_has_changed_since_is_absent
                deleting_says_whether_there_was_a_value
                deleting_an_expired_value_forgets_it_for_good
                clearing_forgets_everything
                both_faces_see_the_same_values
                views_and_clones_share_what_is_kept
                threads_see_what_others_wrote
                a_reader_among_writers_gets_whole_values_of_its_key
            }
            counters {
                a_counter_starts_from_zero
                every_answer_is_the_sum
                reading_does_not_start_a_counter
                written_numbers_and_counters_are_one_thing
                a_counter_with_a_lifetime_of_zero_is_not_kept
                an_expired_text_is_no_hindrance
                incrementing_something_else_is_an_error_and_changes_nothing
                overflow_is_an_error_and_changes_nothing
                taking_the_lowest_number_away_is_an_overflow
                first_increments_at_once_give_every_sum_once
                no_increment_is_lost_among_threads
            }
            real_time {
                a_written_number_lives_as_long_as_it_was_given
                a_number_written_again_has_the_new_lifetime
                increments_do_not_move_a_counters_expiry
                a_counter_without_expiry_takes_one_that_is_asked_for
                an_expired_counter_starts_anew
                an_expired_counter_in_a_window_starts_anew
                a_counter_can_be_touched
                a_touch_takes_a_counter_to_for_ever_and_back
                removing_the_expired_leaves_living_numbers
            }
            batches {
                reading_many_gives_the_hits
                no_keys_are_no_error
                reading_many_leaves_out_what_cannot_be_had
                writing_many_gives_all_one_lifetime
                the_later_of_two_values_stays
                writing_many_takes_references
                deleting_many_counts_what_was_there
                the_missing_are_computed_in_one_go
                computed_values_are_kept
                the_computation_may_give_less_but_not_more
                a_value_of_another_type_is_computed_anew
                an_error_among_many_is_not_kept
                an_unwritable_value_among_many_keeps_the_others
                a_race_window_holds_for_each_of_many
                writing_many_for_no_time_forgets_them
                thousands_of_keys_are_no_difficulty
                an_empty_key_among_many_changes_nothing
                a_change_in_the_middle_of_a_batch_wins
            }
            expiry {
                every_value_has_its_own_lifetime
                expiry_is_exact_to_the_millisecond
                without_a_lifetime_it_is_two_days
                never_is_never
                very_long_lifetimes_work
                lifetimes_are_written_in_three_ways
                zero_keeps_nothing_and_forgets_what_was_there
                with_zero_every_call_computes_and_forgets
                expiry_tells_the_moment
                reading_does_not_prolong
                touching_gives_a_new_lifetime
                touching_reaches_for_ever_and_back
                touching_does_not_revive
                touching_for_no_time_forgets
                removing_the_expired_leaves_the_rest
                removing_the_expired_leaves_what_a_window_keeps
                a_value_written_again_after_expiry_lives_its_full_time
            }
            stale {
                without_a_window_nothing_expired_is_served
                a_window_of_zero_is_none
                in_a_race_window_one_computes_and_others_get_the_old_value
                after_the_window_the_old_value_is_gone
                a_fresh_value_is_not_computed_whatever_the_window
                a_value_computed_in_the_window_lives_its_full_time
                reading_by_hand_is_never_stale
                a_window_may_be_named_by_the_reader_alone
                after_a_success_the_next_caller_may_compute
                a_failure_in_the_window_goes_to_the_one_who_tried
                failures_never_prolong_the_old_value
                a_panic_in_the_window_leaves_the_others_the_old_value
                the_old_value_stands_in_for_an_error
                a_deleted_value_does_not_stand_in
                the_longer_window_keeps_the_entry
                a_write_ends_the_window
                an_old_value_of_another_type_is_none
                each_key_has_its_own_window
            }
            computing {
                a_hit_computes_nothing
                a_miss_computes_and_keeps
                a_computed_none_is_kept
                an_error_is_returned_and_not_kept
                an_error_as_a_value_is_not_kept
                a_lifetime_begins_after_the_computation
                an_unreadable_value_is_computed_anew
                a_value_that_cannot_be_kept_is_returned
                a_panic_goes_to_the_caller_and_the_next_call_works
                a_value_need_not_be_clone_nor_the_closure_send
                a_computation_may_use_the_cache
                a_computation_may_ask_for_its_own_key
                an_empty_key_is_computed_each_time
                two_keys_do_not_meet
                a_refresh_computes_and_replaces
                a_refresh_that_fails_leaves_what_is_kept
                a_refresh_wins_over_what_began_before_it
                a_change_in_the_middle_of_a_refresh_wins
                who_asks_after_a_change_is_given_what_is_newer
            }
            keys {
                upper_and_lower_case_are_two_keys
                any_text_is_a_key_of_its_own
                any_text_is_a_key_among_many
                any_text_is_a_counter_of_its_own
                long_keys_that_differ_at_the_end_are_two
            }
            namespaces {
                the_same_key_is_another_one_in_each_namespace
                the_same_name_is_the_same_namespace
                no_name_meets_another_or_a_key
                namespaces_nest
                clearing_a_namespace_clears_those_inside_it_alone
                clearing_the_root_clears_all
                long_keys_and_names_are_cleared_too
                every_operation_keeps_to_its_namespace
                a_race_is_within_its_namespace
            }
            tags {
                a_deleted_tag_forgets_what_carries_it_and_nothing_else
                deleting_a_tag_says_whether_it_was_in_use
                what_is_forgotten_by_a_tag_is_not_there
                what_is_written_after_a_deletion_stays
                an_entry_carries_what_it_was_last_written_with
                computed_values_carry_tags
                a_tag_deleted_during_a_computation_wins
                who_asks_after_a_tag_is_deleted_is_given_what_is_newer
                what_is_forgotten_by_a_tag_is_not_served_stale
                a_number_may_carry_tags
                a_counter_carries_no_tags
                a_counter_may_follow_what_a_tag_has_forgotten
                a_tag_belongs_to_its_namespace
                a_tag_that_is_named_twice_is_one
                any_text_is_a_tag_of_its_own
                an_empty_tag_is_an_error
                a_tag_lasts_as_long_as_what_carries_it
                touching_leaves_an_entry_its_tags
            }
            errors {
                an_empty_key_is_an_error
                a_value_that_cannot_be_written_is_an_error
                one_unwritable_value_of_many_writes_none
                an_error_says_what_was_asked
            }
        }
    };
}

/// What a cache does that keeps nothing.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_of_no_cache {
    ($then:ident, $rest:tt) => {
        $crate::__each! { $then, $rest,
            no_cache {
                writes_are_accepted_and_reads_find_nothing
                there_is_nothing_to_change_or_forget
                values_are_computed_at_each_call
                errors_of_computations_come_out_unchanged
                counters_answer_zero
                views_keep_nothing_either
                an_empty_key_is_an_error_here_too
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
                it_may_be_called_from_many_threads
                a_key_is_any_text_of_250_bytes
                reading_an_absent_key_creates_nothing
                what_was_written_comes_back
                a_value_is_live_until_its_expiry
                reading_deletes_nothing
                writing_replaces_value_and_expiry
                forgetting_says_whether_there_was_a_value
                forgetting_takes_an_expired_value_too
                clearing_forgets_what_starts_with_the_prefix
                a_prefix_is_no_pattern
                clearing_without_a_prefix_forgets_all
                many_are_read_in_the_order_asked
                any_number_of_keys_works
                the_later_of_two_values_stays
                forgetting_many_tells_how_many_were_there
                it_tells_when_a_value_expires
                a_touch_gives_a_new_lifetime
                removing_the_expired_spares_the_rest
                an_operation_for_a_task_gives_the_same_answer
                it_has_a_name
            }
            store_numbers {
                counting_goes_on_from_a_written_number
                a_number_is_live_until_its_expiry
                a_counter_starts_from_zero_with_the_lifetime_given
                a_living_counter_keeps_its_expiry
                an_endless_counter_takes_an_expiry_that_is_asked_for
                a_touch_prolongs_a_number
                counting_on_something_else_changes_nothing
                a_sum_beyond_i64_changes_nothing
                an_increment_is_one_step
            }
        }
    };
}

/// The contract of a store, where it keeps claims.
#[doc(hidden)]
#[macro_export]
macro_rules! __each_line_on_claims {
    ($then:ident, $rest:tt) => {
        $crate::__each! { $then, $rest,
            claims {
                it_says_that_it_keeps_claims
                an_exclusive_claim_keeps_others_away
                a_common_claim_keeps_nobody_away
                a_refused_claim_is_none
                of_many_exclusive_claims_one_holds
                a_claim_changes_nothing_that_is_kept
                fulfilling_keeps_the_value_and_ends_the_claim
                fulfilling_replaces_what_was_there
                a_released_claim_has_ended
                releasing_ends_the_claim_that_is_named
                a_release_may_pause
                an_exclusive_claim_ends_by_time
                a_claim_past_its_time_is_as_good_as_a_new_one
                every_other_change_of_the_key_breaks_a_claim
                a_claim_past_its_time_can_be_broken
                what_is_done_elsewhere_breaks_nothing
                the_first_of_two_computations_is_kept
                any_text_can_be_claimed
                a_task_is_given_the_same_answers
            }
        }
    };
}
