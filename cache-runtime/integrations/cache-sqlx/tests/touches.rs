//! Touches in SQLite and in PostgreSQL: each change of a row gives it and those that show it a new version.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use cache_runtime::model::{Cacheable, key_for};
use cache_runtime::touches::{self, Dialect, Stamp, Table};
use cache_servers::Postgres;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{AnyPool, AssertSqlSafe, PgPool, Row as _, SqlitePool};

#[derive(Cacheable)]
struct Post {
    id: i64,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
#[cache(touches("post_id" => "posts", "author_id" => "users"))]
struct Comment {
    id: i64,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
#[cache(table = "replies", touches("comment_id" => "comments"))]
struct Reply {
    id: i64,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
struct User {
    id: i64,
    updated_at: SystemTime,
}

fn tables() -> [Table; 4] {
    [Table::of::<User>(), Table::of::<Post>(), Table::of::<Comment>(), Table::of::<Reply>()]
}

const SCHEMA: &str = "
    CREATE TABLE users (id BIGINT PRIMARY KEY, updated_at TIMESTAMPTZ);
    CREATE TABLE posts (id BIGINT PRIMARY KEY, title TEXT, updated_at TIMESTAMPTZ);
    CREATE TABLE comments (
        id BIGINT PRIMARY KEY,
        post_id BIGINT REFERENCES posts (id) ON DELETE CASCADE,
        author_id BIGINT REFERENCES users (id) ON DELETE SET NULL,
        body TEXT,
        updated_at TIMESTAMPTZ
    );
    CREATE TABLE replies (
        id BIGINT PRIMARY KEY,
        comment_id BIGINT REFERENCES comments (id) ON DELETE CASCADE,
        body TEXT,
        updated_at TIMESTAMPTZ
    );";

/// Two posts, a user; comments 1 and 2 of post 1, comment 3 of post 2 and of the user; replies 1 of comment 1, 2 of comment 3.
const ROWS: &str = "
    INSERT INTO users (id) VALUES (1);
    INSERT INTO posts (id, title) VALUES (1, 'one'), (2, 'two');
    INSERT INTO comments (id, post_id, author_id) VALUES (1, 1, NULL), (2, 1, NULL), (3, 2, 1);
    INSERT INTO replies (id, comment_id) VALUES (1, 1), (2, 3);";

enum Driver {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A database with touches.
struct Blog {
    driver: Driver,
    /// The same one, for statements that are the same in both.
    any: AnyPool,
}

impl Blog {
    /// A database of each kind; that of PostgreSQL only if it is installed.
    async fn of_each_kind() -> Vec<Blog> {
        install_default_drivers();
        let mut blogs = vec![Blog::sqlite().await];
        if let Some(postgres) = Postgres::shared() {
            let url = postgres.create_database();
            let driver = Driver::Postgres(PgPool::connect(&url).await.unwrap());
            blogs.push(Blog { driver, any: AnyPool::connect(&url).await.unwrap() });
        }
        blogs
    }

    async fn sqlite() -> Blog {
        // In memory for as long as a connection is open, under a name of its own.
        let url = format!("sqlite:file:{}?mode=memory&cache=shared", cache_servers::own_name());
        let pool = AnyPoolOptions::new().max_connections(1).min_connections(1);
        let any = pool.idle_timeout(None).max_lifetime(None).connect(&url).await.unwrap();
        Blog { driver: Driver::Sqlite(SqlitePool::connect(&url).await.unwrap()), any }
    }

    /// The databases with the tables, the triggers and the rows.
    async fn of_each_kind_with_rows() -> Vec<Blog> {
        let blogs = Blog::of_each_kind().await;
        for blog in &blogs {
            blog.run(SCHEMA).await;
            blog.install(&tables()).await.unwrap();
            blog.run(ROWS).await;
        }
        blogs
    }

    async fn install(&self, tables: &[Table]) -> cache_runtime::Result<()> {
        match &self.driver {
            Driver::Sqlite(pool) => cache_sqlx::install(pool, tables).await,
            Driver::Postgres(pool) => cache_sqlx::install(pool, tables).await,
        }
    }

    async fn verify(&self, tables: &[Table]) -> cache_runtime::Result<()> {
        match &self.driver {
            Driver::Sqlite(pool) => cache_sqlx::verify(pool, tables).await,
            Driver::Postgres(pool) => cache_sqlx::verify(pool, tables).await,
        }
    }

