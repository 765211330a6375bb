//! Rows that a change touches.

use sea_orm::sea_query::{ExprTrait, LockType, SimpleExpr};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ActiveValue, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait,
    Iterable as _, PrimaryKeyToColumn as _, QueryFilter as _, QuerySelect as _, Value,
};

use super::cascade::Cascade;
use super::version::{sql_dialect, stamp_after, updated_at};

/// Gives the row of this id a new version, and runs the `after_save` of its entity, so that it touches those above it. Null
/// touches nothing.
///
/// For `after_save` and `after_delete`: `touch_row::<post::Entity, _>(db, model.post_id)`. A row that is above itself is touched
/// once.
///
/// # Errors
///
/// If the entity has no field `updated_at`, or one that holds a number, or a primary key of several columns, if the database
/// is neither SQLite nor PostgreSQL, or if it refuses.
///
/// The [module](super) has an example.
pub async fn touch_row<E, C>(db: &C, id: impl Into<Value>) -> Result<(), DbErr>
where
    E: EntityTrait<ActiveModel: Send>,
    C: ConnectionTrait,
{
    let id = id.into();
    if id == id.as_null() {
        return Ok(());
    }
    let row = format!("{} {id:?}", E::default().table_name());
    match Cascade::to(row, || touch_and_rise::<E, C>(db, id)) {
        Some(cascade) => cascade.await,
        None => Ok(()),
    }
}

async fn touch_and_rise<E, C>(db: &C, id: Value) -> Result<(), DbErr>
where
    E: EntityTrait<ActiveModel: Send>,
    C: ConnectionTrait,
{
    let is_row = only_primary_key::<E>()?.eq(id);
    let column = updated_at::<E>()?;
    let touch = E::update_many().col_expr(column, stamp_after(sql_dialect(db)?, column)).filter(is_row.clone());
    if touch.exec(db).await?.rows_affected == 0 {
        return Ok(());
    }
    if let Some(model) = E::find().filter(is_row).one(db).await? {
        E::ActiveModel::after_save(model, db, false).await?;
    }
    Ok(())
}

/// The row as it is stored, whatever the model says. In PostgreSQL it is locked until the transaction ends, or another save could
/// move it meanwhile.
#[doc(hidden)]
pub async fn stored_row<A: ActiveModelTrait, C: ConnectionTrait>(
    active: &A,
    db: &C,
) -> Result<Option<<A::Entity as EntityTrait>::Model>, DbErr> {
    match primary_key(active) {
        Some(is_row) => A::Entity::find().filter(is_row).lock(LockType::NoKeyUpdate).one(db).await,
        None => Ok(None),
    }
}

/// Touches the row that a stored column names, if it is to name another one.
#[doc(hidden)]
pub async fn touch_left_row<E, C, T>(db: &C, stored: T, written: &ActiveValue<T>) -> Result<(), DbErr>
where
    E: EntityTrait<ActiveModel: Send>,
    C: ConnectionTrait,
    T: Into<Value> + PartialEq,
{
    match written {
        ActiveValue::Set(written) if *written != stored => touch_row::<E, C>(db, stored).await,
        _ => Ok(()),
    }
}

/// The condition for the row of a model; `None` if its key is not known yet.
pub(super) fn primary_key<A: ActiveModelTrait>(active: &A) -> Option<SimpleExpr> {
    let keys = <A::Entity as EntityTrait>::PrimaryKey::iter().map(|key| {
        let column = key.into_column();
        active.get(column).into_value().map(|value| column.eq(value))
    });
    keys.collect::<Option<Vec<_>>>()?.into_iter().reduce(ExprTrait::and)
}

fn only_primary_key<E: EntityTrait>() -> Result<E::Column, DbErr> {
    let mut keys = E::PrimaryKey::iter();
    match (keys.next(), keys.next()) {
        (Some(key), None) => Ok(key.into_column()),
        _ => Err(DbErr::Custom(format!(
            "`{}` has a primary key of several columns: a touched table has one column as its id",
            E::default().table_name()
        ))),
    }
}
