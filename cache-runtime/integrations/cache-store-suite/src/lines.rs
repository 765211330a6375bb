//! The lines of the contract, as the documentation of the traits has them, and what to change in a store that breaks one.

use std::fmt;

/// A line of the contract, and the behaviour that tests it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// The function of this crate that tests it, as `group::function`.
    pub behaviour: &'static str,
    /// Where the line stands, as `Store::get`.
    pub of: &'static str,
    /// The line, as the documentation has it.
    pub says: &'static str,
    /// What to change in a store that breaks it.
    pub change: &'static str,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: \"{}\"\nchange: {}\ntested by: {}", self.of, self.says, self.change, self.behaviour)
    }
}

/// All lines.
pub fn lines() -> impl Iterator<Item = &'static Line> {
    [STORE, STORE_NUMBERS, CLAIMS, LIMITS].into_iter().flatten()
}

const fn line(behaviour: &'static str, of: &'static str, says: &'static str, change: &'static str) -> Line {
    Line { behaviour, of, says, change }
}

const ANY_KEY: &str = "A key is any text that is not empty, whatever characters are in it; up to 250 bytes";
const KEEP_EVERY_BYTE: &str = "Keep every byte of a key: no trimming, no other case, no Unicode normalization, room for 250 \
     bytes. If the server forbids some characters, encode keys so that no two become one.";
const SET_REPLACES: &str = "It replaces the old value, its expiry and its window.";
const TOUCH: &str = "`true` if there was a value that had not expired; `false` otherwise, and nothing is created.";
const EVERY_WAY: &str = "Every way gives the answer that `Operation::run` gives.";
const SAME_AS_RUN: &str =
    "Let `dispatch` do for each operation what the blocking method does, or leave it to the default.";

