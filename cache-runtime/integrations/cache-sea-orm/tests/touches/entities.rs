//! A blog, once without hooks and once with: replies below comments below posts, and comments below users, too.
//!
//! Each type of moments that SeaORM has is the type of a column.
#![expect(unreachable_pub, reason = "the derives of SeaORM make public items")]

macro_rules! entities {
    ($set:ident, [$($user:tt)*] [$($post:tt)*] [$($comment:tt)*] [$($reply:tt)*]) => {
        pub mod $set {
            entities!(user "user" "users", DateTimeUtc, {}, [$($user)*]);
            entities!(post "post" "posts", DateTimeUtc, { pub title: Option<String> }, [$($post)*]);
            entities!(
                comment "comment" "comments",
                DateTimeWithTimeZone,
                {
                    pub post_id: Option<i64>,
                    pub author_id: Option<i64>,
                    pub body: Option<String>
                },
                [$($comment)*]
            );
            entities!(
                reply "reply" "replies",
                TimeDateTimeWithTimeZone,
                { pub comment_id: i64, pub body: Option<String> },
                [$($reply)*]
            );
        }
    };
    ($module:ident $name:literal $table:literal, $moment:ident, { $($fields:tt)* }, [$($hooks:tt)*]) => {
        pub mod $module {
            use cache_runtime::model::Cacheable;
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Cacheable)]
            #[sea_orm(table_name = $table)]
            #[cache(name = $name, table = $table)]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i64,
                pub updated_at: $moment,
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

entities!(plain, [] [] [] []);

entities!(
    hooked,
    [cache_sea_orm::touches!();]
    [cache_sea_orm::touches!();]
    [cache_sea_orm::touches!(post_id => super::post::Entity, author_id => super::user::Entity);]
    [cache_sea_orm::touches!(comment_id => super::comment::Entity);]
);

/// A tree in one table.
pub mod node {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "nodes")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub parent_id: Option<i64>,
        #[sea_orm(column_name = "changed_at")]
        pub updated_at: DateTimeUtc,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {
        cache_sea_orm::touches!(parent_id => Entity);
    }
}
