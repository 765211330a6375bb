//! Touches: triggers by which a changed row, and the rows that show it, get a new version.
//!
//! A fragment of a post contains its comments, so a changed comment must change `updated_at` of its post too. Triggers in
//! the database do that for every way to write: an ORM, a bulk statement, a cascade, another program.
//!
//! ```
//! # #[cfg(feature = "sqlite")] {
//! use cache_runtime::model::Cacheable;
//! use cache_runtime::touches::{self, Table};
//! use std::time::SystemTime;
//!
//! #[derive(Cacheable)]
//! struct Post {
//!     id: i64,
//!     updated_at: SystemTime,
//! }
//!
//! #[derive(Cacheable)]
//! #[cache(touches(post_id => "posts"))]
//! struct Comment {
//!     id: i64,
//!     post_id: i64,
//!     updated_at: SystemTime,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let connection = rusqlite::Connection::open_in_memory()?;
//! connection.execute_batch(
//!     "CREATE TABLE posts (id INTEGER PRIMARY KEY, updated_at TEXT);
//!      CREATE TABLE comments (id INTEGER PRIMARY KEY, post_id INTEGER, body TEXT, updated_at TEXT);
//!      INSERT INTO posts (id) VALUES (1);",
//! )?;
//! touches::install(&connection, &[Table::of::<Post>(), Table::of::<Comment>()])?;
//!
//! connection.execute("INSERT INTO comments (post_id, body) VALUES (1, 'Hello')", ())?;
//! let is_touched: bool = connection.query_row("SELECT updated_at IS NOT NULL FROM posts", (), |row| row.get(0))?;
//! assert!(is_touched);
//! # Ok(())
//! # }
//! # main().unwrap();
//! # }
//! ```
//!
//! [`sql`] writes the same triggers for a migration. The guide's page on [touches](crate::guide::touches) says what they cost
//! and what they cannot see.

mod connection;
mod dialect;
mod plan;
mod postgres;
mod sqlite;
mod table;
#[cfg(test)]
mod tests;
mod trigger;

pub use self::connection::{Connection, install, touch, uninstall, verify};
pub use self::dialect::Dialect;
pub use self::plan::{Plan, sql};
pub use self::table::{Stamp, Table, Touchable};
