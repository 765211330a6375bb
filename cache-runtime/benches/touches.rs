//! What touches add to an update in SQLite, in memory: `cargo bench -p cache-runtime --bench touches`.
//!
//! Rounds of the tables alternate, and each ratio is the median of those of adjacent rounds.

#![expect(clippy::print_stdout, reason = "the bench prints its figures")]

use std::time::{Duration, Instant};

use cache_runtime::touches::{self, Stamp, Table};
use rusqlite::Connection;

const ROUNDS: usize = 101;
const UPDATES: usize = 500;

fn main() {
    println!("{:<40}{:>12}{:>12}", "an update of a reply", "microseconds", "ratio");
    for stamp in [Stamp::Micros, Stamp::Native] {
        let bare = blog(stamp, None);
        for (words, levels) in [("its own stamp", 0), ("its own stamp and one touch", 1), ("its own stamp and two touches", 2)] {
            let touching = blog(stamp, Some(levels));
            let rounds: Vec<_> = (0..ROUNDS).map(|_| (round(&bare), round(&touching))).collect();
            let ratio = median(rounds.iter().map(|(bare, touching)| touching.as_secs_f64() / bare.as_secs_f64()));
            let micros = |time: &Duration| time.as_secs_f64() * 1e6 / UPDATES as f64;
            let [without, with] = [
                median(rounds.iter().map(|(bare, _)| micros(bare))),
                median(rounds.iter().map(|(_, touching)| micros(touching))),
            ];
            println!("{:<40}{:>12}{ratio:>12.2}", format!("{stamp:?}, {words}"), format!("{with:.1} / {without:.1}"));
        }
    }
}

/// Posts, comments and replies whose rows touch each other up to this level; `None` for no triggers.
fn blog(stamp: Stamp, levels: Option<usize>) -> Connection {
    let connection = Connection::open_in_memory().expect("a database");
    let column = if stamp == Stamp::Native { "TEXT" } else { "INTEGER" };
    for table in ["posts", "comments", "replies"] {
        let schema = format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY, parent_id INTEGER, body TEXT, updated_at {column})");
        connection.execute_batch(&schema).expect("a table");
    }
    let table = |name| Table::new(name).stamp(stamp);
    let tables = match levels {
        None => Vec::new(),
        Some(0) => vec![table("replies")],
        Some(1) => vec![table("comments"), table("replies").touches("parent_id", "comments")],
        Some(_) => {
            let comments = table("comments").touches("parent_id", "posts");
            vec![table("posts"), comments, table("replies").touches("parent_id", "comments")]
        }
    };
    touches::install(&connection, &tables).expect("triggers");
    for table in ["posts", "comments", "replies"] {
        let rows = format!("INSERT INTO {table} (id, parent_id) VALUES (1, 1)");
        connection.execute_batch(&rows).expect("a row");
    }
    connection
}

fn round(connection: &Connection) -> Duration {
    let mut update = connection.prepare_cached("UPDATE replies SET body = ?1 WHERE id = 1").expect("a statement");
    let begun = Instant::now();
    connection.execute_batch("BEGIN").expect("a transaction");
    for body in 0..UPDATES {
        update.execute([body]).expect("an update");
    }
    connection.execute_batch("COMMIT").expect("a commit");
    begun.elapsed()
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
