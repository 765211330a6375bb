//! The triggers in SQLite, through rusqlite and through other connections.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};

use cache_runtime::model::{Cacheable, key_for};
use cache_runtime::touches::{self, Stamp, Table};
use rusqlite::{Connection, params};

#[derive(Cacheable, Debug, PartialEq)]
struct Post {
    id: i64,
    updated_at: jiff::Timestamp,
}

#[derive(Cacheable)]
#[cache(touches(post_id => "posts", "author_id" => "users"))]
struct Comment {
    id: i64,
    post_id: Option<i64>,
    updated_at: jiff::Timestamp,
}

#[derive(Cacheable)]
#[cache(table = "replies", touches("comment_id" => "comments"))]
struct Reply {
    id: i64,
    updated_at: jiff::Timestamp,
}

#[derive(Cacheable)]
struct User {
    id: i64,
    updated_at: jiff::Timestamp,
}

const SCHEMA: &str = "
    PRAGMA foreign_keys = ON;
    CREATE TABLE users (id INTEGER PRIMARY KEY, updated_at TEXT);
    CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT, updated_at TEXT);
    CREATE TABLE comments (
        id INTEGER PRIMARY KEY,
        post_id INTEGER REFERENCES posts ON DELETE CASCADE,
        author_id INTEGER REFERENCES users ON DELETE SET NULL,
        body TEXT,
        updated_at TEXT
    );
    CREATE TABLE replies (
        id INTEGER PRIMARY KEY, comment_id INTEGER REFERENCES comments ON DELETE CASCADE, body TEXT, updated_at TEXT
    );";

/// Two posts, a user; comments 1 and 2 of post 1, comment 3 of post 2 and of the user; replies 1 of comment 1, 2 of comment 3.
const ROWS: &str = "
    INSERT INTO users (id) VALUES (1);
    INSERT INTO posts (id, title) VALUES (1, 'one'), (2, 'two');
    INSERT INTO comments (id, post_id, author_id) VALUES (1, 1, NULL), (2, 1, NULL), (3, 2, 1);
    INSERT INTO replies (id, comment_id) VALUES (1, 1), (2, 3);";

fn tables() -> [Table; 4] {
    [Table::of::<User>(), Table::of::<Post>(), Table::of::<Comment>(), Table::of::<Reply>()]
}

fn blog() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    touches::install(&connection, &tables()).unwrap();
    connection.execute_batch(ROWS).unwrap();
    connection
}

/// The versions of all rows, under names such as `p1`.
fn versions(connection: &Connection) -> Vec<(String, String)> {
    let of_table = |name: &str| {
        let sql = format!("SELECT id, updated_at FROM {name} ORDER BY id");
        let mut rows = connection.prepare(&sql).unwrap();
        let read = rows.query_map((), |row| Ok((format!("{}{}", &name[..1], row.get::<_, i64>(0)?), row.get(1)?)));
        read.unwrap().collect::<Result<Vec<_>, _>>().unwrap()
    };
    ["users", "posts", "comments", "replies"].into_iter().flat_map(of_table).collect()
}

/// The rows that a change gives a new version, or makes. No version may go back.
fn touched(connection: &Connection, change: impl FnOnce(&Connection)) -> String {
    let before: BTreeMap<_, _> = versions(connection).into_iter().collect();
    change(connection);
    let mut touched = Vec::new();
    for (row, version) in versions(connection) {
        match before.get(&row) {
            Some(old) if *old == version => {}
            Some(old) => {
                assert!(version > *old, "{row}: {version} after {old}");
                touched.push(row);
            }
            None => touched.push(row),
        }
    }
    touched.join(" ")
}

/// As [`touched`], for some statements.
fn touched_by(connection: &Connection, sql: &str) -> String {
    touched(connection, |connection| connection.execute_batch(sql).unwrap())
}

#[test]
fn a_changed_row_touches_all_above_it_and_no_sibling() {
    let blog = blog();
    assert_eq!(touched_by(&blog, "UPDATE replies SET body = 'x' WHERE id = 1"), "p1 c1 r1");
    assert_eq!(touched_by(&blog, "UPDATE comments SET body = 'x' WHERE id = 2"), "p1 c2");
    assert_eq!(touched_by(&blog, "UPDATE posts SET title = 'x' WHERE id = 2"), "p2");
}

#[test]
fn a_row_touches_all_its_parents() {
    assert_eq!(touched_by(&blog(), "UPDATE comments SET body = 'x' WHERE id = 3"), "u1 p2 c3");
}

