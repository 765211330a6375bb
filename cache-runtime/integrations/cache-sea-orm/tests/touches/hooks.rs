//! Hooks see what is saved and deleted as an `ActiveModel`.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait as _, DbBackend, EntityTrait as _, IntoActiveModel as _,
    ModelTrait as _, Statement, TransactionTrait as _,
};

use crate::blog::{self, is_sqlite, name, touches, versions};
use crate::entities::hooked::{comment, post, reply};
use crate::entities::node;

fn new_comment(id: i64, post_id: Option<i64>) -> comment::ActiveModel {
    comment::ActiveModel { id: Set(id), post_id: Set(post_id), ..Default::default() }
}

fn changed_comment(id: i64, body: &str) -> comment::ActiveModel {
    comment::ActiveModel { id: Set(id), body: Set(Some(body.to_owned())), ..Default::default() }
}

#[tokio::test]
async fn each_active_model_touches_all_above_it_and_no_sibling() {
    for db in &blog::without_triggers().await {
        let comment = comment::Entity::find_by_id(3).one(db).await.unwrap().unwrap();
        let reply = reply::Entity::find_by_id(1).one(db).await.unwrap().unwrap();
        let mut changed_reply = reply.clone().into_active_model();
        changed_reply.body = Set(Some("x".to_owned()));
        touches! { db:
            "c1 p1 r1" by changed_reply.update(db);
            "c9 p2" by new_comment(9, Some(2)).insert(db);
            "c9 p2" by changed_comment(9, "x").update(db);
            "c9 p1 p2" by new_comment(9, Some(1)).update(db);
            "c9 p1" by new_comment(9, Some(1)).save(db);
            "c9 p1" by new_comment(9, None).update(db);
            "c9 p2" by new_comment(9, Some(2)).update(db);
            "p2" by comment::ActiveModel { id: Set(9), ..Default::default() }.delete(db);
            "c8" by new_comment(8, None).insert(db);
            "" by new_comment(8, None).delete(db);
            "c1 p1" by reply.delete(db);
            "c3 p2 u1" by comment.clone().into_active_model().update(db);
            "p2 u1" by comment.delete(db);
            "p2" by post::ActiveModel { id: Set(2), title: Set(None), ..Default::default() }.update(db);
        }
    }
}

#[tokio::test]
async fn a_row_that_another_program_has_moved_touches_the_parent_that_it_has_now() {
    for db in &blog::without_triggers().await {
        let stale = comment::Entity::find_by_id(1).one(db).await.unwrap().unwrap();
        blog::run(db, "UPDATE comments SET post_id = 2 WHERE id = 1").await;
        touches! { db: "p2" by stale.delete(db); }
    }
}

#[tokio::test]
async fn a_version_is_later_than_the_one_before_whatever_the_program_writes() {
    for db in &blog::without_triggers().await {
        let mut version = versions(db).await["p1"];
        for title in 0..500 {
            let title = Set(Some(title.to_string()));
            let post = post::ActiveModel { id: Set(1), title, ..Default::default() }.update(db).await.unwrap();
            assert!(SystemTime::from(post.updated_at) > version, "{}", name(db));
            version = post.updated_at.into();
        }
        assert_eq!(versions(db).await["p1"], version, "{}: what is returned is stored", name(db));

        let future = SystemTime::now() + Duration::from_secs(1_000_000);
        blog::run(db, "UPDATE posts SET updated_at = '2999-01-01 00:00:00+00:00' WHERE id = 1").await;
        for written in [SystemTime::UNIX_EPOCH, future] {
            let updated_at = Set(DateTimeUtc::from(written));
            touches! { db:
                "p1" by post::ActiveModel { id: Set(1), updated_at, ..Default::default() }.update(db);
                "c1 p1" by changed_comment(1, "x").update(db);
            }
        }
    }
}

