//! What hooks miss, as the table in their documentation says: each line is shown, so that it is known to be true.

use cache_runtime::model::Cacheable as _;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelBehavior as _, ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _,
    Database, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, TransactionTrait as _,
};

use crate::blog::{self, name, touches, versions};
use crate::entities::hooked::{comment, post, user};
use crate::watched::Watched;

fn comment(id: i64, post_id: i64) -> comment::ActiveModel {
    comment::ActiveModel { id: Set(id), post_id: Set(Some(post_id)), ..Default::default() }
}

fn changed_comment(id: i64, body: &str) -> comment::ActiveModel {
    comment::ActiveModel { id: Set(id), body: Set(Some(body.to_owned())), ..Default::default() }
}

#[tokio::test]
async fn update_without_returning_touches_what_is_left_and_nothing_else() {
    for db in &blog::without_triggers().await {
        touches! { db:
            "c1" by changed_comment(1, "x").update_without_returning(db);
            "c1 p1" by comment(1, 2).update_without_returning(db);
        }
    }
}

#[tokio::test]
async fn an_entity_that_inserts_touches_nothing() {
    for db in &blog::without_triggers().await {
        let upsert = OnConflict::column(comment::Column::Id).update_column(comment::Column::PostId).to_owned();
        touches! { db:
            "c7" by comment::Entity::insert(comment(7, 1)).exec(db);
            "c8 c9" by comment::Entity::insert_many([comment(8, 1), comment(9, 2)]).exec(db);
            "" by comment::Entity::insert(comment(1, 2)).on_conflict(upsert).exec(db);
        }
    }
}

#[tokio::test]
async fn an_entity_that_updates_touches_nothing() {
    for db in &blog::without_triggers().await {
        touches! { db:
            "" by comment::Entity::update(changed_comment(1, "x")).exec(db);
            "" by comment::Entity::update_many().col_expr(comment::Column::Body, Expr::value("y")).exec(db);
        }
        let changed = comment::Entity::find_by_id(1).one(db).await.unwrap().unwrap();
        assert_eq!(changed.body.as_deref(), Some("y"), "{}", name(db));
    }
}

#[tokio::test]
async fn an_entity_that_deletes_touches_nothing() {
    for db in &blog::without_triggers().await {
        touches! { db:
            "" by comment::Entity::delete(comment(1, 1)).exec(db);
            "" by comment::Entity::delete_by_id(2).exec(db);
            "" by comment::Entity::delete_many().filter(comment::Column::PostId.eq(2)).exec(db);
        }
        assert_eq!(comment::Entity::find().all(db).await.unwrap(), [], "{}", name(db));
    }
}

#[tokio::test]
async fn raw_sql_touches_nothing() {
    for db in &blog::without_triggers().await {
        touches! { db: "" by db.execute_unprepared("UPDATE comments SET body = 'x', post_id = 2"); }
    }
}

#[tokio::test]
async fn what_a_foreign_key_deletes_or_sets_to_null_touches_nothing() {
    for db in &blog::without_triggers().await {
        touches! { db: "" by user::ActiveModel { id: Set(1), ..Default::default() }.delete(db); }
        let comment = comment::Entity::find_by_id(3).one(db).await.unwrap().unwrap();
        assert_eq!(comment.author_id, None, "{}: it is changed and has its old version", name(db));
    }
    for db in &blog::without_triggers().await {
        touches! { db: "" by post::ActiveModel { id: Set(2), ..Default::default() }.delete(db); }
        assert!(!versions(db).await.contains_key("c3"), "{}: it is gone from its author, too", name(db));
    }
}

#[tokio::test]
async fn outside_of_a_transaction_a_reader_sees_a_left_parent_that_is_new_and_still_has_the_row() {
    for db in &blog::without_triggers().await {
        let watched = Watched::new(db, |db| async move { (versions(db).await["p1"], has_comment(db).await) });
        comment(1, 2).update(&watched).await.unwrap();
        let last = versions(db).await["p1"];
        assert!(watched.seen().contains(&(last, true)), "{}", name(db));
        assert!(!has_comment(db).await, "{}", name(db));
    }
}

async fn has_comment(db: &sea_orm::DatabaseConnection) -> bool {
    comment::Entity::find_by_id(1).one(db).await.unwrap().unwrap().post_id == Some(1)
}

#[tokio::test]
async fn outside_of_a_transaction_a_reader_sees_a_change_whose_parent_is_old() {
    for db in &blog::without_triggers().await {
        let before = versions(db).await["p1"];
        let is_changed = async |db: &_| comment::Entity::find_by_id(1).one(db).await.unwrap().unwrap().body.is_some();
        let watched = Watched::new(db, |db| async move { (versions(db).await["p1"], is_changed(db).await) });
        changed_comment(1, "x").update(&watched).await.unwrap();
        assert!(watched.seen().contains(&(before, true)), "{}", name(db));
        assert!(versions(db).await["p1"] > before, "{}: afterwards it is new", name(db));
    }
}

#[tokio::test]
async fn outside_of_a_transaction_the_second_of_two_saves_may_write_no_later_version() {
    for db in &blog::without_triggers().await {
        let one = changed_comment(1, "one").before_save(db, false).await.unwrap();
        let other = changed_comment(1, "other").before_save(db, false).await.unwrap();
        let other = comment::Entity::update(other).exec(db).await.unwrap();
        let one = comment::Entity::update(one).exec(db).await.unwrap();
        // The clock of SQLite has milliseconds.
        assert!(one.updated_at <= other.updated_at, "{}", name(db));
        assert_eq!(versions(db).await["c1"], one.updated_at().unwrap(), "{}", name(db));
    }
}

#[tokio::test]
async fn a_transaction_of_sqlite_that_has_read_before_another_save_is_refused_and_writes_no_earlier_version() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("blog.sqlite3").display());
    let [db, other] = [Database::connect(&url).await.unwrap(), Database::connect(&url).await.unwrap()];
    blog::run(&db, "PRAGMA journal_mode = WAL").await;
    blog::fill(&db).await;

    let transaction = db.begin().await.unwrap();
    let one = changed_comment(1, "one").before_save(&transaction, false).await.unwrap();
    let saved = changed_comment(1, "other").update(&other).await.unwrap();
    let error = comment::Entity::update(one).exec(&transaction).await.unwrap_err();
    assert!(error.to_string().contains("locked"), "{error}");
    transaction.rollback().await.unwrap();
    assert_eq!(versions(&db).await["c1"], saved.updated_at().unwrap());
}

#[tokio::test]
async fn a_parent_is_touched_once_for_each_row() {
    for db in &blog::without_triggers().await {
        let watched = Watched::new(db, |db| async move { versions(db).await["p1"] });
        for comment in comment::Entity::find().filter(comment::Column::PostId.eq(1)).all(db).await.unwrap() {
            comment.into_active_model().update(&watched).await.unwrap();
        }
        let mut seen = watched.seen();
        seen.push(versions(db).await["p1"]);
        seen.dedup();
        assert_eq!(seen.len(), 1 + 2, "{}", name(db));
    }
}
