//! The triggers of several tables, and what must hold for them.

use std::num::ParseIntError;
use std::time::{Duration, SystemTime};

use super::dialect::Dialect;
use super::postgres;
use super::sqlite;
use super::table::{Stamp, Table, Touch, Touchable};
use super::trigger::{Found, Trigger};
use crate::config::suggestion;
use crate::{Error, ErrorKind, Result};

/// Writes the triggers of some tables as a migration, which can be run again.
///
/// Every table that is touched must be among them.
///
/// # Errors
///
/// As of [`Plan::new`].
///
/// ```
/// use cache_runtime::touches::{self, Dialect, Table};
///
/// let tables = [Table::new("posts"), Table::new("comments").touches("post_id", "posts")];
/// let migration = touches::sql(Dialect::Postgres, &tables)?;
/// assert!(migration.contains("CREATE TRIGGER"));
/// # Ok::<(), cache_runtime::Error>(())
/// ```
pub fn sql(dialect: Dialect, tables: &[Table]) -> Result<String> {
    Plan::new(dialect, tables).map(|plan| plan.sql())
}

/// The triggers of some tables, without a connection: for drivers that [`Connection`](super::Connection) does not fit.
///
/// [`install`](super::install) and [`verify`](super::verify) do this with a connection.
///
/// ```
/// use cache_runtime::touches::{Dialect, Plan, Table};
///
/// let plan = Plan::new(Dialect::Sqlite, &[Table::new("posts")])?;
/// // Run `plan.columns_query()` and `plan.triggers_query()`, whose rows hold three texts each.
/// let (columns, triggers) = (["id", "updated_at"].map(|name| ["posts", name, "TEXT"].map(str::to_owned).to_vec()), []);
/// plan.check_columns(&columns)?;
/// if let Some(sql) = plan.changes(&triggers) {
///     // Run it in a transaction.
///     assert!(sql.contains("CREATE TRIGGER"));
/// }
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    dialect: Dialect,
    tables: Vec<Table>,
    pub(super) triggers: Vec<Trigger>,
}

impl Plan {
    /// Plans the triggers of some tables.
    ///
    /// # Errors
    ///
    /// If a table is named twice, if one is touched that is not among them or that has an id of several columns, or if touches
    /// form a circle, which no write would leave.
    pub fn new(dialect: Dialect, tables: &[Table]) -> Result<Self> {
        let planned = Tables { dialect, tables };
        planned.check()?;
        let parent = |touch: &Touch| planned.find(&touch.parent).expect("it has been checked");
        let triggers = tables.iter().flat_map(|table| match dialect {
            Dialect::Sqlite => sqlite::triggers(table, parent),
            Dialect::Postgres => postgres::triggers(table, parent),
        });
        Ok(Plan { dialect, tables: tables.to_vec(), triggers: triggers.collect() })
    }

    /// The statements that make all triggers, also in place of older ones.
    #[must_use]
    pub fn sql(&self) -> String {
        let prerequisites = match self.dialect {
            Dialect::Sqlite => sqlite::prerequisites(&self.tables),
            Dialect::Postgres => postgres::prerequisites(),
        };
        self.triggers.iter().fold(prerequisites, |sql, trigger| sql + &trigger.create)
    }

    /// A query of the columns of the tables.
    #[must_use]
    pub fn columns_query(&self) -> String {
        match self.dialect {
            Dialect::Sqlite => sqlite::columns_query(&self.tables),
            Dialect::Postgres => postgres::columns_query(&self.tables),
        }
    }

    /// A query of the triggers that are installed.
    #[must_use]
    pub fn triggers_query(&self) -> String {
        match self.dialect {
            Dialect::Sqlite => sqlite::triggers_query(&self.tables),
            Dialect::Postgres => postgres::triggers_query(&self.tables),
        }
    }