#[tokio::test]
async fn a_new_row_has_the_time_of_the_database() {
    for db in &blog::without_triggers().await {
        let post = post::ActiveModel { id: Set(9), ..Default::default() }.insert(db).await.unwrap();
        let age = SystemTime::now().duration_since(post.updated_at.into()).unwrap();
        assert!(age < Duration::from_secs(60), "{}: {age:?}", name(db));
    }
}

#[tokio::test]
async fn a_transaction_touches_when_it_commits_and_not_when_it_rolls_back() {
    for db in &blog::without_triggers().await {
        for (commits, rows) in [(false, ""), (true, "c1 p1 p2")] {
            let touched = blog::touched(db, async |db| {
                let transaction = db.begin().await.unwrap();
                new_comment(1, Some(2)).update(&transaction).await.unwrap();
                if commits {
                    transaction.commit().await.unwrap();
                } else {
                    transaction.rollback().await.unwrap();
                }
            });
            assert_eq!(touched.await, rows, "{}", name(db));
        }
    }
}

#[tokio::test]
async fn a_tree_is_touched_up_to_its_root_and_a_circle_of_rows_stops_no_write() {
    for db in &blog::of_each_kind().await {
        let schema = "CREATE TABLE nodes (id BIGINT PRIMARY KEY, parent_id BIGINT, changed_at TIMESTAMPTZ NOT NULL)";
        blog::run(db, schema).await;
        let node = |id, parent_id| node::ActiveModel { id: Set(id), parent_id: Set(parent_id), ..Default::default() };
        for (id, parent) in [(1, None), (2, Some(1)), (3, Some(2)), (4, Some(3)), (5, Some(2))] {
            node(id, parent).insert(db).await.unwrap();
        }
        let versions = async || {
            node::Entity::find()
                .all(db)
                .await
                .unwrap()
                .into_iter()
                .map(|node| (node.id, node.updated_at))
                .collect::<BTreeSet<_>>()
        };
        for (id, parent, touched) in [
            (4, 3, vec![1, 2, 3, 4]),
            (4, 1, vec![1, 2, 3, 4]),
            (1, 4, vec![1, 4]),
            (2, 1, vec![1, 2, 4]),
            (4, 4, vec![1, 4]),
        ] {
            let before = versions().await;
            node(id, Some(parent)).update(db).await.unwrap();
            let after = versions().await;
            let changed: Vec<_> = after.difference(&before).map(|(id, _)| *id).collect();
            assert_eq!(changed, touched, "{}: {id} below {parent}", name(db));
        }
    }
}

/// In PostgreSQL alone: SQLite has one writer.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_eight_transactions_that_save_one_row_each_writes_a_later_version_than_the_one_before() {
    const CHANGES: i64 = 20;
    let all = blog::without_triggers().await;
    let Some(db) = all.into_iter().find(|db| !is_sqlite(db)) else { return };
    // What is written, in this order: a row is locked while its trigger runs.
    let trigger = "CREATE TABLE seen (id BIGSERIAL, before TIMESTAMPTZ, after TIMESTAMPTZ);
        CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN INSERT INTO seen (before, after) VALUES (OLD.updated_at, NEW.updated_at); RETURN NULL; END $$;
        CREATE TRIGGER see_comment AFTER UPDATE ON comments FOR EACH ROW EXECUTE FUNCTION see();
        CREATE TRIGGER see_post AFTER UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION see();";
    blog::run(&db, trigger).await;
    let writers = (0..8).map(|_| {
        let db = db.clone();
        tokio::spawn(async move {
            for change in 0..CHANGES {
                let transaction = db.begin().await.unwrap();
                changed_comment(1, &change.to_string()).update(&transaction).await.unwrap();
                transaction.commit().await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let count = "SELECT count(*), count(*) FILTER (WHERE after > before) FROM seen";
    let counts = db.query_one_raw(Statement::from_string(DbBackend::Postgres, count)).await.unwrap().unwrap();
    let written = 8 * CHANGES * 2;
    assert_eq!(counts.try_get_many_by_index::<(i64, i64)>().unwrap(), (written, written), "the comment and its post");
}