const STORE: &[Line] = &[
    line(
        "store::many_threads_may_call_it_at_once",
        "Store",
        "It may be called from any number of threads at once.",
        "Guard what the methods share by a lock; a connection that serves one call at a time needs a pool.",
    ),
    line("store::a_key_is_any_text_of_250_bytes", "Store", ANY_KEY, KEEP_EVERY_BYTE),
    line(
        "store::reading_an_absent_key_creates_nothing",
        "Store::get",
        "An absent key is `None`, and nothing is created.",
        "Return `Ok(None)` for a key that was never written, not an error, and insert nothing while reading.",
    ),
    line(
        "store::a_written_value_is_read_back",
        "Store::get",
        "A value comes back byte for byte as it was written, a number as that number.",
        "Store bytes as bytes, with room for a megabyte, and a `Value::Number` as all of `i64`; the record tells which of \
         the two it is.",
    ),
    line(
        "store::a_value_is_live_until_its_expiry",
        "Store::set",
        SET_REPLACES,
        "Return the bytes as they were written, since they contain their expiry. If you pass an expiry to \
         `Record::expires_at`, it is `Expiration::expires_at`, to the millisecond.",
    ),
    line(
        "store::reading_does_not_delete_expired_entries",
        "Store::get",
        "Reading deletes nothing, not even an expired value.",
        "Return the record whatever its expiry: the caller checks the time. Remove it in `delete_expired`, or by the \
         server's clock after `Expiration::stale_until`.",
    ),
    line(
        "store::what_has_expired_is_kept_in_real_time",
        "Store",
        "It is kept until `Expiration::stale_until`, because it may be served stale until then.",
        "Do not compare with the clock of the system in `get` and `read_multi`. If the server removes values by itself, \
         tell it `stale_until` less `now`, rounded up, and not `expires_at`.",
    ),
    line(
        "store::writing_replaces_value_and_expiry",
        "Store::set",
        SET_REPLACES,
        "Write value, expiry and window in one statement, whether the key was there or not and whatever it held.",
    ),
    line(
        "store::delete_returns_whether_there_was_a_live_value",
        "Store::delete",
        "`true` if there was a value that had not expired; `false` otherwise, which is no error.",
        "Return `Ok(true)` if a record was removed and it is live at `now`; of an absent key `Ok(false)`.",
    ),
    line(
        "store::delete_removes_an_expired_value_too",
        "Store::delete",
        "An expired value is deleted too: it cannot be served stale afterwards.",
        "Remove the record whatever its expiry, and compare with `now` only for the answer.",
    ),
    line(
        "store::clear_removes_the_keys_with_the_prefix",
        "Store::clear",
        "Deletes every key that starts with `prefix`; an empty prefix deletes all keys of this store.",
        "Compare the bytes of keys with the prefix; return how many were removed, or 0.",
    ),
    line(
        "store::a_prefix_is_not_a_pattern",
        "Store::clear",
        "The prefix is any text.",
        "Escape what is a wildcard for your server (`%` and `_` for LIKE, `*`, `?` and `[` for GLOB and KEYS), or compare a \
         range of bytes.",
    ),
    line(
        "store::clear_with_an_empty_prefix_removes_everything",
        "Store::clear",
        "an empty prefix deletes all keys of this store",
        "Treat an empty prefix as one that every key starts with.",
    ),
    line(
        "store::read_multi_answers_in_the_order_of_the_keys",
        "Store::read_multi",
        "The result has one place for each key, with `None` for an absent one.",
        "Put the rows into the order of the keys before you return them: a server returns them in its own, without the \
         absent ones, and a repeated key once.",
    ),
    line(
        "store::batches_of_any_size_work",
        "Store::write_multi",
        "Any number of keys works.",
        "Split a batch where your server bounds parameters or bytes, and return at once for an empty one.",
    ),
    line(
        "store::the_last_value_of_a_repeated_key_is_stored",
        "Store::write_multi",
        "If a key is given twice, the later value stays.",
        "Write in the order of the list, or drop the earlier one of two equal keys.",
    ),
    line(
        "store::delete_multi_returns_how_many_were_deleted",
        "Store::delete_multi",
        "Deletes many keys, and returns how many values had not expired.",
        "Count what was removed and is live at `now`; absent keys and the second of two equal ones do not count.",
    ),
    line(
        "store::delete_returning_tells_what_was_there",
        "Store::delete_returning",
        "Deletes many keys as `delete_multi` does, and returns what was there as well.",
        "Return a record for each key in their order, `None` for an absent one, and count those that are live at `now`; or \
         leave it to the default.",
    ),
    line(
        "store::expiry_returns_when_a_value_expires",
        "Store::expiry",
        "An absent key is `None`; the moment may have passed.",
        "Return `Record::expiry`, which is `Timestamp::NEVER` for what never expires; not the end of the window.",
    ),
    line(
        "store::touch_replaces_the_expiry",
        "Store::touch",
        TOUCH,
        "Write what `Record::touched` returns: the value with its new expiry inside. If it is `None`, change nothing.",
    ),
    line(
        "store::delete_expired_keeps_live_and_stale_entries",
        "Store::delete_expired",
        "Deletes the values that have expired and have no window left, and returns how many there were.",
        "Keep `Expiration::stale_until` beside the value, and remove only what has `stale_until <= now`.",
    ),
    line("store::dispatch_gives_the_same_answer_as_run", "Store::dispatch", EVERY_WAY, SAME_AS_RUN),
    line(
        "store::it_has_a_name",
        "Store::name",
        "The name of this store in messages: its kind and address, without credentials.",
        "Return a text that is not empty.",
    ),
];

const STORE_NUMBERS: &[Line] = &[
    line(
        "store_numbers::increment_adds_to_a_written_number",
        "Store::increment",
        "It works on a number that `set` wrote as `Value::Number`.",
        "Store the numbers of `set` and of `increment` in the same form.",
    ),
    line(
        "store_numbers::a_number_is_live_until_its_expiry",
        "Store::set",
        SET_REPLACES,
        "A number has no expiry in its bytes: keep it beside the number, and pass it to `Record::expires_at`. If the server \
         ends numbers by its own clock, leave it out.",
    ),
    line(
        "store_numbers::a_counter_starts_from_zero_with_the_given_expiration",
        "Store::increment",
        "An absent or expired number counts as 0, and the counter starts with the given expiration.",
        "Compare the old expiry with `Expiration::now`; if it has passed, start from 0 with the new expiry.",
    ),
    line(
        "store_numbers::a_live_counter_keeps_its_expiry",
        "Store::increment",
        "A live counter keeps its expiry.",
        "Change the number alone: a caller that goes on counting must not put off the end of its limit.",
    ),
    line(
        "store_numbers::a_permanent_counter_takes_an_explicit_expiry",
        "Store::increment",
        "One that never expires takes the given expiry if a caller chose it",
        "If the old expiry is `Timestamp::NEVER` and `Expiration::is_explicit`, write the new expiry.",
    ),
    line(
        "store_numbers::touch_extends_a_number",
        "Store::touch",
        TOUCH,
        "Change the expiry of a number that is live, keep the number, and leave an expired one alone.",
    ),
    line(
        "store_numbers::incrementing_a_value_that_is_no_number_changes_nothing",
        "Store::increment",
        "`NotANumber` if the stored value is no number",
        "Look at the kind of the stored value in the same atomic step, and return `ErrorKind::NotANumber` before any change.",
    ),
    line(
        "store_numbers::an_overflow_changes_nothing",
        "Store::increment",
        "`Overflow` if the sum exceeds the range of `i64`. Both change nothing.",
        "Use `checked_add`, or refuse on the server, and return `ErrorKind::Overflow` before any change. A server that \
         counts in floating-point numbers is wrong above 2⁵³.",
    ),
    line(
        "store_numbers::increments_are_atomic",
        "Store::increment",
        "Adds to a whole number atomically, and returns the sum.",
        "Read, add and write in one step that no other caller can enter: one statement, a transaction, a compare-and-set or \
         a lock.",
    ),
];

