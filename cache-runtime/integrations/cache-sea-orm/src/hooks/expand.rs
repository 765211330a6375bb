//! The macro that writes the hooks.

/// Writes the hooks of an `ActiveModel`, for use inside of `impl ActiveModelBehavior for ActiveModel`.
///
/// Each field that is named holds the id of a row that is to be touched, and the entity is that row's. With none, a saved row
/// gets a new version and touches nothing.
///
/// ```
/// # mod user {
/// #     use sea_orm::entity::prelude::*;
/// #     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
/// #     #[sea_orm(table_name = "users")]
/// #     pub struct Model {
/// #         #[sea_orm(primary_key)]
/// #         pub id: i64,
/// #         pub updated_at: DateTimeUtc,
/// #     }
/// #     #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// #     pub enum Relation {}
/// #     impl ActiveModelBehavior for ActiveModel { cache_sea_orm::touches!(); }
/// # }
/// # mod node {
/// #     use sea_orm::entity::prelude::*;
/// #     #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
/// #     #[sea_orm(table_name = "nodes")]
/// #     pub struct Model {
/// #         #[sea_orm(primary_key)]
/// #         pub id: i64,
/// #         pub parent_id: Option<i64>,
/// #         pub author_id: i64,
/// #         pub updated_at: DateTimeUtc,
/// #     }
/// #     #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
/// #     pub enum Relation {}
/// impl ActiveModelBehavior for ActiveModel {
///     cache_sea_orm::touches!(parent_id => Entity, author_id => super::user::Entity);
/// }
/// # }
/// # fn main() {}
/// ```
///
/// What hooks miss, and how they go with hooks of your own, stands in the module [`hooks`](crate::hooks).
#[macro_export]
macro_rules! touches {
    ($($column:ident => $parent:ty),* $(,)?) => {
        // As `#[async_trait]` would write it, which does not look into a macro.
        fn before_save<'life0, 'async_trait, C>(
            mut self,
            db: &'life0 C,
            insert: ::core::primitive::bool,
        ) -> $crate::hook_future!('async_trait, Self)
        where
            C: $crate::sea_orm::ConnectionTrait + 'async_trait,
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            ::std::boxed::Box::pin(async move {
                // Nothing goes from here to `after_save`, so the row that is left is touched now.
                let is_moved = !insert && (false $(|| self.$column.is_set())*);
                if is_moved {
                    if let ::core::option::Option::Some(_stored) = $crate::hooks::stored_row(&self, db).await? {
                        $($crate::hooks::touch_left_row::<$parent, _, _>(db, _stored.$column, &self.$column).await?;)*
                    }
                }
                let version = $crate::hooks::next_version(&self, db).await?;
                self.updated_at = $crate::sea_orm::ActiveValue::Set(version);
                ::core::result::Result::Ok(self)
            })
        }

        fn after_save<'life0, 'async_trait, C>(
            model: <<Self as $crate::sea_orm::ActiveModelTrait>::Entity as $crate::sea_orm::EntityTrait>::Model,
            _db: &'life0 C,
            _insert: ::core::primitive::bool,
        ) -> $crate::hook_future!(
            'async_trait,
            <<Self as $crate::sea_orm::ActiveModelTrait>::Entity as $crate::sea_orm::EntityTrait>::Model
        )
        where
            C: $crate::sea_orm::ConnectionTrait + 'async_trait,
            'life0: 'async_trait,
        {
            ::std::boxed::Box::pin(async move {
                $($crate::hooks::touch_row::<$parent, _>(_db, ::core::clone::Clone::clone(&model.$column)).await?;)*
                ::core::result::Result::Ok(model)
            })
        }

        #[allow(unused_mut)] // for an entity that touches nothing
        fn before_delete<'life0, 'async_trait, C>(
            mut self,
            db: &'life0 C,
        ) -> $crate::hook_future!('async_trait, Self)
        where
            C: $crate::sea_orm::ConnectionTrait + 'async_trait,
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            ::std::boxed::Box::pin(async move {
                let columns: &[&::core::primitive::str] = &[$(::core::stringify!($column)),*];
                if !columns.is_empty() {
                    // `after_delete` gets what is returned here, and the model may have no more than its key.
                    if let ::core::option::Option::Some(_stored) = $crate::hooks::stored_row(&self, db).await? {
                        $(self.$column = $crate::sea_orm::ActiveValue::Unchanged(_stored.$column);)*
                    }
                }
                ::core::result::Result::Ok(self)
            })
        }

        fn after_delete<'life0, 'async_trait, C>(self, _db: &'life0 C) -> $crate::hook_future!('async_trait, Self)
        where
            C: $crate::sea_orm::ConnectionTrait + 'async_trait,
            'life0: 'async_trait,
            Self: 'async_trait,
        {
            ::std::boxed::Box::pin(async move {
                $(if let ::core::option::Option::Some(id) = ::core::clone::Clone::clone(&self.$column).into_value() {
                    $crate::hooks::touch_row::<$parent, _>(_db, id).await?;
                })*
                ::core::result::Result::Ok(self)
            })
        }
    };
}

/// What a hook returns.
#[doc(hidden)]
#[macro_export]
macro_rules! hook_future {
    ($lifetime:lifetime, $output:ty) => {
        ::core::pin::Pin<::std::boxed::Box<
            dyn ::core::future::Future<Output = ::core::result::Result<$output, $crate::sea_orm::DbErr>>
                + ::core::marker::Send
                + $lifetime,
        >>
    };
}