#[test]
fn inserted_and_deleted_rows_touch_their_parents() {
    let blog = blog();
    assert_eq!(touched_by(&blog, "INSERT INTO comments (id, post_id) VALUES (9, 2)"), "p2 c9");
    assert_eq!(touched_by(&blog, "DELETE FROM comments WHERE id = 9"), "p2");
    assert_eq!(touched_by(&blog, "DELETE FROM replies"), "u1 p1 p2 c1 c3");
}

#[test]
fn a_row_that_moves_touches_the_old_and_the_new_parent() {
    let blog = blog();
    assert_eq!(touched_by(&blog, "UPDATE comments SET post_id = 2 WHERE id = 1"), "p1 p2 c1");
    assert_eq!(touched_by(&blog, "UPDATE comments SET post_id = NULL WHERE id = 1"), "p2 c1");
    assert_eq!(touched_by(&blog, "UPDATE comments SET body = 'alone' WHERE id = 1"), "c1");
    assert_eq!(touched_by(&blog, "UPDATE comments SET post_id = 1 WHERE id = 1"), "p1 c1");
}

#[test]
fn bulk_statements_touch_each_parent() {
    let blog = blog();
    assert_eq!(touched_by(&blog, "UPDATE comments SET body = 'x'"), "u1 p1 p2 c1 c2 c3");
    assert_eq!(touched_by(&blog, "DELETE FROM comments WHERE post_id = 1"), "p1");
    let upsert = "INSERT INTO comments (id, post_id) VALUES (3, 1) ON CONFLICT DO UPDATE SET body = 'y', post_id = excluded.post_id";
    assert_eq!(touched_by(&blog, upsert), "u1 p1 p2 c3");
}

#[test]
fn cascades_of_foreign_keys_touch_too() {
    let blog = blog();
    assert_eq!(touched_by(&blog, "DELETE FROM users"), "p2 c3", "its comment's author became null");
    assert_eq!(touched_by(&blog, "DELETE FROM comments WHERE id = 1"), "p1");
    assert_eq!(touched_by(&blog, "DELETE FROM posts WHERE id = 2"), "");
    assert_eq!(versions(&blog).len(), 2, "post 1 and comment 2 are left");
}

#[test]
fn what_a_transaction_rolls_back_has_touched_nothing() {
    let blog = blog();
    assert_eq!(touched_by(&blog, "BEGIN; UPDATE replies SET body = 'x'; ROLLBACK"), "");
}

#[test]
fn a_version_is_later_than_the_one_before_whatever_the_program_writes() {
    let blog = blog();
    for written in [
        "'1999-01-01 00:00:00'",
        "updated_at",
        "NULL",
        "'no moment'",
        "CURRENT_TIMESTAMP",
        "datetime('now', '+1 minute')",
    ] {
        let change = format!("UPDATE comments SET updated_at = {written} WHERE id = 1");
        assert_eq!(touched_by(&blog, &change), "p1 c1", "{written}");
        assert_eq!(touched_by(&blog, &change), "p1 c1", "{written}, again");
    }
    let change =
        "DELETE FROM comments WHERE id = 2; INSERT INTO comments (id, post_id, updated_at) VALUES (2, 1, '1999-01-01')";
    assert_eq!(touched_by(&blog, change), "p1 c2");
}

#[test]
fn two_thousand_changes_have_two_thousand_versions() {
    for stamp in [Stamp::Native, Stamp::Micros, Stamp::Millis] {
        let connection = Connection::open_in_memory().unwrap();
        let column = if stamp == Stamp::Native { "TEXT" } else { "INTEGER" };
        let schema = format!("CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT, updated_at {column})");
        connection.execute_batch(&schema).unwrap();
        touches::install(&connection, &[Table::new("posts").stamp(stamp)]).unwrap();
        connection.execute("INSERT INTO posts (id) VALUES (1)", ()).unwrap();
        let version = |title: i64| {
            connection.execute("UPDATE posts SET title = ?1", [title]).unwrap();
            let read = "SELECT CAST(updated_at AS TEXT) FROM posts";
            connection.query_row(read, (), |row| row.get::<_, String>(0)).unwrap()
        };
        let versions: BTreeSet<_> = (0..2000).map(version).collect();
        assert_eq!(versions.len(), 2000, "{stamp:?}");
    }
}

