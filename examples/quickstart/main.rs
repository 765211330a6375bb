//! Finds texts that are nearly the same. Run it twice: `cargo run`, or `cargo run -- FOLDER`
//!
//! Comparing all texts is slow, so the result is cached, in `storage/quickstart.sqlite3` of the current folder. The
//! second call gets it from there, and so does the next run. Delete the file to forget it.

mod similarity;
mod text_files;

use std::env;
use std::error::Error;
use std::time::Instant;

use cache_runtime::{Config, cached, counter};

use crate::similarity::Pair;
use crate::text_files::Texts;

const CACHE: &str = "sqlite://storage/quickstart.sqlite3";

/// The key has a digest of the texts, so that a change in any of them is noticed.
#[cached(key = "nearly_same:{digest}", expires_in = "30 days", skip(texts))]
fn nearly_same(digest: &str, texts: &Texts) -> Vec<Pair> {
    similarity::most_alike(texts)
}

#[counter(key = "runs", expires_in = never)]
fn runs();

fn main() -> Result<(), Box<dyn Error>> {
    cache_runtime::init(Config::from_address(CACHE)?)?;

    let folder = env::args_os().nth(1).unwrap_or_else(|| ".".into());
    let texts = text_files::in_folder(folder.as_ref())?;
    let (first, _) = timed_call(&texts);
    let (second, pairs) = timed_call(&texts);

    // In one piece, because the reader of a pipe may stop at any line.
    print!("{first}\n{second}\n\nNearly the same:\n{}\n{}\n", list(&pairs), count_this_run());
    Ok(())
}

/// Calls `nearly_same`; says where its result comes from, and how long that took.
fn timed_call(texts: &Texts) -> (String, Vec<Pair>) {
    let is_stored = || nearly_same::peek(&texts.digest).is_ok_and(|pairs| pairs.is_some());
    let was_stored = is_stored();

    let start = Instant::now();
    let pairs = nearly_same(&texts.digest, texts);
    let time = start.elapsed();

    let origin = match (was_stored, is_stored()) {
        (true, _) => format!("answered from {CACHE} in {time:.1?}"),
        (false, true) => format!("computed in {time:.1?} and stored in {CACHE}"),
        (false, false) => format!("computed in {time:.1?} and not stored"),
    };
    (format!("nearly_same({} texts): {origin}", texts.files.len()), pairs)
}

fn list(pairs: &[Pair]) -> String {
    pairs.iter().map(|pair| format!("{:>4.0} %  {}  {}\n", pair.alike * 100.0, pair.one, pair.other)).collect()
}

/// A counter returns the store's error to its caller. `nearly_same` never fails: without a store it computes.
fn count_this_run() -> String {
    match runs().increment() {
        Ok(1) => "This was the first run. Run it again: it starts with an answer from the cache.".to_owned(),
        Ok(count) => format!("This was run {count}, says a counter in the same cache."),
        Err(error) => format!("There is no cache: {error}"),
    }
}
