//! Triggers see every write of SeaORM.

use std::time::SystemTime;

use cache_runtime::model::key_for;
use cache_runtime::touches::Table;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _,
    IntoActiveModel as _, ModelTrait as _, QueryFilter as _, TransactionTrait as _,
};

use crate::blog::{self, is_sqlite, name, tables, touches, versions};
use crate::entities::plain::{comment, post, reply, user};
use crate::watched::Watched;

fn new_comment(id: i64, post_id: Option<i64>) -> comment::ActiveModel {
    comment::ActiveModel { id: Set(id), post_id: Set(post_id), ..Default::default() }
}

fn changed_comment(id: i64, body: &str) -> comment::ActiveModel {
    comment::ActiveModel { id: Set(id), body: Set(Some(body.to_owned())), ..Default::default() }
}

#[tokio::test]
async fn each_write_touches_all_above_it_and_no_sibling() {
    for db in &blog::with_triggers().await {
        let reply = reply::Entity::find_by_id(1).one(db).await.unwrap().unwrap();
        let upsert = OnConflict::column(comment::Column::Id).update_column(comment::Column::PostId).to_owned();
        touches! { db:
            "c9 p2" by new_comment(9, Some(2)).insert(db);
            "c9 p2" by changed_comment(9, "x").update(db);
            "c9 p1 p2" by new_comment(9, Some(1)).update(db);
            "c9 p1" by new_comment(9, None).save(db);
            "c9" by new_comment(9, None).update_without_returning(db);
            "" by new_comment(9, None).delete(db);
            "c7 c8 p1 p2" by comment::Entity::insert_many([new_comment(7, Some(1)), new_comment(8, Some(2))]).exec(db);
            "c7 p1 p2" by comment::Entity::insert(new_comment(7, Some(2))).on_conflict(upsert).exec(db);
            "c7 p2" by comment::Entity::update(changed_comment(7, "x")).exec(db);
            "p2" by comment::Entity::delete_by_id(7).exec(db);
            "c1 p1" by reply.delete(db);
            "c1 c2 p1" by comment::Entity::update_many()
                .col_expr(comment::Column::Body, Expr::value("x")).filter(comment::Column::PostId.eq(1)).exec(db);
            "p1 p2" by comment::Entity::delete_many().filter(comment::Column::Id.is_in([2, 8])).exec(db);
            "c3 p2" by user::Entity::delete_many().exec(db);
            "" by post::Entity::delete_by_id(1).exec(db);
            "c3 p2" by db.execute_unprepared("DELETE FROM replies");
        }
    }
}

#[tokio::test]
async fn a_row_that_is_deleted_by_a_cascade_touches_too() {
    for db in &blog::with_triggers().await {
        touches! { db: "u1" by post::Entity::delete_by_id(2).exec(db); }
        assert!(!versions(db).await.contains_key("c3"), "{}", name(db));
    }
}

