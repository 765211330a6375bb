//! The next version of a row, which the database computes in the type of its column.

use std::str::FromStr as _;

use cache_runtime::touches::{Dialect, Stamp};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, Query, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait as _, ColumnType, ConnectionTrait, DbErr, EntityName as _, EntityTrait,
    IdenStatic as _, QueryFilter as _, QuerySelect as _, QueryTrait as _, TryGetable,
};

use super::row::primary_key;
use crate::dialect::dialect;

/// The name of the column of a result.
const VERSION: &str = "cache_version";

/// The version that a row gets by being saved: now, or the next moment if the row has a later one.
///
/// For `before_save`, also of an insert: `self.updated_at = Set(next_version(&self, db).await?)`. In a transaction of
/// PostgreSQL the row is locked until its end, so that no other save comes between.
///
/// # Errors
///
/// If the entity has no field `updated_at`, or one that holds a number, if the database is neither SQLite nor PostgreSQL, or if
/// it refuses.
///
/// The [module](super) has an example.
pub async fn next_version<A, T, C>(active: &A, db: &C) -> Result<T, DbErr>
where
    A: ActiveModelTrait,
    T: TryGetable,
    C: ConnectionTrait,
{
    let (column, backend) = (updated_at::<A::Entity>()?, db.get_database_backend());
    let next = stamp_after(sql_dialect(db)?, column);
    if let Some(is_row) = primary_key(active) {
        let mut stored = A::Entity::find().select_only().filter(is_row).lock(LockType::NoKeyUpdate).into_query();
        stored.expr_as(next.clone(), VERSION);
        if let Some(row) = db.query_one_raw(backend.build(&stored)).await? {
            return row.try_get("", VERSION);
        }
    }
    // No row: the version that follows null, in the type of the column.
    let column_name = column.as_str();
    let mut none = Query::select();
    none.expr_as(ExprTrait::max(Expr::col(column)), column_name)
        .from(A::Entity::default().table_ref())
        .and_where(Expr::cust("1 = 0"));
    let mut first = Query::select();
    first.expr_as(next, VERSION).from_subquery(none, "none");
    match db.query_one_raw(backend.build(&first)).await? {
        Some(row) => row.try_get("", VERSION),
        None => Err(DbErr::Custom("the database returned no row for an aggregate".to_owned())),
    }
}

/// The column that holds versions.
pub(super) fn updated_at<E: EntityTrait>() -> Result<E::Column, DbErr> {
    let table = E::default();
    let table = table.table_name();
    let column = E::Column::from_str("updated_at").map_err(|_| {
        DbErr::Custom(format!(
            "the entity of `{table}` has no field `updated_at`, which a touch changes: add one, such as `updated_at: DateTimeUtc`"
        ))
    })?;
    let is_number = matches!(
        column.def().get_column_type(),
        ColumnType::TinyInteger | ColumnType::SmallInteger | ColumnType::Integer | ColumnType::BigInteger
    );
    if is_number {
        return Err(DbErr::Custom(format!(
            "hooks write no number into `updated_at` of `{table}`: take a type of moments such as `DateTimeUtc`, or triggers"
        )));
    }
    Ok(column)
}

/// The expression of the version after the one in this column.
pub(super) fn stamp_after<C: sea_orm::IdenStatic>(dialect: Dialect, column: C) -> SimpleExpr {
    let column = format!("\"{}\"", column.as_str().replace('"', "\"\""));
    Expr::cust(dialect.stamp_after(Stamp::Native, &column))
}

pub(super) fn sql_dialect<C: ConnectionTrait>(db: &C) -> Result<Dialect, DbErr> {
    dialect(db.get_database_backend()).map_err(DbErr::Custom)
}
