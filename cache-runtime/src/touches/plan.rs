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
        let mut triggers = Vec::new();
        for (at, table) in tables.iter().enumerate() {
            planned.check(at, table)?;
            let mut touched: Vec<_> =
                table.touches.iter().map(|touch| planned.touched(table, touch)).collect::<Result<_>>()?;
            // In one order in all triggers, so that two writers do not wait for each other.
            touched.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
            planned.check_circle(&mut vec![&table.name])?;
            triggers.extend(match dialect {
                Dialect::Sqlite => sqlite::triggers(table, &touched),
                Dialect::Postgres => postgres::triggers(table, &touched),
            });
        }
        check_names(dialect, &triggers)?;
        Ok(Plan { dialect, tables: tables.to_vec(), triggers })
    }

    /// The statements that make all triggers, also in place of older ones.
    #[must_use]
    pub fn sql(&self) -> String {
        self.triggers.iter().fold(self.prerequisites(), |sql, trigger| sql + &trigger.create)
    }

    fn prerequisites(&self) -> String {
        match self.dialect {
            Dialect::Sqlite => sqlite::prerequisites(&self.tables),
            Dialect::Postgres => postgres::prerequisites(),
        }
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
            find(&table.updated_at).map_or(Ok(()), |[_, _, of]| self.check_stamp(table, of))?;
            table.touches.iter().try_for_each(|touch| self.check_touch(&rows, table, touch))
        })
    }

    /// Checks that a column and the id that it holds can be compared; SQLite compares everything.
    fn check_touch(&self, rows: &[&[String; 3]], table: &Table, touch: &Touch) -> Result<()> {
        let Some(parent) = self.tables.iter().find(|parent| self.dialect.is_same_name(&parent.name, &touch.parent))
        else {
            return Ok(());
        };
        let of = |table: &Table, column: &str| {
            rows.iter()
                .find(|[of, name, _]| *of == table.name && self.dialect.is_same_name(name, column))
                .map(|row| &row[2])
        };
        match (of(table, &touch.column), of(parent, &parent.ids[0])) {
            (Some(column), Some(id))
                if self.dialect == Dialect::Postgres && postgres::kind(column) != postgres::kind(id) =>
            {
                Err(wrong(format!(
                    "`{}.{}` is of type {column}, and `{}.{}`, which it touches, of type {id}: declare the same type",
                    table.name, touch.column, parent.name, parent.ids[0]
                )))
            }
            _ => Ok(()),
        }
    }

    fn check_stamp(&self, table: &Table, column_type: &str) -> Result<()> {
        let declared = column_type.to_lowercase();
        let is_number = declared.contains("int");
        let fits = match (self.dialect, table.stamp) {
            (Dialect::Sqlite, Stamp::Native) => !is_number,
            (Dialect::Sqlite, _) => !["char", "clob", "text"].iter().any(|text| declared.contains(text)),
            // A precision of fewer digits would round a stamp to the one before.
            (Dialect::Postgres, Stamp::Native) => {
                declared.starts_with("timestamp") && (!declared.contains('(') || declared.contains("(6)"))
            }
            (Dialect::Postgres, _) => declared == "bigint",
        };
        if fits {
            return Ok(());
        }
        let is_native = table.stamp == Stamp::Native;
        let (table, column) = (&table.name, &table.updated_at);
        let advice = if is_number {
            "write `#[cache(updated_at, stamp = \"micros\")]`, or \"millis\""
        } else if declared.starts_with("timestamp") && is_native {
            "a stamp needs microseconds, as `timestamptz` has"
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
        let found: Vec<_> = rows.iter().filter_map(|row| Found::read(row)).collect();
        let is_there =
            |trigger: &&Trigger| found.iter().any(|it| it.is(trigger) && it.definition == trigger.definition);
        let outdated = self.unknown(rows).map(|found| match self.dialect {
            Dialect::Sqlite => sqlite::drop_trigger(found.name),
            Dialect::Postgres => postgres::drop_trigger(found.name, found.table),
        });
        // What is there stays, since to make a trigger again would lock its table.
        let missing = self.triggers.iter().filter(|trigger| !is_there(trigger)).map(|trigger| trigger.create.clone());
        Some(missing.chain(outdated).fold(self.prerequisites(), |sql, statement| sql + &statement))
    }

    /// The statements that remove all triggers that were found as in these rows; `None` if there are none.
    ///
    /// [`uninstall`](super::uninstall) does this with a connection.
    #[must_use]
    pub fn removal(&self, rows: &[Vec<String>]) -> Option<String> {
        let found = rows.iter().filter_map(|row| Found::read(row));
        let drops = found.map(|found| match self.dialect {
            Dialect::Sqlite => sqlite::drop_trigger(found.name),
            Dialect::Postgres => {
                let table = self.tables.iter().find(|table| table.name == found.table);
                table.map(|table| postgres::remove_trigger(found.name, table)).unwrap_or_default()
            }
        });
        Some(drops.collect::<String>()).filter(|sql| !sql.is_empty())
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

/// Names of triggers are distinct: in SQLite in the whole database, in PostgreSQL on each table.
fn check_names(dialect: Dialect, triggers: &[Trigger]) -> Result<()> {
    let is_same = |one: &Trigger, other: &Trigger| {
        dialect.is_same_name(&one.name, &other.name) && (dialect == Dialect::Sqlite || one.table == other.table)
    };
    let twice = triggers.iter().enumerate().find(|(at, trigger)| triggers[..*at].iter().any(|it| is_same(it, trigger)));
    twice.map_or(Ok(()), |(_, Trigger { name, table, .. })| {
        Err(wrong(format!(
            "two triggers would be called `{name}`: remove the second touch of `{table}` by the same column"
        )))
    })
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

    fn check(&self, at: usize, table: &Table) -> Result<()> {
        let name = &table.name;
        if self.tables[..at].iter().any(|other| self.dialect.is_same_name(&other.name, name)) {
            return Err(wrong(format!("the table `{name}` is named twice: remove one")));
        }
        self.check_own_touches(table)
    }

    /// A touch, and the table that it means.
    fn touched<'t>(&self, table: &Table, touch: &'t Touch) -> Result<(&'t Touch, &'a Table)> {
        let (name, Touch { column, parent }) = (&table.name, touch);
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
        Ok((touch, touched))
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