#[tokio::test]
async fn a_transaction_touches_when_it_commits_and_not_when_it_rolls_back() {
    for db in &blog::with_triggers().await {
        for (commits, rows) in [(false, ""), (true, "c1 p1")] {
            let touched = blog::touched(db, async |db| {
                let transaction = db.begin().await.unwrap();
                changed_comment(1, "x").update(&transaction).await.unwrap();
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
async fn triggers_that_a_transaction_installs_go_with_it() {
    for db in &blog::with_tables().await {
        let transaction = db.begin().await.unwrap();
        cache_sea_orm::install(&transaction, &tables()).await.unwrap();
        cache_sea_orm::verify(&transaction, &tables()).await.unwrap();
        transaction.rollback().await.unwrap();
        assert!(cache_sea_orm::verify(db, &tables()).await.is_err(), "{}", name(db));
    }
}

#[tokio::test]
async fn a_touched_model_has_the_version_that_is_returned() {
    for db in &blog::with_triggers().await {
        let comment = comment::Entity::find_by_id(1).one(db).await.unwrap().unwrap();
        let mut version = None;
        let touched = blog::touched(db, async |db| version = cache_sea_orm::touch(db, &comment).await.unwrap());
        assert_eq!(touched.await, "c1 p1", "{}", name(db));
        assert_eq!(versions(db).await["c1"], version.unwrap(), "{}", name(db));

        let touched = blog::touched(db, async |db| {
            let transaction = db.begin().await.unwrap();
            let version = cache_sea_orm::touch(&transaction, &comment).await.unwrap();
            assert!(version.is_some());
            transaction.rollback().await.unwrap();
        });
        assert_eq!(touched.await, "", "{}", name(db));
        let absent = comment::Model { id: 99, ..comment };
        assert_eq!(cache_sea_orm::touch(db, &absent).await.unwrap(), None, "{}", name(db));
    }
}

/// What the README says of `RETURNING`.
#[tokio::test]
async fn a_saved_model_has_its_version_in_postgresql_and_the_one_before_in_sqlite() {
    for db in &blog::with_triggers().await {
        let before = versions(db).await["c1"];
        let saved = changed_comment(1, "x").update(db).await.unwrap();
        let after = versions(db).await["c1"];
        assert!(after > before);
        let returned = if is_sqlite(db) { before } else { after };
        assert_eq!(SystemTime::from(saved.updated_at), returned, "{}", name(db));
        // A model that is saved again does not write it.
        let mut again = saved.into_active_model();
        again.body = Set(None);
        touches! { db: "c1 p1" by again.update(db); }
    }
}

/// As SeaORM is without its feature `sqlite-use-returning-for-3_35`.
#[tokio::test]
async fn without_returning_a_saved_model_has_its_version() {
    for db in &blog::with_triggers().await {
        let db_without = Watched::new(db, |_| async {}).without_returning();
        let saved = changed_comment(1, "x").update(&db_without).await.unwrap();
        assert_eq!(SystemTime::from(saved.updated_at), versions(db).await["c1"], "{}", name(db));
    }
}

#[tokio::test]
async fn an_inserted_model_without_a_default_has_its_version_in_postgresql_and_is_an_error_in_sqlite() {
    for db in &blog::of_each_kind().await {
        blog::run(db, "CREATE TABLE posts (id BIGINT PRIMARY KEY, title TEXT, updated_at TIMESTAMPTZ)").await;
        cache_sea_orm::install(db, &[Table::of::<post::Model>()]).await.unwrap();
        let inserted = post::ActiveModel { id: Set(1), ..Default::default() }.insert(db).await;
        match inserted {
            Ok(post) => assert_eq!(Some(post), post::Entity::find().one(db).await.unwrap()),
            Err(error) => assert!(is_sqlite(db) && error.to_string().contains("updated_at"), "{error}"),
        }
        assert!(post::Entity::find_by_id(1).one(db).await.unwrap().is_some(), "{}: it is there", name(db));
    }
}

#[tokio::test]
async fn the_key_of_a_post_changes_with_a_reply() {
    for db in &blog::with_triggers().await {
        let key = async || key_for("page", &post::Entity::find_by_id(1).one(db).await.unwrap().unwrap());
        let before = key().await;
        reply::ActiveModel { id: Set(9), comment_id: Set(1), ..Default::default() }.insert(db).await.unwrap();
        let after = key().await;
        assert_ne!(before, after, "{}", name(db));
        reply::Entity::delete_by_id(2).exec(db).await.unwrap();
        assert_eq!(key().await, after, "{}: a reply to another post", name(db));
    }
}

#[tokio::test]
async fn installing_again_changes_nothing_and_removes_what_is_outdated() {
    for db in &blog::with_triggers().await {
        cache_sea_orm::install(db, &tables()).await.unwrap();
        cache_sea_orm::verify(db, &tables()).await.unwrap();
        let untouching = [Table::of::<post::Model>(), Table::of::<user::Model>(), Table::of::<comment::Model>()];
        assert!(cache_sea_orm::verify(db, &untouching).await.is_err(), "{}", name(db));
        cache_sea_orm::install(db, &untouching).await.unwrap();
        cache_sea_orm::verify(db, &untouching).await.unwrap();
        touches! { db: "c1" by changed_comment(1, "x").update(db); }
    }
}

#[tokio::test]
async fn a_table_that_does_not_fit_is_refused() {
    for db in &blog::of_each_kind().await {
        let error = cache_sea_orm::install(db, &tables()).await.unwrap_err().to_string();
        assert!(error.starts_with("there is no table `users`"), "{}: {error}", name(db));
        blog::run(db, "CREATE TABLE posts (id BIGINT PRIMARY KEY, updated_at BIGINT)").await;
        let error = cache_sea_orm::install(db, &[Table::of::<post::Model>()]).await.unwrap_err().to_string();
        assert!(error.to_lowercase().contains("is of type bigint"), "{error}");
    }
}