    async fn uninstall(&self, tables: &[Table]) -> cache_runtime::Result<()> {
        match &self.driver {
            Driver::Sqlite(pool) => cache_sqlx::uninstall(pool, tables).await,
            Driver::Postgres(pool) => cache_sqlx::uninstall(pool, tables).await,
        }
    }

    async fn touch(&self, model: &Comment) -> Option<SystemTime> {
        match &self.driver {
            Driver::Sqlite(pool) => cache_sqlx::touch(pool, model).await.unwrap(),
            Driver::Postgres(pool) => cache_sqlx::touch(pool, model).await.unwrap(),
        }
    }

    fn name(&self) -> &'static str {
        match self.driver {
            Driver::Sqlite(_) => "SQLite",
            Driver::Postgres(_) => "PostgreSQL",
        }
    }

    async fn run(&self, sql: &str) {
        let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&self.any).await;
        done.unwrap_or_else(|error| panic!("{}: {sql}: {error}", self.name()));
    }

    async fn texts(&self, sql: &str) -> Vec<Vec<String>> {
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&self.any).await.unwrap();
        rows.iter().map(|row| (0..row.len()).map(|at| row.get(at)).collect()).collect()
    }

    /// The versions of all rows, under names such as `p1`.
    async fn versions(&self) -> BTreeMap<String, String> {
        let mut versions = BTreeMap::new();
        for table in ["users", "posts", "comments", "replies"] {
            let sql = format!("SELECT CAST(id AS TEXT), {} FROM {table}", self.version());
            for row in self.texts(&sql).await {
                versions.insert(format!("{}{}", &table[..1], row[0]), row[1].clone());
            }
        }
        versions
    }

    /// A version as a text that is greater for a later one.
    fn version(&self) -> &'static str {
        match self.driver {
            Driver::Sqlite(_) => "updated_at",
            Driver::Postgres(_) => "to_char(updated_at, 'YYYY-MM-DD HH24:MI:SS.US')",
        }
    }

    /// The rows that a change gives a new version, or makes. No version may go back.
    async fn touched(&self, sql: &str) -> String {
        let before = self.versions().await;
        self.run(sql).await;
        self.touched_since(&before).await
    }

    async fn touched_since(&self, before: &BTreeMap<String, String>) -> String {
        let after = self.versions().await;
        let changed = |(row, version): &(&String, &String)| match before.get(*row) {
            Some(old) => {
                assert!(version >= &old, "{}, {row}: {version} after {old}", self.name());
                *version != old
            }
            None => true,
        };
        let touched: Vec<_> = after.iter().filter(changed).map(|(row, _)| &**row).collect();
        touched.join(" ")
    }
}

#[tokio::test]
async fn without_touches_a_write_changes_no_version_and_nothing_is_left_behind() {
    for blog in Blog::of_each_kind_with_rows().await {
        blog.uninstall(&tables()).await.unwrap();
        blog.uninstall(&tables()).await.unwrap();
        assert_eq!(blog.touched("UPDATE replies SET comment_id = 2 WHERE id = 1").await, "", "{}", blog.name());
        let left = match &blog.driver {
            Driver::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'trigger'",
            Driver::Postgres(_) => "SELECT proname::text FROM pg_proc WHERE proname LIKE 'cache_touches%'",
        };
        assert_eq!(blog.texts(left).await, Vec::<Vec<String>>::new(), "{}", blog.name());
        blog.install(&tables()).await.unwrap();
        assert_eq!(
            blog.touched("UPDATE replies SET comment_id = 1 WHERE id = 1").await,
            "c1 c2 p1 r1",
            "{}",
            blog.name()
        );
    }
}

#[tokio::test]
async fn each_change_touches_all_above_it_and_no_sibling() {
    for blog in Blog::of_each_kind_with_rows().await {
        for (sql, touched) in [
            ("UPDATE replies SET body = 'x' WHERE id = 1", "c1 p1 r1"),
            ("UPDATE comments SET body = 'x' WHERE id = 2", "c2 p1"),
            ("UPDATE comments SET body = 'x' WHERE id = 3", "c3 p2 u1"),
            ("UPDATE posts SET title = 'x' WHERE id = 2", "p2"),
            ("INSERT INTO comments (id, post_id) VALUES (9, 2)", "c9 p2"),
            ("DELETE FROM comments WHERE id = 9", "p2"),
            ("UPDATE comments SET post_id = 2 WHERE id = 1", "c1 p1 p2"),
            ("UPDATE comments SET post_id = NULL WHERE id = 1", "c1 p2"),
            ("UPDATE comments SET post_id = 1 WHERE id = 1", "c1 p1"),
            ("UPDATE comments SET body = 'bulk'", "c1 c2 c3 p1 p2 u1"),
            ("UPDATE comments SET body = 'none' WHERE id = 99", ""),
            (
                "INSERT INTO comments (id, post_id) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET post_id = excluded.post_id",
                "c1 p1 p2",
            ),
            ("DELETE FROM users", "c3 p2"),
            ("DELETE FROM comments WHERE id = 2", "p1"),
            ("DELETE FROM posts WHERE id = 1", ""),
            ("DELETE FROM replies", "c1 c3 p2"),
            ("BEGIN; UPDATE comments SET body = 'undone'; ROLLBACK", ""),
        ] {
            assert_eq!(blog.touched(sql).await, touched, "{}: {sql}", blog.name());
        }
    }
}