const REFUSES: &str = "`false` if the claim is exclusive and another exclusive claim on the key has not ended.";
const ENDS_CLAIMS: &str =
    "Stores computed values whose claims are unbroken, and ends these claims: for each key in one atomic step.";
const BREAKS: &str = "Every other change of a key breaks the claim on that key alone";
const RELEASES: &str = "Ends a claim without values, and returns for each key whether the claim on it was unbroken.";
const PER_KEY: &str = "Record a claim as one row for each key and token, and end or break rows of that key alone.";

const CLAIMS: &[Line] = &[
    line(
        "claims::the_store_reports_that_it_keeps_claims",
        "Store::claims",
        "The claims of this store, if it records them.",
        "Return `Some(self)` from `Store::claims`; a wrapper forwards it.",
    ),
    line(
        "claims::an_exclusive_claim_refuses_other_exclusive_claims",
        "Claims::claim",
        REFUSES,
        "Look for another exclusive claim on this very key, and record nothing if there is one.",
    ),
    line(
        "claims::a_non_exclusive_claim_refuses_no_other_claim",
        "Claim::exclusive",
        "Whether it refuses other exclusive claims.",
        "Always record a claim that is not exclusive, and let it refuse nobody.",
    ),
    line(
        "claims::a_refused_claim_cannot_be_completed",
        "Claims::complete",
        "Returns for each value whether the claim on its key was unbroken. If not, nothing is changed under the key.",
        "Store a value only if a claim with its token is recorded for its key; a refused claim is not recorded.",
    ),
    line(
        "claims::one_of_many_simultaneous_exclusive_claims_is_granted",
        "Claims::claim",
        REFUSES,
        "Look and record in one atomic step: a conditional insert, a transaction or a script.",
    ),
    line(
        "claims::a_claim_does_not_change_the_entry",
        "Claims::claim",
        "It does not change what is stored under the keys.",
        "Keep claims apart from values, under names that no key has.",
    ),
    line(
        "claims::completing_stores_the_value_and_ends_the_claim",
        "Claims::complete",
        ENDS_CLAIMS,
        "Write the value with its expiration as `set` does, and remove the claim with this token in the same step.",
    ),
    line(
        "claims::completing_replaces_the_old_value",
        "Claims::complete",
        ENDS_CLAIMS,
        "Overwrite what is there, whatever its kind, as `set` does.",
    ),
    line(
        "claims::a_released_claim_has_ended",
        "Claims::release",
        RELEASES,
        "Remove the claim: afterwards it refuses nobody, and it cannot be completed.",
    ),
    line("claims::releasing_ends_only_the_given_claim", "Claims::release", RELEASES, PER_KEY),
    line(
        "claims::a_release_can_delay_the_next_exclusive_claim",
        "Claims::release",
        "No exclusive claim on these keys is granted for the length of `pause`.",
        "Keep a record that refuses exclusive claims, and only those, until the pause is over.",
    ),
    line(
        "claims::an_exclusive_claim_times_out",
        "Claims::claim",
        "A claim on a key ends when it is completed or released, and after its length.",
        "Compare with `Claim::length` in real time, in milliseconds: a process that died must not block the others.",
    ),
    line(
        "claims::a_timed_out_claim_can_still_be_completed",
        "Claims::complete",
        "A claim that has outlasted its length and was not broken still counts.",
        "Do not forget a claim when its length is over, only let it refuse nobody.",
    ),
    line(
        "claims::every_change_of_the_key_breaks_its_claims",
        "Claims::claim",
        BREAKS,
        "Break the claims on a key in `set`, `delete`, `clear`, `write_multi`, `delete_multi` and `complete`, in the same \
         step as the change, and also if there was no value.",
    ),
    line(
        "claims::a_renewed_claim_lasts_from_then_on",
        "Claims::renew",
        "Extends a claim whose computation still runs: it ends its length after this call.",
        "Count the new length from now, and not from when the claim was recorded.",
    ),
    line(
        "claims::a_broken_claim_cannot_be_renewed",
        "Claims::renew",
        "`false` if the claim was broken or has been forgotten; then nothing is recorded.",
        "Update a claim that is there, and insert none.",
    ),
    line(
        "claims::releasing_tells_whether_the_claim_was_unbroken",
        "Claims::release",
        RELEASES,
        "Return for each key whether a claim with this token was there and unbroken.",
    ),
    line("claims::a_claim_on_several_keys_is_broken_for_each_by_itself", "Claims::claim", BREAKS, PER_KEY),
    line(
        "claims::a_change_breaks_a_timed_out_claim",
        "Claims::claim",
        "It is remembered for an hour after its end, at least, so that a late computation finds out whether a key has \
         changed.",
        "Break claims on a key whether their length is over or not.",
    ),
    line("claims::changes_of_other_keys_and_other_claims_break_nothing", "Claims::claim", BREAKS, PER_KEY),
    line(
        "claims::the_first_of_two_computations_is_stored",
        "Claims::complete",
        "It breaks the claims on the keys that were recorded earlier.",
        "Break the other claims on the key that were recorded before this one.",
    ),
    line("claims::any_text_can_be_claimed", "Store", ANY_KEY, KEEP_EVERY_BYTE),
    line("claims::dispatched_claim_operations_give_the_same_answers", "Store::dispatch", EVERY_WAY, SAME_AS_RUN),
];

