//! Databases with the rows of a blog, and which of them a change touches.

use std::collections::BTreeMap;
use std::time::SystemTime;

use cache_runtime::model::Cacheable;
use cache_runtime::touches::Table;
use cache_servers::Postgres;
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, EntityTrait};

use crate::entities::plain::{comment, post, reply, user};

const SCHEMA: &str = "
    CREATE TABLE users (id BIGINT PRIMARY KEY, updated_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE posts (id BIGINT PRIMARY KEY, title TEXT, updated_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE comments (
        id BIGINT PRIMARY KEY,
        post_id BIGINT REFERENCES posts (id) ON DELETE CASCADE,
        author_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
        body TEXT,
        updated_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP
    );
    CREATE TABLE replies (
        id BIGINT PRIMARY KEY,
        comment_id BIGINT NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
        body TEXT,
        updated_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP
    );";

/// Two posts, a user; comments 1 and 2 of post 1, comment 3 of post 2 and of the user; replies 1 of comment 1, 2 of comment 3.
const ROWS: &str = "
    INSERT INTO users (id) VALUES (1);
    INSERT INTO posts (id, title) VALUES (1, 'one'), (2, 'two');
    INSERT INTO comments (id, post_id, author_id) VALUES (1, 1, NULL), (2, 1, NULL), (3, 2, 1);
    INSERT INTO replies (id, comment_id) VALUES (1, 1), (2, 3);";

pub(crate) fn tables() -> [Table; 4] {
    let comments = Table::of::<comment::Model>().touches("post_id", "posts").touches("author_id", "users");
    let replies = Table::of::<reply::Model>().touches("comment_id", "comments");
    [Table::of::<user::Model>(), Table::of::<post::Model>(), comments, replies]
}

pub(crate) type Versions = BTreeMap<String, SystemTime>;

/// An empty database of each kind; that of PostgreSQL only if it is installed.
pub(crate) async fn of_each_kind() -> Vec<DatabaseConnection> {
    let mut all = vec![Database::connect("sqlite::memory:").await.unwrap()];
    if let Some(postgres) = Postgres::shared() {
        all.push(Database::connect(postgres.create_database()).await.unwrap());
    }
    all
}

/// A database of each kind with the tables.
pub(crate) async fn with_tables() -> Vec<DatabaseConnection> {
    let all = of_each_kind().await;
    for db in &all {
        run(db, SCHEMA).await;
    }
    all
}

/// A database of each kind with the tables, the triggers and the rows.
pub(crate) async fn with_triggers() -> Vec<DatabaseConnection> {
    let all = with_tables().await;
    for db in &all {
        cache_sea_orm::install(db, &tables()).await.unwrap();
        run(db, ROWS).await;
    }
    all
}

/// A database of each kind with the tables and the rows, for hooks.
pub(crate) async fn without_triggers() -> Vec<DatabaseConnection> {
    let all = of_each_kind().await;
    for db in &all {
        fill(db).await;
    }
    all
}

/// Makes the tables and the rows.
pub(crate) async fn fill(db: &DatabaseConnection) {
    run(db, SCHEMA).await;
    run(db, ROWS).await;
}

pub(crate) async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{}: {sql}: {error}", name(db)));
}

pub(crate) fn name(db: &DatabaseConnection) -> &'static str {
    db.get_database_backend().as_str()
}

pub(crate) fn is_sqlite(db: &DatabaseConnection) -> bool {
    db.get_database_backend() == DbBackend::Sqlite
}

/// The versions of all rows, under names such as `p1`.
pub(crate) async fn versions(db: &DatabaseConnection) -> Versions {
    let mut versions = Versions::new();
    add::<user::Entity>(db, &mut versions).await;
    add::<post::Entity>(db, &mut versions).await;
    add::<comment::Entity>(db, &mut versions).await;
    add::<reply::Entity>(db, &mut versions).await;
    versions
}

async fn add<E: EntityTrait<Model: Cacheable>>(db: &DatabaseConnection, versions: &mut Versions) {
    for model in E::find().all(db).await.unwrap() {
        let row = format!("{}{}", &<E::Model as Cacheable>::NAME[..1], model.cache_id());
        versions.insert(row, model.updated_at().unwrap());
    }
}

/// The rows that a change gives a new version, or makes. No version may go back.
pub(crate) async fn touched(db: &DatabaseConnection, change: impl AsyncFnOnce(&DatabaseConnection)) -> String {
    let before = versions(db).await;
    change(db).await;
    let after = versions(db).await;
    let changed = |(row, version): &(&String, &SystemTime)| match before.get(*row) {
        Some(old) => {
            assert!(version >= &old, "{}, {row}: {version:?} after {old:?}", name(db));
            *version != old
        }
        None => true,
    };
    let touched: Vec<_> = after.iter().filter(changed).map(|(row, _)| &**row).collect();
    touched.join(" ")
}

/// `touches!(db: "c1 p1" by { … })`: asserts what a change touches.
macro_rules! touches {
    ($db:ident: $($rows:literal by $change:expr;)*) => {$(
        let touched = crate::blog::touched($db, async |$db| { $change.await.unwrap(); }).await;
        assert_eq!(touched, $rows, "{}: {}", crate::blog::name($db), stringify!($change));
    )*};
}
pub(crate) use touches;
