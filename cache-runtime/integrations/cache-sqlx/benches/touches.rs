//! What touches add to an update in PostgreSQL: `cargo bench -p cache-sqlx --bench touches`.
//!
//! Rounds of the databases alternate, and each ratio is the median of those of adjacent rounds. An update is a transaction of
//! its own; the server does not wait for the disk.

#![expect(clippy::print_stdout, reason = "the bench prints its figures")]

use std::time::{Duration, Instant};

use cache_runtime::touches::Table;
use cache_servers::Postgres;
use sqlx::{Connection as _, PgConnection};

const ROUNDS: usize = 101;
const UPDATES: usize = 50;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Some(postgres) = Postgres::shared() else { return };
    println!("{:<40}{:>12}{:>12}", "an update of a reply", "microseconds", "ratio");
    let mut bare = blog(postgres, None).await;
    for (words, levels) in [("its own stamp", 0), ("its own stamp and one touch", 1), ("its own stamp and two touches", 2)] {
        let mut touching = blog(postgres, Some(levels)).await;
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push((round(&mut bare).await, round(&mut touching).await));
        }
        let ratio = median(rounds.iter().map(|(bare, touching)| touching.as_secs_f64() / bare.as_secs_f64()));
        let micros = |time: &Duration| time.as_secs_f64() * 1e6 / UPDATES as f64;
        let without = median(rounds.iter().map(|(bare, _)| micros(bare)));
        let with = median(rounds.iter().map(|(_, touching)| micros(touching)));
        println!("{words:<40}{:>12}{ratio:>12.2}", format!("{with:.0} / {without:.0}"));
    }
}

/// Posts, comments and replies whose rows touch each other up to this level; `None` for no triggers.
async fn blog(postgres: &Postgres, levels: Option<usize>) -> PgConnection {
    let mut connection = PgConnection::connect(&postgres.create_database()).await.expect("a connection");
    let schema = "
        CREATE TABLE posts (id BIGINT PRIMARY KEY, parent_id BIGINT, body TEXT, updated_at TIMESTAMPTZ);
        CREATE TABLE comments (LIKE posts INCLUDING ALL);
        CREATE TABLE replies (LIKE posts INCLUDING ALL);";
    sqlx::raw_sql(schema).execute(&mut connection).await.expect("tables");
    let replies = Table::new("replies").touches("parent_id", "comments");
    let tables = match levels {
        None => Vec::new(),
        Some(0) => vec![Table::new("replies")],
        Some(1) => vec![Table::new("comments"), replies],
        Some(_) => vec![Table::new("posts"), Table::new("comments").touches("parent_id", "posts"), replies],
    };
    if !tables.is_empty() {
        cache_sqlx::install(&mut connection, &tables).await.expect("triggers");
    }
    let rows = "INSERT INTO posts VALUES (1, 1); INSERT INTO comments VALUES (1, 1); INSERT INTO replies VALUES (1, 1);";
    sqlx::raw_sql(rows).execute(&mut connection).await.expect("rows");
    connection
}

async fn round(connection: &mut PgConnection) -> Duration {
    let begun = Instant::now();
    for body in 0..UPDATES {
        let update = sqlx::query("UPDATE replies SET body = $1 WHERE id = 1").bind(body.to_string());
        update.execute(&mut *connection).await.expect("an update");
    }
    begun.elapsed()
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
