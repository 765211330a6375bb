//! The triggers of PostgreSQL.
//!
//! A row gets its stamp before it is written, so `RETURNING` shows it. Parents are touched once for each statement, by the
//! rows that it changed, and in the order of their ids, so that two statements do not wait for each other.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::dialect::{Dialect, identifier, literal};
use super::table::{Stamp, Table, Touch};
use super::trigger::Trigger;

/// The last one in the order of the alphabet, in which triggers run: what another one writes into the column is seen.
const STAMP_TRIGGER: &str = "zz_cache_touches_stamp";

/// The events of a statement, and the rows that its trigger sees.
const EVENTS: [(&str, &str, &[&str]); 3] = [
    ("INSERT", "cache_touches_insert", &["new_rows"]),
    ("UPDATE", "cache_touches_update", &["old_rows", "new_rows"]),
    ("DELETE", "cache_touches_delete", &["old_rows"]),
];

/// PostgreSQL cuts longer names off.
const MAX_NAME: usize = 63;

/// The triggers of a table. `parent` finds the table that a touch means.
pub(super) fn triggers<'t>(table: &Table, parent: impl Fn(&Touch) -> &'t Table) -> Vec<Trigger> {
    let mut triggers = vec![stamp_trigger(table)];
    if !table.touches.is_empty() {
        triggers.extend(EVENTS.map(|(event, name, rows)| {
            let touches = table.touches.iter().map(|touch| touch_rows(table, touch, parent(touch), rows));
            touch_trigger(table, event, name, rows, &touches.collect::<String>())
        }));
    }
    triggers
}

/// Keeps other processes from installing at the same time, for the length of the transaction.
pub(super) fn prerequisites() -> String {
    "SELECT pg_advisory_xact_lock(hashtext('cache_touches'));\n".to_owned()
}

/// Rows of a table, a column of it and the column's type.
pub(super) fn columns_query(tables: &[Table]) -> String {
    let of_table = |table: &Table| {
        format!(
            "SELECT {}, attname::text, format_type(atttypid, NULL) FROM pg_attribute \
             WHERE attrelid = {} AND attnum > 0 AND NOT attisdropped",
            literal(&table.name),
            table_id(table)
        )
    };
    tables.iter().map(of_table).collect::<Vec<_>>().join(" UNION ALL ")
}

/// Rows of a table, a trigger of ours on it and the source of its function.
pub(super) fn triggers_query(tables: &[Table]) -> String {
    let of_table = |table: &Table| {
        format!(
            "SELECT {}, tgname::text, CASE tgenabled WHEN 'D' THEN 'disabled' ELSE prosrc END \
             FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid \
             WHERE tgrelid = {} AND NOT tgisinternal AND strpos(tgname::text, 'cache_touches_') > 0",
            literal(&table.name),
            table_id(table)
        )
    };
    tables.iter().map(of_table).collect::<Vec<_>>().join(" UNION ALL ")
}

pub(super) fn drop_trigger(name: &str, table: &str) -> String {
    format!("DROP TRIGGER IF EXISTS {} ON {};\n", identifier(name), Dialect::Postgres.table(table))
}

/// Writes the row of this id, so that it is stamped, and returns its new version in microseconds.
pub(super) fn touch(table: &Table, ids: &[String]) -> String {
    let updated_at = identifier(&table.updated_at);
    let is_row: Vec<_> =
        table.ids.iter().zip(ids).map(|(column, id)| format!("{} = {}", identifier(column), literal(id))).collect();
    let micros = match table.stamp {
        Stamp::Native => format!("(extract(epoch FROM {updated_at}) * 1000000)::bigint"),
        Stamp::Micros => updated_at.clone(),
        Stamp::Millis => format!("{updated_at} * 1000"),
    };
    format!(
        "UPDATE {} SET {updated_at} = {updated_at} WHERE {} RETURNING ({micros})::text",
        Dialect::Postgres.table(&table.name),
        is_row.join(" AND "),
    )
}

/// The table in the catalogue, or null.
fn table_id(table: &Table) -> String {
    format!("to_regclass({})", literal(&Dialect::Postgres.table(&table.name)))
}

