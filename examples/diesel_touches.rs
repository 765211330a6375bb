//! Touches in Diesel: a changed comment gives its post a new version, and so a new key.
//!
//! `cargo run -p cache-examples --example diesel_touches` prints:
//!
//! ```text
//! the page of post 1 is rendered
//! a comment on post 2 is changed: the page of post 1 is cached
//! a comment on post 1 is changed: the page of post 1 is rendered
//! the comments on post 1 are deleted: the page of post 1 is rendered
//! a change is rolled back: the page of post 1 is cached
//! ```

use cache_runtime::Cache;
use cache_runtime::model::Cacheable;
use cache_runtime::touches::{self, Dialect, Table};
use diesel::connection::SimpleConnection as _;
use diesel::deserialize::{self, QueryableByName};
use diesel::prelude::*;
use diesel::row::NamedRow;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

/// A connection that can have triggers: this and the next `impl` are all that Diesel needs.
struct Touching<'a>(&'a mut SqliteConnection);

impl touches::Connection for Touching<'_> {
    const DIALECT: Dialect = Dialect::Sqlite;
    type Error = diesel::result::Error;

    fn run(&mut self, sql: &str) -> QueryResult<()> {
        self.0.transaction(|connection| connection.batch_execute(sql))
    }

    fn rows(&mut self, sql: &str) -> QueryResult<Vec<Vec<String>>> {
        let rows = diesel::sql_query(sql).load::<Texts>(self.0)?;
        Ok(rows.into_iter().map(|Texts(texts)| texts).collect())
    }
}

/// A row whose columns are texts, however many.
struct Texts(Vec<String>);

impl QueryableByName<Sqlite> for Texts {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        (0..row.field_count()).map(|at| row.get_value::<Text, String, _>(at)).collect::<Result<_, _>>().map(Texts)
    }
}

diesel::table! {
    posts {
        id -> BigInt,
        updated_at -> TimestamptzSqlite,
    }
}

diesel::table! {
    comments {
        id -> BigInt,
        post_id -> BigInt,
        body -> Text,
    }
}

#[derive(Queryable, Cacheable)]
struct Post {
    id: i64,
    updated_at: chrono::DateTime<chrono::Utc>,
}

const SCHEMA: &str = "
    CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT);
    CREATE TABLE comments (id INTEGER PRIMARY KEY, post_id BIGINT NOT NULL, body TEXT NOT NULL, updated_at TEXT);";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in story()? {
        println!("{line}");
    }
    Ok(())
}

/// What happens to the page of post 1.
fn story() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut db = SqliteConnection::establish(":memory:")?;
    db.batch_execute(SCHEMA)?;
    // The columns of comments are those of the database: no struct of this program names `updated_at`.
    touches::install(Touching(&mut db), &[Table::of::<Post>(), Table::new("comments").touches("post_id", "posts")])?;
    db.batch_execute("INSERT INTO posts (id) VALUES (1), (2)")?;
    diesel::insert_into(comments::table)
        .values([1, 2].map(|post| (comments::post_id.eq(post), comments::body.eq("Hello"))).to_vec())
        .execute(&mut db)?;

    let cache = Cache::memory();
    let mut story = vec![format!("the page of post 1 is {}", page(&cache, &mut db)?)];
    let mut then = |what: &str, db: &mut SqliteConnection| {
        story.push(format!("{what}: the page of post 1 is {}", page(&cache, db)?));
        Ok::<_, Box<dyn std::error::Error>>(())
    };

    let change =
        |post: i64| diesel::update(comments::table.filter(comments::post_id.eq(post))).set(comments::body.eq("Bye"));
    change(2).execute(&mut db)?;
    then("a comment on post 2 is changed", &mut db)?;
    change(1).execute(&mut db)?;
    then("a comment on post 1 is changed", &mut db)?;
    diesel::delete(comments::table.filter(comments::post_id.eq(1))).execute(&mut db)?;
    then("the comments on post 1 are deleted", &mut db)?;
    db.test_transaction(|db| change(2).execute(db).and_then(|_| diesel::delete(comments::table).execute(db)));
    then("a change is rolled back", &mut db)?;
    Ok(story)
}

/// Whether the page of post 1 comes out of the cache.
fn page(cache: &Cache, db: &mut SqliteConnection) -> Result<&'static str, Box<dyn std::error::Error>> {
    let post: Post = posts::table.find(1).first(db)?;
    let mut is_rendered = false;
    cache.fragment("page", &post).render(|| {
        is_rendered = true;
        "<h1>…</h1>"
    });
    Ok(if is_rendered { "rendered" } else { "cached" })
}

#[test]
fn diesel_touches_as_shown() {
    let shown = include_str!("diesel_touches.rs").lines().skip_while(|line| *line != "//! ```text").skip(1);
    let shown: Vec<_> =
        shown.take_while(|line| *line != "//! ```").map(|line| line.trim_start_matches("//! ")).collect();
    assert_eq!(story().unwrap(), shown);
}
