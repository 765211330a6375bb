//! The rows of the database, which are also what templates show.

use cache_runtime::model::Cacheable;
use jiff::Timestamp;
use rusqlite::Row;
use serde::Serialize;

#[derive(Cacheable, Clone, Debug, Serialize)]
pub struct Post {
    pub id: i64,
    pub title: String,
    pub author: String,
    pub body: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A change of a comment gives its post a new version, too, because the fragment of the post contains the comment.
#[derive(Cacheable, Clone, Debug, Serialize)]
#[cache(touches(post_id => "posts"))]
pub struct Comment {
    pub id: i64,
    pub post_id: i64,
    pub author: String,
    pub body: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Cacheable, Clone, Debug, Serialize)]
#[cache(table = "replies", touches(comment_id => "comments"))]
pub struct Reply {
    pub id: i64,
    pub comment_id: i64,
    pub author: String,
    pub body: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Post {
    pub(crate) const COLUMNS: &str = "id, title, author, body, created_at, updated_at";

    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Post {
            id: row.get(0)?,
            title: row.get(1)?,
            author: row.get(2)?,
            body: row.get(3)?,
            created_at: row.get(4)?,
            updated_at: row.get(5)?,
        })
    }
}

impl Comment {
    pub(crate) const COLUMNS: &str = "id, post_id, author, body, created_at, updated_at";

    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Comment {
            id: row.get(0)?,
            post_id: row.get(1)?,
            author: row.get(2)?,
            body: row.get(3)?,
            created_at: row.get(4)?,
            updated_at: row.get(5)?,
        })
    }
}

impl Reply {
    pub(crate) const COLUMNS: &str = "id, comment_id, author, body, created_at, updated_at";

    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Reply {
            id: row.get(0)?,
            comment_id: row.get(1)?,
            author: row.get(2)?,
            body: row.get(3)?,
            created_at: row.get(4)?,
            updated_at: row.get(5)?,
        })
    }
}
