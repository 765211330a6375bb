//! What touches know of a table.

use crate::model::Cacheable;

/// A model that is a row of a table, which the derive of [`Cacheable`](trait@Cacheable) also makes it.
///
/// `#[cache(table = "…")]` names the table; without, it is the model's name with an `s`. Columns have the names of the fields
/// that make the key, or those that `#[cache(id, column = "…")]` and `#[cache(updated_at, column = "…")]` give.
///
/// ```
/// use cache_runtime::model::Cacheable;
/// use cache_runtime::touches::{Stamp, Table};
/// use std::time::SystemTime;
///
/// #[derive(Cacheable)]
/// #[cache(table = "replies", touches(comment_id => "comments"))]
/// struct Reply {
///     id: i64,
///     comment_id: Option<i64>,
///     #[cache(updated_at, column = "changed", stamp = "micros")]
///     changed_at: SystemTime,
/// }
///
/// let by_hand = Table::new("replies").updated_at("changed").stamp(Stamp::Micros).touches("comment_id", "comments");
/// assert_eq!(Table::of::<Reply>(), by_hand);
/// ```
pub trait Touchable: Cacheable {
    /// The table of the model, and whom its rows touch.
    fn table() -> Table;

    /// The values of the columns of the id, as texts.
    fn id_values(&self) -> Vec<String>;
}

/// A table whose rows have versions, and the rows of other tables that its rows touch.
///
/// See [`Touchable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub(super) name: String,
    pub(super) ids: Vec<String>,
    pub(super) updated_at: String,
    pub(super) stamp: Stamp,
    pub(super) touches: Vec<Touch>,
}

/// A column that names the row to be touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Touch {
    pub(super) column: String,
    pub(super) parent: String,
}

/// The form in which a column holds the moment of the last change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stamp {
    /// The database's own: `timestamp` or `timestamptz` in PostgreSQL; in SQLite a text such as
    /// `2026-11-27 20:47:51.543001+00:00`, which rusqlite and sqlx read as the types of chrono, jiff and time.
    #[default]
    Native,
    /// Microseconds since 1970, as a whole number. In SQLite it costs a fraction of a text.
    Micros,
    /// Milliseconds since 1970, as a whole number. A row that is changed more than once in a millisecond is ahead of the
    /// clock for a moment.
    Millis,
}

impl Table {
    /// The table of a model.
    ///
    /// ```
    /// use cache_runtime::model::Cacheable;
    /// use cache_runtime::touches::Table;
    /// use std::time::SystemTime;
    ///
    /// #[derive(Cacheable)]
    /// struct Post {
    ///     id: i64,
    ///     updated_at: SystemTime,
    /// }
    ///
    /// assert_eq!(Table::of::<Post>(), Table::new("posts"));
    /// ```
    #[must_use]
    pub fn of<M: Touchable>() -> Self {
        M::table()
    }

    /// A table of this name, with the columns `id` and `updated_at`. It touches nothing.
    ///
    /// In PostgreSQL the name may have a schema in front, as in `blog.posts`.
    ///
    /// ```
    /// use cache_runtime::touches::Table;
    ///
    /// let table = Table::new("comments").touches("post_id", "posts");
    /// ```
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        let (ids, updated_at) = (vec!["id".to_owned()], "updated_at".to_owned());
        Table { name: name.into(), ids, updated_at, stamp: Stamp::default(), touches: Vec::new() }
    }

    /// Sets the columns of the id, which together tell one row from another.
    ///
    /// ```
    /// use cache_runtime::touches::Table;
    ///
    /// let table = Table::new("line_items").ids(["order_id", "position"]);
    /// ```
    #[must_use]
    pub fn ids(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.ids = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the column of the last change.
    ///
    /// ```
    /// use cache_runtime::touches::Table;
    ///
    /// let table = Table::new("posts").updated_at("changed_at");
    /// ```
    #[must_use]
    pub fn updated_at(mut self, column: impl Into<String>) -> Self {
        self.updated_at = column.into();
        self
    }

    /// Sets the form in which that column holds a moment.
    ///
    /// ```
    /// use cache_runtime::touches::{Stamp, Table};
    ///
    /// let table = Table::new("posts").stamp(Stamp::Micros);
    /// ```
    #[must_use]
    pub fn stamp(mut self, stamp: Stamp) -> Self {
        self.stamp = stamp;
        self
    }

    /// Touches the row of another table, or of this one, whose id is in this column. Null touches nothing.
    ///
    /// ```
    /// use cache_runtime::touches::Table;
    ///
    /// let table = Table::new("comments").touches("post_id", "posts").touches("author_id", "users");
    /// ```
    #[must_use]
    pub fn touches(mut self, column: impl Into<String>, parent: impl Into<String>) -> Self {
        self.touches.push(Touch { column: column.into(), parent: parent.into() });
        self
    }
}
