//! A blog of posts, comments and replies, as an example of fragment caching.
//!
//! A request goes through these files: `routes` finds the page, `database` reads what it needs in one transaction, and `pages`
//! renders it. `limits` says how much one visitor may write. `explain` shows the fragments of the page when asked to, and
//! `weather` asks another server.

mod database;
mod explain;
mod forms;
mod limits;
mod models;
mod pages;
mod problem;
mod routes;
mod seed;
mod weather;

pub use self::database::{Database, Snapshot};
pub use self::models::{Comment, Post, Reply};
pub use self::pages::{Pages, comments_of, replies_of};
pub use self::routes::{Blog, router};
pub use self::weather::{Weather, stand_in};
