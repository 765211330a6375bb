//! What a plan refuses, and what it finds outdated.

use super::{Dialect, Plan, Stamp, Table, sql};

const DIALECTS: [Dialect; 2] = [Dialect::Sqlite, Dialect::Postgres];

fn blog() -> [Table; 2] {
    [Table::new("posts"), Table::new("comments").touches("post_id", "posts")]
}

#[track_caller]
fn refused(tables: &[Table]) -> String {
    let [one, other] = DIALECTS.map(|dialect| sql(dialect, tables).unwrap_err().to_string());
    assert_eq!(one, other);
    one
}

fn row(texts: [&str; 3]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

#[test]
fn a_circle_of_touches_is_refused() {
    let tables = [
        Table::new("a").touches("b_id", "b"),
        Table::new("b").touches("c_id", "c"),
        Table::new("c").touches("a_id", "a"),
    ];
    assert_eq!(refused(&tables), "touches form a circle, `a` touches `b` touches `c` touches `a`: remove one of them");
}

#[test]
fn a_circle_behind_a_table_is_refused() {
    let tables = [
        Table::new("a").touches("b_id", "b"),
        Table::new("b").touches("c_id", "c"),
        Table::new("c").touches("b_id", "b"),
    ];
    assert!(refused(&tables).contains("`b` touches `c` touches `b`"));
}

#[test]
fn a_tree_in_one_table_is_no_circle() {
    for dialect in DIALECTS {
        sql(dialect, &[Table::new("nodes").touches("parent_id", "nodes")]).unwrap();
    }
    let twice = Table::new("nodes").touches("parent_id", "nodes").touches("root_id", "nodes");
    assert!(refused(&[twice]).contains("by `parent_id` and by `root_id`"));
}

#[test]
fn what_is_touched_must_be_planned_too() {
    let [_, comments] = blog();
    assert_eq!(
        refused(&[comments.clone(), Table::new("post")]),
        "`comments.post_id` touches `posts`, which is not among the tables; did you mean `post`?"
    );
    assert!(refused(&[comments]).contains("not among the tables; write `comments`"));
}

#[test]
fn an_id_of_several_columns_cannot_be_touched() {
    let [posts, comments] = blog();
    let message = refused(&[posts.ids(["blog", "number"]), comments]);
    assert!(message.contains("whose id is `blog`, `number`"), "{message}");
}

#[test]
fn a_table_is_named_once() {
    let [posts, _] = blog();
    assert_eq!(refused(&[posts.clone(), posts]), "the table `posts` is named twice: remove one");
    assert!(sql(Dialect::Sqlite, &[Table::new("posts"), Table::new("Posts")]).is_err(), "in SQLite they are one");
    assert!(sql(Dialect::Postgres, &[Table::new("posts"), Table::new("Posts")]).is_ok(), "in PostgreSQL they are two");
}

#[test]
fn names_are_quoted() {
    for dialect in DIALECTS {
        let sql = sql(dialect, &[Table::new("my \"own\" table").updated_at("it's")]).unwrap();
        assert!(sql.contains(r#""my ""own"" table""#), "{sql}");
        assert!(sql.contains(r#""it's""#), "{sql}");
    }
    assert!(sql(Dialect::Postgres, &[Table::new("blog.posts")]).unwrap().contains(r#" ON "blog"."posts" "#));
}

#[test]
fn functions_of_long_names_are_distinct() {
    let [one, other] = ["a", "b"].map(|end| format!("{}{end}", "x".repeat(60)));
    let sql = sql(Dialect::Postgres, &[Table::new(one), Table::new(other)]).unwrap();
    let mut functions: Vec<_> = sql.lines().filter(|line| line.starts_with("CREATE OR REPLACE FUNCTION")).collect();
    let created = functions.len();
    functions.dedup();
    assert_eq!((created, functions.len()), (2, 2));
    assert!(functions.iter().all(|function| function.split('"').nth(1).unwrap().len() <= 63), "{functions:?}");
}

#[test]
fn columns_are_checked() {
    let plan = Plan::new(Dialect::Sqlite, &blog()).unwrap();
    let columns = |comments: &[[&str; 3]]| {
        let posts = [["posts", "ID", "INTEGER"], ["posts", "updated_at", "TIMESTAMP"]];
        posts.iter().chain(comments).map(|texts| row(*texts)).collect::<Vec<_>>()
    };
    let own = [["comments", "id", "INTEGER"], ["comments", "updated_at", "TEXT"], ["comments", "postid", "INTEGER"]];
    let check = |comments: &[[&str; 3]]| plan.check_columns(&columns(comments)).map_err(|error| error.to_string());
    assert!(check(&[]).unwrap_err().starts_with("there is no table `comments`"));
    let message = check(&own).unwrap_err();
    assert_eq!(message, "the table `comments` has no column `post_id`; did you mean `postid`?");
    assert_eq!(check(&[own[0], own[1], ["comments", "post_id", "INTEGER"]]), Ok(()));
    let message = check(&[own[0], ["comments", "updated_at", "BIGINT"], ["comments", "post_id", ""]]).unwrap_err();
    assert!(message.contains("is of type BIGINT: write `#[cache(updated_at, stamp = \"micros\")]`"), "{message}");
}

#[test]
fn a_stamp_fits_its_column() {
    let fits = |dialect, stamp, declared| {
        let plan = Plan::new(dialect, &[Table::new("posts").stamp(stamp)]).unwrap();
        plan.check_columns(&[row(["posts", "id", "x"]), row(["posts", "updated_at", declared])]).is_ok()
    };
    for (dialect, stamp, right, wrong) in [
        (Dialect::Sqlite, Stamp::Native, "DATETIME", "INTEGER"),
        (Dialect::Sqlite, Stamp::Micros, "INTEGER", "TEXT"),
        (Dialect::Sqlite, Stamp::Millis, "", "varchar(30)"),
        (Dialect::Postgres, Stamp::Native, "timestamp with time zone", "bigint"),
        (Dialect::Postgres, Stamp::Native, "timestamp without time zone", "date"),
        (Dialect::Postgres, Stamp::Micros, "bigint", "integer"),
        (Dialect::Postgres, Stamp::Millis, "bigint", "timestamp with time zone"),
    ] {
        assert!(fits(dialect, stamp, right), "{dialect:?} {stamp:?} {right}");
        assert!(!fits(dialect, stamp, wrong), "{dialect:?} {stamp:?} {wrong}");
    }
}

#[test]
fn what_is_installed_is_compared() {
    for dialect in DIALECTS {
        let plan = Plan::new(dialect, &blog()).unwrap();
        let mut found: Vec<_> = plan.triggers.iter().map(|it| row([&it.table, &it.name, &it.definition])).collect();
        assert_eq!((plan.verify(&found).is_ok(), plan.changes(&found)), (true, None));

        found.push(row(["comments", "cache_touches_comments_author_id_update", "CREATE TRIGGER …"]));
        assert!(plan.verify(&found).unwrap_err().to_string().contains("touches what is touched no more"));
        assert!(
            plan.changes(&found)
                .unwrap()
                .contains("DROP TRIGGER IF EXISTS \"cache_touches_comments_author_id_update\"")
        );

        found[0][2] = "disabled".to_owned();
        assert!(plan.verify(&found).unwrap_err().to_string().contains("is outdated or disabled"));
        assert!(plan.verify(&[]).unwrap_err().to_string().contains("is missing"));
    }
}