#[test]
fn a_stamp_is_the_time_of_the_change() {
    let moments =
        [(Stamp::Native, "TEXT"), (Stamp::Micros, "INTEGER"), (Stamp::Millis, "INTEGER")].map(|(stamp, column)| {
            let connection = Connection::open_in_memory().unwrap();
            connection
                .execute_batch(&format!("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at {column})"))
                .unwrap();
            touches::install(&connection, &[Table::new("posts").stamp(stamp)]).unwrap();
            connection.execute("INSERT INTO posts (id) VALUES (1)", ()).unwrap();
            let divisor = if stamp == Stamp::Millis { 1000.0 } else { 1e6 };
            let read = match stamp {
                Stamp::Native => "SELECT (julianday(updated_at) - 2440587.5) * 86400 FROM posts".to_owned(),
                _ => format!("SELECT updated_at / {divisor} FROM posts"),
            };
            connection.query_row(&read, (), |row| row.get::<_, f64>(0)).unwrap()
        });
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!(moments.iter().all(|moment| (now - 30.0..=now + 1.0).contains(moment)), "{moments:?} at {now}");
}

#[test]
fn a_stamp_is_read_by_chrono_jiff_and_time_to_the_microsecond() {
    let blog = blog();
    blog.execute("UPDATE posts SET updated_at = '2999-01-01 00:00:00.120003+00:00' WHERE id = 1", ()).unwrap();
    blog.execute("UPDATE posts SET title = 'x' WHERE id = 1", ()).unwrap();
    let read = "SELECT updated_at FROM posts WHERE id = 1";
    let text: String = blog.query_row(read, (), |row| row.get(0)).unwrap();
    assert_eq!(text, "2999-01-01 00:00:00.120004+00:00");
    let jiff: jiff::Timestamp = blog.query_row(read, (), |row| row.get(0)).unwrap();
    let chrono: chrono::DateTime<chrono::Utc> = blog.query_row(read, (), |row| row.get(0)).unwrap();
    let time: time::OffsetDateTime = blog.query_row(read, (), |row| row.get(0)).unwrap();
    let moments = [SystemTime::from(jiff), chrono.into(), time.into()];
    let micros = moments.map(|moment| moment.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros() % 1_000_000);
    assert_eq!(micros, [120_004; 3]);
}

#[test]
fn touching_a_model_touches_what_it_touches_and_returns_its_version() {
    let blog = blog();
    let comment = Comment { id: 1, post_id: Some(1), updated_at: jiff::Timestamp::UNIX_EPOCH };
    assert_eq!(comment.post_id, Some(1));
    let mut version = None;
    let change = |connection: &Connection| version = touches::touch(connection, &comment).unwrap();
    assert_eq!(touched(&blog, change), "p1 c1");
    let read = "SELECT updated_at FROM comments WHERE id = 1";
    let stored: jiff::Timestamp = blog.query_row(read, (), |row| row.get(0)).unwrap();
    assert_eq!(version, Some(stored.into()));

    let unsaved = Post { id: 99, updated_at: jiff::Timestamp::UNIX_EPOCH };
    assert_eq!(touches::touch(&blog, &unsaved).unwrap(), None);
}

#[test]
fn an_id_of_text_with_quotes_is_touched() {
    #[derive(Cacheable)]
    #[cache(name = "page")]
    struct Page {
        #[cache(id, column = "slug")]
        address: &'static str,
        #[cache(updated_at, column = "changed", stamp = "micros")]
        changed_at: SystemTime,
    }
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch("CREATE TABLE pages (slug TEXT PRIMARY KEY, changed INTEGER) WITHOUT ROWID; INSERT INTO pages VALUES ('it''s', 1), ('', 1)")
        .unwrap();
    touches::install(&connection, &[Table::of::<Page>()]).unwrap();
    let page = |address| Page { address, changed_at: SystemTime::UNIX_EPOCH };
    assert!(touches::touch(&connection, &page("it's")).unwrap().is_some());
    assert_eq!(touches::touch(&connection, &page("' OR '1'='1")).unwrap(), None);
    let untouched: i64 =
        connection.query_row("SELECT changed FROM pages WHERE slug = ''", (), |row| row.get(0)).unwrap();
    assert_eq!(untouched, 1);
}

