//! The first lines of a short example show its output; it prints exactly that.

use std::fs;

use crate::run::{command, folder, printed};

/// One test: runs a program, and compares what it printed with the block at the top of its source.
macro_rules! prints_what_it_shows {
    ($($behaviour:ident: $program:literal,)*) => {$(
        #[test]
        fn $behaviour() {
            let source = include_str!(concat!("../../", $program, ".rs"));
            let folder = folder();
            let text = printed(&mut command(env!(concat!("CARGO_BIN_EXE_", $program)), folder.path(), &[]));
            assert_eq!(text, shown(source));
            assert_eq!(fs::read_dir(&folder).expect("the folder is there").count(), 0, "it left files behind");
        }
    )*};
}

prints_what_it_shows! {
    a_cached_function_is_computed_once: "hello",
    an_async_function_caches_values_and_no_errors: "async_functions",
    companions_inspect_and_change_entries: "companions",
    a_deleted_tag_invalidates_the_entries_that_carry_it: "tags",
    a_batched_function_computes_the_missing_elements_alone: "batched_function",
    a_batch_computes_the_missing_keys_at_once: "batches",
    a_namespace_is_cleared_without_the_others: "namespaces",
    an_expired_entry_is_served_while_the_background_recomputes: "background_refresh",
    a_stale_value_replaces_an_error_for_an_hour: "stale_if_error",
    counters_lose_no_increment: "counters",
    the_fourth_request_of_a_minute_is_refused: "rate_limiter",
    an_edited_comment_renders_its_fragment_and_the_one_around_it: "fragments",
    an_observer_sees_the_circuit_open_and_close: "observing",
}

/// The first block of text in the documentation of a file.
fn shown(source: &str) -> String {
    let lines = source.lines().skip_while(|line| *line != "//! ```text").skip(1);
    let block = lines.take_while(|line| *line != "//! ```");
    block.map(|line| format!("{}\n", line.trim_start_matches("//!").trim_start())).collect()
}