    /// Checks the columns that were found.
    ///
    /// # Errors
    ///
    /// If a table or column is missing, or if `updated_at` is of a type that does not hold its [`Stamp`].
    pub fn check_columns(&self, rows: &[Vec<String>]) -> Result<()> {
        let rows = rows.iter().filter_map(|row| <&[String; 3]>::try_from(&row[..]).ok()).collect::<Vec<_>>();
        self.tables.iter().try_for_each(|table| {
            let columns: Vec<_> = rows.iter().filter(|[of, ..]| *of == table.name).collect();
            if columns.is_empty() {
                let name = &table.name;
                return Err(wrong(format!(
                    "there is no table `{name}`: create it first, or write `#[cache(table = \"…\")]`"
                )));
            }
            let find = |column: &str| columns.iter().find(|[_, name, _]| self.dialect.is_same_name(name, column));
            let touching = table.touches.iter().map(|touch| &touch.column);
            for column in table.ids.iter().chain([&table.updated_at]).chain(touching) {
                if find(column).is_none() {
                    let hint = suggestion(column, columns.iter().map(|[_, name, _]| &**name));
                    return Err(wrong(format!("the table `{}` has no column `{column}`{hint}", table.name)));
                }
            }
            find(&table.updated_at).map_or(Ok(()), |[_, _, of]| self.check_stamp(table, of))
        })
    }

    fn check_stamp(&self, table: &Table, column_type: &str) -> Result<()> {
        let declared = column_type.to_lowercase();
        let is_number = declared.contains("int");
        let fits = match (self.dialect, table.stamp) {
            (Dialect::Sqlite, Stamp::Native) => !is_number,
            (Dialect::Sqlite, _) => !["char", "clob", "text"].iter().any(|text| declared.contains(text)),
            (Dialect::Postgres, Stamp::Native) => declared.starts_with("timestamp"),
            (Dialect::Postgres, _) => declared == "bigint",
        };
        if fits {
            return Ok(());
        }
        let (table, column) = (&table.name, &table.updated_at);
        let advice = if is_number {
            "write `#[cache(updated_at, stamp = \"micros\")]`, or \"millis\""
        } else {
            "declare another type, or another `stamp`"
        };
        Err(wrong(format!("the column `{column}` of `{table}` is of type {column_type}: {advice}")))
    }

    /// The statements that are necessary after all triggers were found as in these rows; `None` if nothing is.
    #[must_use]
    pub fn changes(&self, rows: &[Vec<String>]) -> Option<String> {
        if self.verify(rows).is_ok() {
            return None;
        }
        let outdated = self.unknown(rows).map(|found| match self.dialect {
            Dialect::Sqlite => sqlite::drop_trigger(found.name),
            Dialect::Postgres => postgres::drop_trigger(found.name, found.table),
        });
        Some(outdated.fold(self.sql(), |sql, statement| sql + &statement))
    }

    /// Checks the triggers that were found.
    ///
    /// # Errors
    ///
    /// If one is missing, outdated or disabled, or is left from an older plan.
    pub fn verify(&self, rows: &[Vec<String>]) -> Result<()> {
        const ADVICE: &str = "call `touches::install`, or run the migration that `touches::sql` writes";
        let found: Vec<_> = rows.iter().filter_map(|row| Found::read(row)).collect();
        for trigger in &self.triggers {
            let (name, table) = (&trigger.name, &trigger.table);
            match found.iter().find(|found| found.is(trigger)) {
                None => return Err(wrong(format!("the trigger `{name}` is missing on `{table}`: {ADVICE}"))),
                Some(found) if found.definition != trigger.definition => {
                    return Err(wrong(format!("the trigger `{name}` on `{table}` is outdated or disabled: {ADVICE}")));
                }
                Some(_) => {}
            }
        }
        match self.unknown(rows).next() {
            Some(Found { name, table, .. }) => {
                Err(wrong(format!("the trigger `{name}` on `{table}` touches what is touched no more: {ADVICE}")))
            }
            None => Ok(()),
        }
    }