fn tree(recursive: &str) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(&format!("PRAGMA recursive_triggers = {recursive}")).unwrap();
    connection
        .execute_batch("CREATE TABLE nodes (id INTEGER PRIMARY KEY, parent_id INTEGER, updated_at INTEGER)")
        .unwrap();
    touches::install(&connection, &[Table::new("nodes").stamp(Stamp::Micros).touches("parent_id", "nodes")]).unwrap();
    // 1 above 2 above 3 above 4, and 5 under 2
    connection
        .execute_batch("INSERT INTO nodes (id, parent_id) VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, 2)")
        .unwrap();
    connection
}

fn touched_nodes(connection: &Connection, sql: &str) -> Vec<i64> {
    connection.execute_batch("UPDATE nodes SET updated_at = updated_at + 1000000; CREATE TEMP TABLE old AS SELECT id, updated_at FROM nodes").unwrap();
    connection.execute_batch(sql).unwrap();
    let read = "SELECT id FROM nodes JOIN old USING (id) WHERE nodes.updated_at > old.updated_at";
    let mut rows = connection.prepare(read).unwrap();
    let touched = rows.query_map((), |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    connection.execute_batch("DROP TABLE temp.old").unwrap();
    touched
}

#[test]
fn a_tree_in_one_table_is_touched_up_to_its_root() {
    for recursive in ["OFF", "ON"] {
        let tree = tree(recursive);
        assert_eq!(touched_nodes(&tree, "UPDATE nodes SET id = id WHERE id = 4"), [1, 2, 3, 4], "{recursive}");
        assert_eq!(touched_nodes(&tree, "DELETE FROM nodes WHERE id = 5"), [1, 2], "{recursive}");
        assert_eq!(touched_nodes(&tree, "UPDATE nodes SET parent_id = 1 WHERE id = 4"), [1, 2, 3, 4], "{recursive}");
    }
}

#[test]
fn rows_that_form_a_circle_do_not_stop_a_write() {
    for recursive in ["OFF", "ON"] {
        let tree = tree(recursive);
        tree.execute("UPDATE nodes SET parent_id = 4 WHERE id = 1", ()).unwrap();
        assert_eq!(touched_nodes(&tree, "UPDATE nodes SET id = id WHERE id = 2"), [1, 2, 3, 4], "{recursive}");
    }
}

#[test]
fn a_write_that_failed_half_way_does_not_end_the_touches_of_a_tree() {
    for recursive in ["OFF", "ON"] {
        let tree = tree(recursive);
        tree.execute_batch(
            "CREATE TRIGGER lock BEFORE UPDATE ON nodes WHEN OLD.id = 1 BEGIN SELECT RAISE(FAIL, 'locked'); END",
        )
        .unwrap();
        assert!(tree.execute("UPDATE nodes SET id = id WHERE id = 4", ()).is_err());
        tree.execute_batch("DROP TRIGGER lock").unwrap();
        let clock = || tree.query_row("SELECT julianday('now')", (), |row| row.get::<_, f64>(0)).unwrap();
        let failed_at = clock();
        while clock() <= failed_at {} // a millisecond, in which a statement would count as the one that failed
        assert_eq!(touched_nodes(&tree, "UPDATE nodes SET id = id WHERE id = 4"), [1, 2, 3, 4], "{recursive}");
    }
}

#[test]
fn installing_again_changes_nothing_and_removes_what_is_outdated() {
    let blog = blog();
    let triggers = || {
        let mut rows = blog.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name").unwrap();
        rows.query_map((), |row| row.get(0)).unwrap().collect::<Result<Vec<String>, _>>().unwrap()
    };
    let before = triggers();
    touches::verify(&blog, &tables()).unwrap();
    blog.execute_batch("PRAGMA query_only = ON").unwrap();
    touches::install(&blog, &tables()).expect("it need not write");
    blog.execute_batch("PRAGMA query_only = OFF").unwrap();
    assert_eq!(triggers(), before);

    blog.execute_batch("CREATE TRIGGER own AFTER UPDATE ON posts BEGIN SELECT 1; END").unwrap();
    let without_author = Table::new("comments").touches("post_id", "posts");
    let changed = [Table::of::<Post>(), without_author, Table::of::<User>()];
    assert!(touches::verify(&blog, &changed).unwrap_err().to_string().contains("author_id"));
    touches::install(&blog, &changed).unwrap();
    touches::verify(&blog, &changed).unwrap();
    assert_eq!(touched_by(&blog, "UPDATE comments SET body = 'x' WHERE id = 3"), "p2 c3");
    assert_eq!(
        touched_by(&blog, "UPDATE replies SET body = 'x' WHERE id = 2"),
        "p2 c3 r2",
        "a table that is not named keeps its triggers"
    );
    assert!(triggers().contains(&"own".to_owned()));
}

#[test]
fn no_table_is_nothing_to_install() {
    let connection = Connection::open_in_memory().unwrap();
    touches::install(&connection, &[]).unwrap();
    touches::verify(&connection, &[]).unwrap();
}

#[test]
fn the_migration_makes_what_is_installed() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    let migration = touches::sql(touches::Dialect::Sqlite, &tables()).unwrap();
    connection.execute_batch(&migration).unwrap();
    connection.execute_batch(&migration).unwrap();
    touches::verify(&connection, &tables()).unwrap();
}