#[tokio::test]
async fn a_version_is_later_than_the_one_before_whatever_the_program_writes() {
    for blog in Blog::of_each_kind_with_rows().await {
        for written in
            ["'1999-01-01 00:00:00+00:00'", "updated_at", "NULL", "CURRENT_TIMESTAMP", "'2999-01-01 00:00:00+00:00'"]
        {
            let change = format!("UPDATE comments SET updated_at = {written} WHERE id = 1");
            for _ in 0..2 {
                assert_eq!(blog.touched(&change).await, "c1 p1", "{}: {written}", blog.name());
            }
        }
    }
}

#[tokio::test]
async fn a_touched_model_has_the_version_that_is_returned() {
    for blog in Blog::of_each_kind_with_rows().await {
        let before = blog.versions().await;
        let version = blog.touch(&Comment { id: 1, updated_at: SystemTime::UNIX_EPOCH }).await.unwrap();
        assert_eq!(blog.touched_since(&before).await, "c1 p1", "{}", blog.name());
        let stored = blog.texts(&format!("SELECT {} FROM comments WHERE id = 1", blog.version())).await;
        let written = jiff::Timestamp::try_from(version).unwrap().strftime("%Y-%m-%d %H:%M:%S%.6f").to_string();
        assert!(stored[0][0].starts_with(&written), "{}: {stored:?} {written}", blog.name());
        assert_eq!(blog.touch(&Comment { id: 99, updated_at: version }).await, None);
    }
}

/// For programs that may not have triggers.
#[tokio::test]
async fn a_stamp_in_a_statement_is_later_than_the_one_before_and_no_earlier_than_now() {
    for blog in Blog::of_each_kind().await {
        let (dialect, native) = match blog.driver {
            Driver::Sqlite(_) => (Dialect::Sqlite, vec!["TEXT"]),
            Driver::Postgres(_) => (Dialect::Postgres, vec!["TIMESTAMP", "TIMESTAMPTZ"]),
        };
        let native =
            native.into_iter().map(|column| (Stamp::Native, column, "'2999-01-01 00:00:00'", "'2020-01-01 00:00:00'"));
        let numbers =
            [(Stamp::Micros, 1_000_000), (Stamp::Millis, 1_000)].map(|(stamp, second)| (stamp, "BIGINT", second));
        let numbers = numbers.map(|(stamp, column, second)| {
            let seconds = |year: i64| (1_577_836_800 + (year - 2020) * 31_556_952) * second;
            (stamp, column, seconds(2999).to_string(), seconds(2020).to_string())
        });
        let native = native.map(|(stamp, column, future, past)| (stamp, column, future.to_owned(), past.to_owned()));
        for (stamp, column, future, past) in native.chain(numbers) {
            let context = format!("{}: {stamp:?} in {column}", blog.name());
            let later = dialect.stamp_after(stamp, "changed");
            blog.run(&format!("CREATE TABLE stamps (id BIGINT, changed {column})")).await;
            // In another time zone than that of UTC, which no stamp may depend on.
            let set = if dialect == Dialect::Postgres { "SET timezone = 'Asia/Tokyo';" } else { "" };
            blog.run(&format!("{set} INSERT INTO stamps VALUES (1, NULL), (2, {past}), (3, {future})")).await;
            blog.run("CREATE TABLE before AS SELECT * FROM stamps").await;
            blog.run(&format!("UPDATE stamps SET changed = {later}")).await;
            // One and two are now: after what is long past, and before what is far away.
            let sql = "SELECT CAST(stamps.id AS TEXT) FROM stamps JOIN before ON before.id = stamps.id, \
                (SELECT changed FROM before WHERE id = 2) AS past, (SELECT changed FROM before WHERE id = 3) AS future \
                WHERE stamps.id < 3 AND stamps.changed > past.changed AND stamps.changed < future.changed \
                OR stamps.id = 3 AND stamps.changed > before.changed ORDER BY stamps.id";
            assert_eq!(blog.texts(sql).await, [["1"], ["2"], ["3"]], "{context}");

            blog.run("DROP TABLE before; CREATE TABLE before AS SELECT * FROM stamps").await;
            blog.run(&format!("UPDATE stamps SET changed = {later}")).await;
            let sql = "SELECT CAST(stamps.id AS TEXT) FROM stamps JOIN before ON before.id = stamps.id \
                WHERE stamps.changed > before.changed ORDER BY stamps.id";
            assert_eq!(blog.texts(sql).await, [["1"], ["2"], ["3"]], "{context}");
            if let Driver::Postgres(_) = blog.driver
                && stamp == Stamp::Native
            {
                let utc = if column == "TIMESTAMP" { "AT TIME ZONE 'UTC'" } else { "" };
                let sql = format!(
                    "SELECT CAST(abs(extract(epoch FROM changed - now() {utc})) < 60 AS TEXT) FROM stamps WHERE id < 3"
                );
                assert_eq!(blog.texts(&sql).await, [["true"], ["true"]], "{context}: now, in UTC");
            }
            blog.run("DROP TABLE before; DROP TABLE stamps").await;
        }
    }
}