const ALL_OR_NONE: &str = "Takes all steps, or none of them, in one atomic step.";

const LIMITS: &[Line] = &[
    line(
        "limits::a_count_grows_up_to_its_bound",
        "Limits::count_within",
        "It is granted if `Step::next` passes for each of them.",
        "Grant a step if the sum is at most `Step::at_most`, which may be reached.",
    ),
    line(
        "limits::all_steps_are_taken_or_none",
        "Limits::count_within",
        ALL_OR_NONE,
        "Decide on all steps before you write the first.",
    ),
    line(
        "limits::a_count_is_a_number",
        "Limits::count_within",
        "A count is a whole number, as `increment` writes it.",
        "Keep counts where `set` and `increment` keep numbers.",
    ),
    line(
        "limits::nothing_starts_no_count",
        "Step::by",
        "Nothing, or less than nothing, starts no count",
        "Write an absent count only if something is added.",
    ),
    line(
        "limits::a_counter_keeps_its_expiry",
        "Step::floor",
        "it starts at 0, and keeps the expiry with which it started.",
        "Without a floor, write the new expiry only when the count starts.",
    ),
    line(
        "limits::a_moment_is_renewed",
        "Step::floor",
        "it is never below this one, and every change gives it a new expiry.",
        "With a floor, raise the old count to it, and write the new expiry at each change.",
    ),
    line(
        "limits::counts_of_the_future_are_repaired",
        "Step::next",
        "a counter that would outlive one that starts now expires with it, and a moment above `at_most` becomes `at_most`.",
        "Write what `Step::next` returns as `refused` too, if it differs from what is stored.",
    ),
    line(
        "limits::the_expiry_is_told",
        "Limits::count_within",
        "Returns the counts afterwards, in the order of the steps.",
        "Return each count with the expiry that it has afterwards, `Timestamp::NEVER` if it has none.",
    ),
    line(
        "limits::counting_a_value_that_is_no_number_changes_nothing",
        "Limits::count_within",
        "`NotANumber` if a stored value is no number, which changes nothing",
        "Look at the kind of every stored value before you write the first count.",
    ),
    line(
        "limits::it_agrees_with_the_description_of_a_step",
        "Limits::count_within",
        "If so, each count becomes what that says; otherwise the counts stay, unless one has to be repaired.",
        "Do what `Step::next` does, step by step.",
    ),
    line(
        "limits::counting_is_atomic",
        "Limits::count_within",
        ALL_OR_NONE,
        "Read, decide and write in one step that no other caller can enter.",
    ),
    line("limits::a_task_counts_within_bounds_too", "Store::dispatch", EVERY_WAY, SAME_AS_RUN),
];