#[test]
fn an_install_that_fails_leaves_nothing_and_works_inside_a_transaction() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT); BEGIN").unwrap();
    touches::install(&connection, &[Table::of::<Post>()]).unwrap();
    connection.execute_batch("ROLLBACK").unwrap();
    assert!(touches::verify(&connection, &[Table::of::<Post>()]).is_err());

    let error = touches::install(&connection, &tables()).unwrap_err();
    assert_eq!(error.to_string(), "there is no table `users`: create it first, or write `#[cache(table = \"…\")]`");
    let triggers = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'";
    assert_eq!(connection.query_row(triggers, (), |row| row.get::<_, i64>(0)).unwrap(), 0);
}

#[test]
fn another_program_touches_too() {
    if !cache_servers::is_installed("sqlite3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("blog.sqlite3");
    let connection = Connection::open(&file).unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    touches::install(&connection, &tables()).unwrap();
    connection.execute_batch(ROWS).unwrap();
    let by_shell = |_: &Connection| {
        let done = Command::new("sqlite3").arg(&file).arg("UPDATE replies SET body = 'x' WHERE id = 1").status();
        assert!(done.expect("sqlite3 starts").success());
    };
    assert_eq!(touched(&connection, by_shell), "p1 c1 r1");
}

#[test]
fn eight_programs_that_start_at_once_all_install() {
    for mode in ["WAL", "DELETE"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("blog.sqlite3");
        let connection = Connection::open(&file).unwrap();
        connection.execute_batch(&format!("PRAGMA journal_mode = {mode}; {SCHEMA}")).unwrap();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let connection = Connection::open(&file).unwrap();
                    connection.busy_timeout(Duration::from_secs(60)).unwrap();
                    touches::install(&connection, &tables()).unwrap();
                });
            }
        });
        touches::verify(&connection, &tables()).unwrap();
    }
}

#[test]
fn what_replaces_a_row_within_a_millisecond_has_a_version_of_its_own() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at INTEGER)").unwrap();
    touches::install(&connection, &[Table::new("posts").stamp(Stamp::Micros)]).unwrap();
    let mut replace = connection.prepare("INSERT OR REPLACE INTO posts (id) VALUES (1)").unwrap();
    let mut read = connection.prepare("SELECT updated_at FROM posts").unwrap();
    let mut version = || {
        replace.execute(()).unwrap();
        read.query_row((), |row| row.get::<_, i64>(0)).unwrap()
    };
    let versions: Vec<_> = (0..2000).map(|_| version()).collect();
    let equal = versions.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert!(equal < 20, "two of two thousand are expected, and here are {equal}");
}

#[test]
fn a_number_column_takes_no_text() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at INTEGER)").unwrap();
    touches::install(&connection, &[Table::new("posts").stamp(Stamp::Micros)]).unwrap();
    connection
        .execute_batch("INSERT INTO posts VALUES (1, 1); UPDATE posts SET updated_at = CURRENT_TIMESTAMP")
        .unwrap();
    let kind: String = connection.query_row("SELECT typeof(updated_at) FROM posts", (), |row| row.get(0)).unwrap();
    assert_eq!(kind, "integer");
}