#[tokio::test]
async fn a_tree_is_touched_up_to_its_root_and_a_circle_of_rows_stops_no_write() {
    let tree = [Table::new("nodes").stamp(Stamp::Micros).touches("parent_id", "nodes")];
    for blog in Blog::of_each_kind().await {
        blog.run("CREATE TABLE nodes (id BIGINT PRIMARY KEY, parent_id BIGINT, updated_at BIGINT)").await;
        blog.install(&tree).await.unwrap();
        blog.run("INSERT INTO nodes (id, parent_id) VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, 2)").await;
        let versions = async || {
            let rows = blog.texts("SELECT CAST(id AS TEXT), CAST(updated_at AS TEXT) FROM nodes ORDER BY id").await;
            rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect::<BTreeMap<_, _>>()
        };
        for (sql, touched) in [
            ("UPDATE nodes SET parent_id = 3 WHERE id = 4", "1 2 3 4"),
            ("DELETE FROM nodes WHERE id = 5", "1 2"),
            ("UPDATE nodes SET parent_id = 1 WHERE id = 4", "1 2 3 4"),
            ("UPDATE nodes SET parent_id = 4 WHERE id = 1", "1 4"),
            ("UPDATE nodes SET parent_id = 4 WHERE id = 4", "1 4"),
        ] {
            let before = versions().await;
            blog.run(sql).await;
            let after = versions().await;
            let changed: Vec<_> =
                after.iter().filter(|(id, version)| before[*id] != **version).map(|(id, _)| &**id).collect();
            assert_eq!(changed.join(" "), touched, "{}: {sql}", blog.name());
        }
    }
}

#[tokio::test]
async fn installing_again_changes_nothing_and_removes_what_is_outdated() {
    for blog in Blog::of_each_kind_with_rows().await {
        blog.install(&tables()).await.unwrap();
        blog.verify(&tables()).await.unwrap();
        let changed = [Table::of::<Post>(), Table::of::<User>(), Table::new("comments").touches("post_id", "posts")];
        assert!(blog.verify(&changed).await.is_err());
        blog.install(&changed).await.unwrap();
        blog.verify(&changed).await.unwrap();
        assert_eq!(blog.touched("UPDATE comments SET body = 'x' WHERE id = 3").await, "c3 p2", "{}", blog.name());
        let untouching = [Table::of::<Post>(), Table::of::<User>(), Table::new("comments")];
        blog.install(&untouching).await.unwrap();
        assert_eq!(blog.touched("UPDATE comments SET body = 'y'").await, "c1 c2 c3", "{}", blog.name());
    }
}

#[tokio::test]
async fn the_migration_makes_what_is_installed() {
    for blog in Blog::of_each_kind().await {
        blog.run(SCHEMA).await;
        let dialect = if blog.name() == "SQLite" { Dialect::Sqlite } else { Dialect::Postgres };
        let migration = touches::sql(dialect, &tables()).unwrap();
        blog.run(&migration).await;
        blog.run(&migration).await;
        blog.verify(&tables()).await.unwrap();
    }
}