    fn unknown<'r>(&self, rows: &'r [Vec<String>]) -> impl Iterator<Item = Found<'r>> {
        rows.iter()
            .filter_map(|row| Found::read(row))
            .filter(|found| !self.triggers.iter().any(|trigger| found.is(trigger)))
    }

    /// The statement that touches the row of a model, for [`Plan::touched`].
    pub fn touch<M: Touchable + ?Sized>(dialect: Dialect, model: &M) -> String {
        match dialect {
            Dialect::Sqlite => sqlite::touch(&M::table(), &model.id_values()),
            Dialect::Postgres => postgres::touch(&M::table(), &model.id_values()),
        }
    }

    /// Reads the rows that the statement of [`Plan::touch`] returns: the new version, or `None` if there is no such row.
    ///
    /// # Errors
    ///
    /// If a row holds something else.
    pub fn touched(rows: &[Vec<String>]) -> Result<Option<SystemTime>> {
        let Some(micros) = rows.first().and_then(|row| row.first()) else { return Ok(None) };
        let micros = micros.parse().map_err(|error: ParseIntError| {
            Error::new(ErrorKind::Store, format!("the database returned `{micros}` as a version")).with_source(error)
        })?;
        Ok(Some(SystemTime::UNIX_EPOCH + Duration::from_micros(micros)))
    }
}

/// Tables that are planned together.
struct Tables<'a> {
    dialect: Dialect,
    tables: &'a [Table],
}

impl<'a> Tables<'a> {
    fn find(&self, name: &str) -> Option<&'a Table> {
        self.tables.iter().find(|table| self.dialect.is_same_name(&table.name, name))
    }

    fn check(&self) -> Result<()> {
        for (at, table) in self.tables.iter().enumerate() {
            let name = &table.name;
            if self.tables[..at].iter().any(|other| self.dialect.is_same_name(&other.name, name)) {
                return Err(wrong(format!("the table `{name}` is named twice: remove one")));
            }
            table.touches.iter().try_for_each(|touch| self.check_touch(table, touch))?;
            self.check_own_touches(table)?;
            self.check_circle(&mut vec![name])?;
        }
        Ok(())
    }

    fn check_touch(&self, table: &Table, Touch { column, parent }: &Touch) -> Result<()> {
        let name = &table.name;
        let Some(touched) = self.find(parent) else {
            let hint = suggestion(parent, self.tables.iter().map(|table| &*table.name));
            return Err(wrong(format!("`{name}.{column}` touches `{parent}`, which is not among the tables{hint}")));
        };
        if touched.ids.len() != 1 {
            let ids = touched.ids.join("`, `");
            return Err(wrong(format!(
                "`{name}.{column}` touches `{parent}`, whose id is `{ids}`: a touched table has one column as its id"
            )));
        }
        Ok(())
    }

    fn check_own_touches(&self, table: &Table) -> Result<()> {
        let own: Vec<_> = table.touches.iter().filter(|touch| self.is_own(table, touch)).collect();
        match own[..] {
            [first, second, ..] => Err(wrong(format!(
                "`{}` touches itself by `{}` and by `{}`: only one of them can be followed",
                table.name, first.column, second.column
            ))),
            _ => Ok(()),
        }
    }

    /// Follows the touches of the last table of a way that they have gone.
    fn check_circle(&self, way: &mut Vec<&'a String>) -> Result<()> {
        let Some(table) = way.last().and_then(|name| self.find(name)) else { return Ok(()) };
        for touch in table.touches.iter().filter(|touch| !self.is_own(table, touch)) {
            if way.iter().any(|name| self.dialect.is_same_name(name, &touch.parent)) {
                let circle: Vec<_> = way.iter().map(|name| format!("`{name}`")).collect();
                let parent = &touch.parent;
                return Err(wrong(format!(
                    "touches form a circle, {} touches `{parent}`: remove one of them",
                    circle.join(" touches ")
                )));
            }
            way.push(&touch.parent);
            self.check_circle(way)?;
            way.pop();
        }
        Ok(())
    }

    fn is_own(&self, table: &Table, touch: &Touch) -> bool {
        self.dialect.is_same_name(&table.name, &touch.parent)
    }
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Config, message)
}
