//! The triggers of PostgreSQL.
//!
//! A row gets its stamp before it is written, so `RETURNING` shows it. Parents are touched once for each statement, by the
//! rows that it changed, and in the order of their ids, so that two statements do not wait for each other.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::dialect::{Dialect, all_rows, identifier, literal};
use super::table::{Stamp, Table, Touch};
use super::trigger::Trigger;

/// The last one in the order of the alphabet, in which triggers run: what another one writes into the column is seen.
const STAMP_TRIGGER: &str = "zz_cache_touches_stamp";

/// The events of a statement, the name of its trigger, the rows that this sees, and its type in the catalogue.
const EVENTS: [(&str, &str, &[&str], u8); 3] = [
    ("INSERT", "cache_touches_insert", &["new_rows"], 4),
    ("UPDATE", "cache_touches_update", &["old_rows", "new_rows"], 16),
    ("DELETE", "cache_touches_delete", &["old_rows"], 8),
];

/// The type of a trigger before the insert and the update of a row.
const STAMP_TYPE: u8 = 1 | 2 | 4 | 16;

/// PostgreSQL cuts longer names off.
const MAX_NAME: usize = 63;

/// The triggers of a table, which touches rows of these others.
pub(super) fn triggers(table: &Table, touched: &[(&Touch, &Table)]) -> Vec<Trigger> {
    let mut triggers = vec![stamp_trigger(table)];
    if !touched.is_empty() {
        triggers.extend(EVENTS.map(|(event, name, rows, kind)| {
            let touches = touched.iter().map(|(touch, parent)| touch_rows(table, touch, parent, rows));
            let (body, seen) = touch_body(rows, &touches.collect::<String>());
            trigger(table, (name, kind), &body, &format!("AFTER {event}"), &seen)
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
            "SELECT {}, attname::text, format_type(atttypid, atttypmod) FROM pg_attribute \
             WHERE attrelid = {} AND attnum > 0 AND NOT attisdropped",
            literal(&table.name),
            table_id(table)
        )
    };
    all_rows(tables.iter().map(of_table))
}

/// Rows of a table, a trigger of ours on it, and its type with the source of its function.
pub(super) fn triggers_query(tables: &[Table]) -> String {
    let names: Vec<_> = EVENTS.iter().map(|(_, name, ..)| *name).chain([STAMP_TRIGGER]).map(literal).collect();
    let of_table = |table: &Table| {
        format!(
            "SELECT {}, tgname::text, CASE WHEN tgenabled IN ('O', 'A') THEN tgtype::text || ' ' || prosrc ELSE 'disabled' END \
             FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid \
             WHERE tgrelid = {} AND NOT tgisinternal AND tgname IN ({})",
            literal(&table.name),
            table_id(table),
            names.join(", ")
        )
    };
    all_rows(tables.iter().map(of_table))
}

pub(super) fn drop_trigger(name: &str, table: &str) -> String {
    format!("DROP TRIGGER IF EXISTS {} ON {};\n", identifier(name), Dialect::Postgres.table(table))
}

/// Removes a trigger with its function.
pub(super) fn remove_trigger(name: &str, table: &Table) -> String {
    format!("{}DROP FUNCTION IF EXISTS {}();\n", drop_trigger(name, &table.name), function_name(table, name))
}

/// Stamps the row of this id, and returns its new version in microseconds.
pub(super) fn touch(table: &Table, ids: &[String]) -> String {
    let updated_at = identifier(&table.updated_at);
    let is_row: Vec<_> =
        table.ids.iter().zip(ids).map(|(column, id)| format!("{} = {}", identifier(column), value(id))).collect();
    let micros = match table.stamp {
        Stamp::Native => format!("(extract(epoch FROM {updated_at}) * 1000000)::bigint"),
        Stamp::Micros => updated_at.clone(),
        Stamp::Millis => format!("{updated_at} * 1000"),
    };
    format!(
        "UPDATE {} SET {updated_at} = {} WHERE {} RETURNING ({micros})::text",
        Dialect::Postgres.table(&table.name),
        stamp_after(table.stamp, &updated_at),
        is_row.join(" AND "),
    )
}

/// The stamp that follows the one in this column, or now if that is later.
pub(super) fn stamp_after(stamp: Stamp, before: &str) -> String {
    let now = "extract(epoch FROM clock_timestamp())";
    match stamp {
        // A sum has the type of the column, with a time zone or without; so has the constant.
        Stamp::Native => {
            let before = format!("coalesce({before}, 'epoch')");
            format!("{before} + greatest({now} - extract(epoch FROM {before}), 0.000001) * interval '1 second'")
        }
        Stamp::Micros => format!("greatest(({now} * 1000000)::bigint, coalesce({before}, 0) + 1)"),
        Stamp::Millis => format!("greatest(({now} * 1000)::bigint, coalesce({before}, 0) + 1)"),
    }
}

/// The table in the catalogue, or null.
fn table_id(table: &Table) -> String {
    format!("to_regclass({})", literal(&Dialect::Postgres.table(&table.name)))
}

/// Types of one kind are compared without a cast.
pub(super) fn kind(column_type: &str) -> &str {
    match column_type.split('(').next().unwrap_or_default().trim() {
        "smallint" | "integer" | "bigint" => "integer",
        "text" | "character varying" | "character" | "citext" => "text",
        other => other,
    }
}

/// A value of the user's as a text. With `E` a backslash is one whatever the server's settings are.
fn value(text: &str) -> String {
    format!("E{}", literal(&text.replace('\\', "\\\\")))
}

/// Gives a row a stamp that is later than the one before, whatever the program writes.
fn stamp_trigger(table: &Table) -> Trigger {
    let column = identifier(&table.updated_at);
    let [new, old] = ["NEW", "OLD"].map(|row| format!("{row}.{column}"));
    let body = format!(
        "BEGIN\n  IF TG_OP = 'INSERT' THEN\n    {new} := {};\n  ELSIF ({new} > {old}) IS NOT TRUE THEN\n    {new} := {};\n  \
         END IF;\n  RETURN NEW;\nEND",
        stamp_after(table.stamp, &new),
        stamp_after(table.stamp, &old)
    );
    trigger(table, (STAMP_TRIGGER, STAMP_TYPE), &body, "BEFORE INSERT OR UPDATE", "FOR EACH ROW")
}

/// The body of a trigger that touches, and the rows that it sees.
fn touch_body(rows: &[&str], touches: &str) -> (String, String) {
    // Also a statement that changes nothing runs the trigger; one that touches its own table would never end.
    let any_row = format!("EXISTS (SELECT FROM {})", rows[0]);
    let body = format!("BEGIN\n  IF {any_row} THEN\n{touches}  END IF;\n  RETURN NULL;\nEND");
    let mut seen = String::from("REFERENCING");
    for rows in rows {
        let side = if *rows == "new_rows" { "NEW" } else { "OLD" };
        let _ = write!(seen, " {side} TABLE AS {rows}");
    }
    (body, seen + " FOR EACH STATEMENT")
}

/// A trigger, whose function finds tables where the one who installs finds them, whatever path a session has.
fn trigger(table: &Table, (name, kind): (&str, u8), body: &str, event: &str, rows: &str) -> Trigger {
    let (function, on) = (function_name(table, name), Dialect::Postgres.table(&table.name));
    let create = format!(
        "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT \
         AS $touches${body}$touches$;\n{}CREATE TRIGGER {} {event} ON {on} {rows} EXECUTE FUNCTION {function}();\n",
        drop_trigger(name, &table.name),
        identifier(name),
    );
    Trigger { name: name.to_owned(), table: table.name.clone(), definition: format!("{kind} {body}"), create }
}

/// The name of a trigger's function, in the table's schema. A long one ends in a hash, so that it stays distinct.
fn function_name(table: &Table, trigger: &str) -> String {
    let (schema, name) =
        table.name.rsplit_once('.').map_or((None, &*table.name), |(schema, name)| (Some(schema), name));
    let (_, what) = trigger.rsplit_once('_').unwrap_or_default();
    let mut function = format!("cache_touches_{name}_{what}");
    if function.len() > MAX_NAME {
        let hash: String = Sha256::digest(&function)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let kept = (0..MAX_NAME - hash.len()).rev().find(|at| function.is_char_boundary(*at));
        function.truncate(kept.unwrap_or(0));
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
///
/// A statement of its own locks them, in the order of their ids, and the update sees what was written until then. One statement
/// would lock the newest version of a row and then update the one that it saw at first: for that it would queue up behind those
/// who wait for its lock.
fn update(parent: &Table, ids: &str) -> String {
    let (name, id) = (Dialect::Postgres.table(&parent.name), identifier(&parent.ids[0]));
    let updated_at = identifier(&parent.updated_at);
    // An array, so that the plan for many rows is also good for one: the server keeps the first one that it makes.
    let is_one = format!("{id} = ANY (ARRAY({ids}))");
    format!(
        "PERFORM FROM {name} WHERE {is_one} ORDER BY {id} FOR NO KEY UPDATE;\n    \
         UPDATE {name} SET {updated_at} = {} WHERE {is_one}",
        stamp_after(parent.stamp, &updated_at)
    )
}