#[tokio::test]
async fn a_table_that_does_not_fit_is_refused() {
    for blog in Blog::of_each_kind().await {
        let error = blog.install(&tables()).await.unwrap_err().to_string();
        assert!(error.starts_with("there is no table `users`"), "{}: {error}", blog.name());
        blog.run("CREATE TABLE posts (id BIGINT PRIMARY KEY, updated_at BIGINT)").await;
        let error = blog.install(&[Table::of::<Post>()]).await.unwrap_err().to_string();
        assert!(
            error.to_lowercase().contains("is of type bigint: write `#[cache(updated_at, stamp = \"micros\")]`"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_key_of_a_fragment_changes_with_a_reply() {
    let blogs = Blog::of_each_kind_with_rows().await;
    for blog in &blogs {
        let key = async || {
            let micros = match blog.driver {
                Driver::Sqlite(_) => "CAST(strftime('%s', updated_at) * 1000000 + substr(updated_at, 21, 6) AS TEXT)",
                Driver::Postgres(_) => "CAST(CAST(extract(epoch FROM updated_at) * 1000000 AS BIGINT) AS TEXT)",
            };
            let rows = blog.texts(&format!("SELECT {micros} FROM posts WHERE id = 1")).await;
            let micros = std::time::Duration::from_micros(rows[0][0].parse().unwrap());
            key_for("post", &Post { id: 1, updated_at: SystemTime::UNIX_EPOCH + micros }).to_string()
        };
        let before = key().await;
        blog.run("UPDATE replies SET body = 'edited' WHERE id = 1").await;
        let after = key().await;
        assert_ne!(before, after);
        blog.run("UPDATE replies SET body = 'edited' WHERE id = 2").await;
        assert_eq!(key().await, after, "a reply to another post");
    }
}

/// PostgreSQL alone: several writers of one database.
mod postgres {
    use super::*;

    async fn blog() -> Option<(PgPool, Blog)> {
        install_default_drivers();
        let url = Postgres::shared()?.create_database();
        let pool = PgPool::connect(&url).await.unwrap();
        Some((pool.clone(), Blog { driver: Driver::Postgres(pool), any: AnyPool::connect(&url).await.unwrap() }))
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_eight_writers_at_once_no_touch_is_lost_and_none_waits_for_ever() {
        const CHANGES: i64 = 50;
        let Some((pool, blog)) = blog().await else { return };
        blog.run(SCHEMA).await;
        blog.install(&tables()).await.unwrap();
        blog.run(ROWS).await;
        blog.run("
            CREATE TABLE seen (post BIGINT, version TIMESTAMPTZ);
            CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (NEW.id, NEW.updated_at); RETURN NULL; END $$;
            CREATE TRIGGER see AFTER UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION see();").await;
        blog.run("INSERT INTO comments (id, post_id) SELECT 10 + writer, 1 + writer % 2 FROM generate_series(0, 7) AS writer").await;
        blog.run("TRUNCATE seen").await;
        let writers = (0..8).map(|writer: i64| {
            let pool = pool.clone();
            tokio::spawn(async move {
                for _ in 0..CHANGES {
                    // It moves to the other post, so that both are touched: half of the writers name them in the other order.
                    let sql = "UPDATE comments SET post_id = 3 - post_id WHERE id = $1";
                    sqlx::query(sql).bind(10 + writer).execute(&pool).await.unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let counts = blog.texts("SELECT count(*)::text FROM seen").await;
        assert_eq!(counts[0][0], (8 * CHANGES * 2).to_string(), "two posts each time");
        let rows = "SELECT count(*)::text FROM (SELECT DISTINCT post, version FROM seen) AS versions";
        assert_eq!(blog.texts(rows).await[0][0], counts[0][0], "and each time a version of its own");
    }

    #[tokio::test]
    async fn versions_are_of_the_commit_order_and_returned() {
        let Some((pool, blog)) = blog().await else { return };
        blog.run("CREATE TABLE posts (id BIGINT PRIMARY KEY, title TEXT, updated_at TIMESTAMP); INSERT INTO posts VALUES (1)").await;
        blog.install(&[Table::of::<Post>()]).await.unwrap();
        let mut versions = BTreeSet::new();
        for title in 0..2000 {
            let sql = "UPDATE posts SET title = $1 RETURNING updated_at::text";
            versions
                .insert(sqlx::query_scalar::<_, String>(sql).bind(title.to_string()).fetch_one(&pool).await.unwrap());
        }
        assert_eq!(versions.len(), 2000);
    }

    #[tokio::test]
    async fn a_column_without_a_time_zone_holds_the_time_of_utc() {
        let Some((_, blog)) = blog().await else { return };
        blog.run("CREATE TABLE posts (id BIGINT PRIMARY KEY, updated_at TIMESTAMP)").await;
        blog.install(&[Table::of::<Post>()]).await.unwrap();
        blog.run("SET timezone = 'Asia/Tokyo'; INSERT INTO posts VALUES (1)").await;
        let rows =
            blog.texts("SELECT (now() AT TIME ZONE 'UTC' - updated_at < interval '1 minute')::text FROM posts").await;
        assert_eq!(rows[0][0], "true");
    }

    #[tokio::test]
    async fn a_trigger_of_the_programs_own_cannot_turn_a_version_back() {
        let Some((_, blog)) = blog().await else { return };
        blog.run(SCHEMA).await;
        blog.run("
            CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := '2001-01-01'; RETURN NEW; END $$;
            CREATE TRIGGER set_updated_at BEFORE INSERT OR UPDATE ON comments FOR EACH ROW EXECUTE FUNCTION own();").await;
        blog.install(&tables()).await.unwrap();
        blog.run(ROWS).await;
        for _ in 0..3 {
            assert_eq!(blog.touched("UPDATE comments SET body = 'x' WHERE id = 1").await, "c1 p1");
        }
    }

    #[tokio::test]
    async fn tables_of_two_schemas_with_one_name_are_apart() {
        let Some((_, blog)) = blog().await else { return };
        for schema in ["one", "other"] {
            blog.run(&format!(
                "CREATE SCHEMA {schema}; CREATE TABLE {schema}.posts (id BIGINT PRIMARY KEY, updated_at BIGINT)"
            ))
            .await;
        }
        let tables = ["one.posts", "other.posts"].map(|name| Table::new(name).stamp(Stamp::Micros));
        blog.install(&tables).await.unwrap();
        blog.verify(&tables).await.unwrap();
        blog.run("INSERT INTO one.posts VALUES (1); INSERT INTO other.posts VALUES (1)").await;
        let rows = blog
            .texts("SELECT updated_at::text FROM one.posts UNION ALL SELECT updated_at::text FROM other.posts")
            .await;
        assert_eq!(rows.len(), 2);
    }

    #[tokio::test]
    async fn a_session_with_another_path_touches_the_same_rows() {
        let Some((_, blog)) = blog().await else { return };
        blog.run(SCHEMA).await;
        blog.install(&tables()).await.unwrap();
        blog.run(ROWS).await;
        blog.run("CREATE SCHEMA other; CREATE TABLE other.posts (LIKE posts)").await;
        let change =
            "SET search_path = other; UPDATE public.comments SET body = 'x' WHERE id = 1; SET search_path = public";
        assert_eq!(blog.touched(change).await, "c1 p1");
    }

    #[tokio::test]
    async fn a_column_that_would_round_stamps_is_refused() {
        let Some((_, blog)) = blog().await else { return };
        blog.run("CREATE TABLE posts (id BIGINT PRIMARY KEY, updated_at TIMESTAMP(3))").await;
        let error = blog.install(&[Table::of::<Post>()]).await.unwrap_err().to_string();
        assert!(
            error.ends_with(
                "is of type timestamp(3) without time zone: a stamp needs microseconds, as `timestamptz` has"
            ),
            "{error}"
        );
    }

    #[tokio::test]
    async fn a_disabled_trigger_is_found() {
        let Some((_, blog)) = blog().await else { return };
        blog.run(SCHEMA).await;
        blog.install(&tables()).await.unwrap();
        blog.run("ALTER TABLE comments DISABLE TRIGGER USER").await;
        assert!(blog.verify(&tables()).await.unwrap_err().to_string().contains("outdated or disabled"));
        blog.install(&tables()).await.unwrap();
        blog.verify(&tables()).await.unwrap();
    }

    #[tokio::test]
    async fn eight_programs_that_start_at_once_all_install() {
        let Some((pool, blog)) = blog().await else { return };
        blog.run(SCHEMA).await;
        let programs = (0..8).map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { cache_sqlx::install(&pool, &tables()).await })
        });
        for program in programs.collect::<Vec<_>>() {
            program.await.unwrap().unwrap();
        }
        blog.verify(&tables()).await.unwrap();
    }
}
