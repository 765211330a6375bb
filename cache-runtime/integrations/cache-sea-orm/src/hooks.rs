//! Touches without triggers: by the hooks that SeaORM runs when an `ActiveModel` is saved or deleted.
//!
//! They are for a database in which the program may not make triggers. A write that runs no hooks touches nothing, so prefer
//! the triggers of [`install`](crate::install) where you may, and do not have both.
//!
//! ```
//! mod post {
//!     use sea_orm::entity::prelude::*;
//!
//!     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
//!     #[sea_orm(table_name = "posts")]
//!     pub struct Model {
//!         #[sea_orm(primary_key)]
//!         pub id: i64,
//!         pub updated_at: DateTimeUtc,
//!     }
//!
//!     #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
//!     pub enum Relation {}
//!
//!     impl ActiveModelBehavior for ActiveModel {
//!         cache_sea_orm::touches!(); // a saved post gets a new version
//!     }
//! }
//!
//! mod comment {
//!     use sea_orm::entity::prelude::*;
//!
//!     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
//!     #[sea_orm(table_name = "comments")]
//!     pub struct Model {
//!         #[sea_orm(primary_key)]
//!         pub id: i64,
//!         pub post_id: Option<i64>,
//!         pub updated_at: DateTimeUtc,
//!     }
//!
//!     #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
//!     pub enum Relation {}
//!
//!     impl ActiveModelBehavior for ActiveModel {
//!         cache_sea_orm::touches!(post_id => super::post::Entity); // and its post one, too
//!     }
//! }
//!
//! # #[cfg(feature = "sqlite")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), sea_orm::DbErr> {
//! use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, Database, EntityTrait, TransactionTrait};
//!
//! let db = Database::connect("sqlite::memory:").await?;
//! # db.execute_unprepared("CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT NOT NULL);
//! #     CREATE TABLE comments (id INTEGER PRIMARY KEY, post_id BIGINT, updated_at TEXT NOT NULL)").await?;
//! let post = post::ActiveModel { id: Set(1), ..Default::default() }.insert(&db).await?;
//! let transaction = db.begin().await?; // so that a comment and the version of its post change at once
//! comment::ActiveModel { post_id: Set(Some(post.id)), ..Default::default() }.insert(&transaction).await?;
//! transaction.commit().await?;
//!
//! let touched = post::Entity::find_by_id(post.id).one(&db).await?.expect("it is in the table");
//! assert!(touched.updated_at > post.updated_at);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "sqlite"))]
//! # fn main() {}
//! ```
//!
//! [`touches!`](crate::touches!) is all that one writes: before a save it sets `updated_at`, and after a save or a delete it
//! touches the rows above, which runs their own `after_save`, so that they touch theirs. Each version is later than the one
//! before, by the clock of the database. To touch a row for another reason, save it unchanged:
//! `post.into_active_model().update(&db)`.
//!
//! # What they miss
//!
//! | write | its own version | the rows above |
//! |---|---|---|
//! | `insert`, `update`, `save` and `delete` of an `ActiveModel`, `delete` of a `Model` | new | touched |
//! | `update_without_returning` | new | **not touched**; a row above that it moves away from is |
//! | `Entity::insert`, `insert_many`, also with `on_conflict` | **as written** | **not touched** |
//! | `Entity::update`, `update_many` | **as written** | **not touched** |
//! | `Entity::delete`, `delete_by_id`, `delete_many` | | **not touched** |
//! | raw SQL, another program | **as written** | **not touched** |
//! | `ON DELETE CASCADE`, `ON DELETE SET NULL` | **old** | **not touched** |
//! | a row that moves from one parent to another | new | both touched |
//!
//! - Save in a transaction. Outside of one, a reader that comes between two statements sees a change whose parent has the old
//!   version, and the parent that a row moves away from with a new version and the row still in it, which it then may cache.
//!   A program that ends there leaves the parent untouched.
//! - Outside of a transaction, of two saves of one row at the same moment the second one may write the earlier version, or in
//!   SQLite, whose clock has milliseconds, the same one.
//! - Hooks read before they write. In SQLite a transaction that has read is refused as "locked" if another one has written
//!   meanwhile: begin it as `Immediate`, by SeaORM's `TransactionOptions`.
//! - Rows above are touched once for each row that is saved, and not once for each statement.
//! - `updated_at` is the field of this name, of a type of moments such as `DateTimeUtc`, `DateTimeWithTimeZone` or
//!   `TimeDateTimeWithTimeZone`. A touched entity has a primary key of one column.
//!
//! # Hooks of your own
//!
//! `touches!` writes all four hooks, and the compiler refuses a second one. With code of your own in one of them, write them by
//! hand, and call [`next_version`] and [`touch_row`]:
//!
//! ```
//! # mod post {
//! #     use sea_orm::entity::prelude::*;
//! #     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
//! #     #[sea_orm(table_name = "posts")]
//! #     pub struct Model {
//! #         #[sea_orm(primary_key)]
//! #         pub id: i64,
//! #         pub updated_at: DateTimeUtc,
//! #     }
//! #     #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
//! #     pub enum Relation {}
//! #     impl ActiveModelBehavior for ActiveModel { cache_sea_orm::touches!(); }
//! # }
//! # mod comment {
//! #     use sea_orm::entity::prelude::*;
//! #     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
//! #     #[sea_orm(table_name = "comments")]
//! #     pub struct Model {
//! #         #[sea_orm(primary_key)]
//! #         pub id: i64,
//! #         pub post_id: Option<i64>,
//! #         pub body: String,
//! #         pub updated_at: DateTimeUtc,
//! #     }
//! #     #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
//! #     pub enum Relation {}
//! use cache_sea_orm::hooks;
//! use sea_orm::ActiveValue::Set;
//!
//! #[async_trait::async_trait]
//! impl ActiveModelBehavior for ActiveModel {
//!     async fn before_save<C: ConnectionTrait>(mut self, db: &C, _insert: bool) -> Result<Self, DbErr> {
//!         self.body = Set(self.body.take().unwrap_or_default().trim().to_owned());
//!         self.updated_at = Set(hooks::next_version(&self, db).await?);
//!         Ok(self)
//!     }
//!
//!     async fn after_save<C: ConnectionTrait>(model: Model, db: &C, _insert: bool) -> Result<Model, DbErr> {
//!         hooks::touch_row::<super::post::Entity, _>(db, model.post_id).await?;
//!         Ok(model)
//!     }
//! }
//! # }
//! # fn main() {}
//! ```

mod cascade;
mod expand;
mod row;
mod version;

pub use self::row::touch_row;
#[doc(hidden)]
pub use self::row::{stored_row, touch_left_row};
pub use self::version::next_version;