/// Gives a row a stamp that is later than the one before, whatever the program writes.
fn stamp_trigger(table: &Table) -> Trigger {
    let column = identifier(&table.updated_at);
    let name = Dialect::Postgres.table(&table.name);
    let (now, step) = match table.stamp {
        // A column without a time zone holds the time of UTC.
        Stamp::Native => (
            "IF pg_typeof(stamp) = 'timestamp'::regtype THEN stamp := clock_timestamp() AT TIME ZONE 'UTC';\n  \
             ELSE stamp := clock_timestamp(); END IF;",
            "interval '1 microsecond'",
        ),
        Stamp::Micros => ("stamp := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;", "1"),
        Stamp::Millis => ("stamp := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;", "1"),
    };
    let body = format!(
        "DECLARE\n  stamp {name}.{column}%TYPE;\nBEGIN\n  \
         IF TG_OP = 'UPDATE' AND NEW.{column} > OLD.{column} THEN RETURN NEW; END IF;\n  {now}\n  \
         IF TG_OP = 'UPDATE' THEN NEW.{column} := greatest(stamp, OLD.{column} + {step});\n  \
         ELSE NEW.{column} := greatest(stamp, NEW.{column} + {step}); END IF;\n  RETURN NEW;\nEND"
    );
    trigger(table, STAMP_TRIGGER, "stamp", &body, "BEFORE INSERT OR UPDATE", "FOR EACH ROW")
}

fn touch_trigger(table: &Table, event: &str, name: &str, rows: &[&str], touches: &str) -> Trigger {
    let any_row = format!("EXISTS (SELECT FROM {})", rows[0]);
    // Also a statement that changes nothing runs the trigger; one that touches its own table would never end.
    let body = format!("BEGIN\n  IF {any_row} THEN\n{touches}  END IF;\n  RETURN NULL;\nEND");
    let seen = rows.iter().fold(String::from("REFERENCING"), |mut seen, rows| {
        let side = if *rows == "new_rows" { "NEW" } else { "OLD" };
        let _ = write!(seen, " {side} TABLE AS {rows}");
        seen
    });
    trigger(table, name, &event.to_lowercase(), &body, &format!("AFTER {event}"), &format!("{seen} FOR EACH STATEMENT"))
}

fn trigger(table: &Table, name: &str, what: &str, body: &str, event: &str, rows: &str) -> Trigger {
    let (function, on) = (function_name(table, what), Dialect::Postgres.table(&table.name));
    let create = format!(
        "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $touches${body}$touches$;\n\
         {}CREATE TRIGGER {} {event} ON {on} {rows} EXECUTE FUNCTION {function}();\n",
        drop_trigger(name, &table.name),
        identifier(name),
    );
    Trigger { name: name.to_owned(), table: table.name.clone(), definition: body.to_owned(), create }
}

/// The name of a trigger's function, in the table's schema. A long one ends in a hash, so that it stays distinct.
fn function_name(table: &Table, what: &str) -> String {
    let (schema, name) =
        table.name.rsplit_once('.').map_or((None, &*table.name), |(schema, name)| (Some(schema), name));
    let mut function = format!("cache_touches_{name}_{what}");
    if function.len() > MAX_NAME {
        let hash: String = Sha256::digest(&function)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let kept = function.floor_char_boundary(MAX_NAME - hash.len() - 1);
        function.truncate(kept);
        function = format!("{function}_{hash}");
    }
    schema.into_iter().chain([&*function]).map(identifier).collect::<Vec<_>>().join(".")
}

fn touch_rows(table: &Table, touch: &Touch, parent: &Table, rows: &[&str]) -> String {
    let column = identifier(&touch.column);
    let named: Vec<_> = rows.iter().map(|rows| format!("SELECT {column} FROM {rows}")).collect();
    let named = named.join(" UNION ");
    if table.name != touch.parent {
        return format!("    {};\n", update(parent, &named));
    }
    let (name, id) = (Dialect::Postgres.table(&table.name), identifier(&table.ids[0]));
    // All ancestors at once, also if rows form a circle. The setting keeps the trigger from running for what it touches.
    let ancestors = format!(
        "WITH RECURSIVE ancestor(id) AS (SELECT * FROM ({named}) AS named UNION \
         SELECT own.{column} FROM {name} AS own JOIN ancestor ON own.{id} = ancestor.id) SELECT id FROM ancestor"
    );
    let setting = literal(&setting_name(table));
    format!(
        "    IF coalesce(current_setting({setting}, true), '') <> 'on' THEN\n      \
         PERFORM set_config({setting}, 'on', true);\n      {};\n      \
         PERFORM set_config({setting}, 'off', true);\n    END IF;\n",
        update(table, &ancestors)
    )
}

/// A setting for the transaction, whose name may hold letters, digits and underscores.
fn setting_name(table: &Table) -> String {
    let hash: String = Sha256::digest(&table.name)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("cache_touches.table_{hash}")
}

/// Writes the rows of these ids, so that they are stamped.
fn update(parent: &Table, ids: &str) -> String {
    let (name, id) = (Dialect::Postgres.table(&parent.name), identifier(&parent.ids[0]));
    let updated_at = identifier(&parent.updated_at);
    format!(
        "UPDATE {name} SET {updated_at} = {updated_at} WHERE {id} IN \
         (SELECT {id} FROM {name} WHERE {id} IN ({ids}) ORDER BY {id} FOR NO KEY UPDATE)"
    )
}