#[test]
fn of_eight_writers_at_once_no_touch_is_lost() {
    const CHANGES: i64 = 50;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("blog.sqlite3");
    let open = || {
        let connection = Connection::open(&file).unwrap();
        connection.busy_timeout(Duration::from_secs(60)).unwrap();
        connection
    };
    let connection = open();
    connection.execute_batch("PRAGMA journal_mode = WAL").unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    touches::install(&connection, &tables()).unwrap();
    connection.execute_batch(ROWS).unwrap();
    connection.execute_batch("CREATE TABLE seen (version TEXT); CREATE TRIGGER see AFTER UPDATE OF updated_at ON posts BEGIN INSERT INTO seen VALUES (NEW.updated_at); END").unwrap();
    thread::scope(|scope| {
        for writer in 0..8_i64 {
            let connection = open();
            scope.spawn(move || {
                for change in 0..CHANGES {
                    let id = 1 + (writer + change) % 2;
                    connection.execute("UPDATE comments SET body = ?1 WHERE id = ?2", params![change, id]).unwrap();
                }
            });
        }
    });
    let count = |sql: &str| connection.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(DISTINCT version) FROM seen"), 8 * CHANGES);
    assert_eq!(count("SELECT count(*) FROM seen"), 8 * CHANGES);
}

#[test]
fn the_key_of_a_fragment_changes_with_a_reply() {
    let blog = blog();
    let post = || {
        let read = "SELECT id, updated_at FROM posts WHERE id = 1";
        blog.query_row(read, (), |row| Ok(Post { id: row.get(0)?, updated_at: row.get(1)? })).unwrap()
    };
    let before = key_for("post", &post());
    blog.execute("UPDATE replies SET body = 'edited' WHERE id = 1", ()).unwrap();
    assert_ne!(key_for("post", &post()), before);
    blog.execute("UPDATE replies SET body = 'edited' WHERE id = 2", ()).unwrap();
    let other = key_for("post", &post());
    assert_eq!(key_for("post", &post()), other, "a reply to another post");
}

#[test]
fn a_uuid_is_touched_as_a_text_and_as_bytes() {
    #[derive(Cacheable)]
    struct Document {
        id: &'static str,
        updated_at: SystemTime,
    }
    let document = |id| Document { id, updated_at: SystemTime::UNIX_EPOCH };
    let (bytes, text) = ("67e55044-10b1-426f-9247-bb680e5fe0c8", "00000000-0000-4000-8000-000000000001");
    let connection = Connection::open_in_memory().unwrap();
    let sql = format!(
        "CREATE TABLE documents (id BLOB PRIMARY KEY, updated_at TEXT);
         INSERT INTO documents (id) VALUES (X'{}'), ('{text}')",
        bytes.replace('-', "")
    );
    connection.execute_batch(&sql).unwrap();
    touches::install(&connection, &[Table::of::<Document>()]).unwrap();
    for id in [bytes, text] {
        assert!(touches::touch(&connection, &document(id)).unwrap().is_some(), "{id}");
    }
    let count: u32 = connection
        .query_row("SELECT count(*) FROM documents WHERE updated_at IS NOT NULL", (), |row| row.get(0))
        .unwrap();
    assert_eq!(count, 2);
    assert_eq!(touches::touch(&connection, &document("67e55044-10b1-426f-9247-bb680e5fe0c9")).unwrap(), None);
}

#[test]
fn without_touches_a_table_is_as_it_was_and_can_be_made_anew() {
    let connection = Connection::open_in_memory().unwrap();
    let make = "CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT);
        CREATE TABLE comments (id INTEGER PRIMARY KEY, post_id INTEGER, updated_at TEXT);
        INSERT INTO posts (id) VALUES (1)";
    connection.execute_batch(make).unwrap();
    let tables = [Table::new("posts"), Table::new("comments").touches("post_id", "posts")];
    touches::install(&connection, &tables).unwrap();
    connection.execute_batch("CREATE TRIGGER mine AFTER DELETE ON comments BEGIN SELECT 1; END").unwrap();
    touches::uninstall(&connection, &tables).unwrap();
    touches::uninstall(&connection, &tables).unwrap();
    let left: String = connection
        .query_row("SELECT group_concat(name) FROM sqlite_master WHERE type = 'trigger'", (), |row| row.get(0))
        .unwrap();
    assert_eq!(left, "mine");

    let anew = "INSERT INTO comments (post_id) VALUES (1);
        CREATE TABLE new_posts (id INTEGER PRIMARY KEY, title TEXT, updated_at TEXT);
        INSERT INTO new_posts (id, updated_at) SELECT id, updated_at FROM posts;
        DROP TABLE posts;
        ALTER TABLE new_posts RENAME TO posts";
    connection.execute_batch(anew).unwrap();
    let is_untouched: bool =
        connection.query_row("SELECT updated_at IS NULL FROM posts", (), |row| row.get(0)).unwrap();
    assert!(is_untouched);
    touches::install(&connection, &tables).unwrap();
    touches::verify(&connection, &tables).unwrap();
}
