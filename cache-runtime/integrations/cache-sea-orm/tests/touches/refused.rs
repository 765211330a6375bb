//! What touches refuse, and what they say.

use async_trait::async_trait;
use cache_runtime::touches::Table;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};

use crate::blog::{self, name};
use crate::entities::hooked::{comment, user};

/// A connection to MySQL, which nobody asks.
struct MySql;

#[async_trait]
impl ConnectionTrait for MySql {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::MySql
    }

    async fn execute_raw(&self, _: Statement) -> Result<ExecResult, DbErr> {
        panic!("it is refused before")
    }

    async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
        panic!("it is refused before")
    }

    async fn query_one_raw(&self, _: Statement) -> Result<Option<QueryResult>, DbErr> {
        panic!("it is refused before")
    }

    async fn query_all_raw(&self, _: Statement) -> Result<Vec<QueryResult>, DbErr> {
        panic!("it is refused before")
    }
}

#[tokio::test]
async fn mysql_is_refused_with_what_is_supported() {
    let supported = "there are touches for SQLite and PostgreSQL, and none for MySql: set `updated_at` yourself";
    let error = cache_sea_orm::verify(&MySql, &[Table::new("posts")]).await.unwrap_err();
    assert_eq!(error.to_string(), supported);
    let error = user::ActiveModel { id: Set(1), ..Default::default() }.insert(&MySql).await.unwrap_err();
    assert!(error.to_string().ends_with(supported), "{error}");
}

/// Entities that hooks cannot touch, as if they were of the comments.
#[expect(unreachable_pub, reason = "the derives of SeaORM make public items")]
mod unfit {
    macro_rules! entity {
        ($module:ident, { $($fields:tt)* }, [$($hooks:tt)*]) => {
            pub mod $module {
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
                #[sea_orm(table_name = "comments")]
                pub struct Model {
                    #[sea_orm(primary_key)]
                    pub id: i64,
                    $($fields)*
                }

                #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {}

                impl ActiveModelBehavior for ActiveModel {
                    $($hooks)*
                }
            }
        };
    }

    entity!(without_version, { pub body: String }, []);
    entity!(of_two_columns, { #[sea_orm(primary_key)] pub number: i64, pub updated_at: DateTimeUtc }, []);
    entity!(in_numbers, { pub updated_at: i64 }, [cache_sea_orm::touches!();]);
}

#[tokio::test]
async fn an_entity_that_does_not_fit_is_refused() {
    for db in &blog::without_triggers().await {
        for (error, message) in [
            (
                cache_sea_orm::hooks::touch_row::<unfit::without_version::Entity, _>(db, 1_i64).await.unwrap_err(),
                "the entity of `comments` has no field `updated_at`, which a touch changes",
            ),
            (
                cache_sea_orm::hooks::touch_row::<unfit::of_two_columns::Entity, _>(db, 1_i64).await.unwrap_err(),
                "`comments` has a primary key of several columns: a touched table has one column as its id",
            ),
            (
                unfit::in_numbers::ActiveModel { id: Set(1), ..Default::default() }.update(db).await.unwrap_err(),
                "hooks write no number into `updated_at` of `comments`: take a type of moments such as `DateTimeUtc`",
            ),
        ] {
            assert!(error.to_string().contains(message), "{}: {error}", name(db));
        }
    }
}

#[tokio::test]
async fn a_touch_of_a_row_that_is_not_there_is_no_error() {
    for db in &blog::without_triggers().await {
        cache_sea_orm::hooks::touch_row::<comment::Entity, _>(db, 99_i64).await.unwrap();
        cache_sea_orm::hooks::touch_row::<comment::Entity, _>(db, None::<i64>).await.unwrap();
    }
}
