//! The triggers of SQLite.
//!
//! A trigger after a write gives the row its stamp by an update of its own. That update changes `updated_at`, which is what
//! the triggers that touch parents react to: so they run once for each write, whoever made it, and a touched parent touches
//! its own parents in the same way.

use super::dialect::{Dialect, all_rows, identifier, literal};
use super::table::{Stamp, Table, Touch};
use super::trigger::Trigger;

/// Where a table that touches itself notes that its triggers run: see [`touch_own_table`].
const GUARD: &str = "cache_touches_guard";

/// The names of all triggers start with this. A colon separates their parts, which are names with underscores.
const PREFIX: &str = "cache_touches:";

/// The triggers of a table, which touches rows of these others.
pub(super) fn triggers(table: &Table, touched: &[(&Touch, &Table)]) -> Vec<Trigger> {
    let touches = touched.iter().flat_map(|(touch, parent)| touch_triggers(table, touch, parent));
    stamps(table).into_iter().chain(touches).collect()
}

/// What the triggers need besides themselves.
pub(super) fn prerequisites(tables: &[Table]) -> String {
    let any_touches_itself = tables.iter().any(|table| table.touches.iter().any(|touch| is_own(table, touch)));
    let make_guard = format!(
        "CREATE TABLE IF NOT EXISTS {} (name TEXT PRIMARY KEY, statement REAL) WITHOUT ROWID;\n",
        identifier(GUARD)
    );
    format!("{LOCK}{}", if any_touches_itself { &make_guard } else { "" })
}

/// Takes the write lock. A transaction that begins by reading is refused, instead of waiting, if another process writes.
const LOCK: &str = "CREATE TABLE cache_touches_lock (name TEXT);\nDROP TABLE cache_touches_lock;\n";

/// Rows of a table, a column of it and the column's type.
pub(super) fn columns_query(tables: &[Table]) -> String {
    let of_table = |table: &Table| {
        let name = literal(&table.name);
        format!("SELECT {name}, name, type FROM pragma_table_info({name})")
    };
    all_rows(tables.iter().map(of_table))
}

/// Rows of a table, a trigger of ours on it and the statement that made it.
pub(super) fn triggers_query(tables: &[Table]) -> String {
    let of_table = |table: &Table| {
        let name = literal(&table.name);
        let ours = format!("substr(name, 1, {}) = '{PREFIX}'", PREFIX.len());
        format!(
            "SELECT {name}, name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower({name}) AND {ours}"
        )
    };
    all_rows(tables.iter().map(of_table))
}

pub(super) fn drop_trigger(name: &str) -> String {
    format!("DROP TRIGGER IF EXISTS {};\n", identifier(name))
}

/// Stamps the row of this id, and returns its new version in microseconds. It is explicit, since `RETURNING` shows what was
/// there before triggers.
pub(super) fn touch(table: &Table, ids: &[String]) -> String {
    let updated_at = identifier(&table.updated_at);
    let is_row: Vec<_> =
        table.ids.iter().zip(ids).map(|(column, id)| format!("{} IN ({})", identifier(column), values(id))).collect();
    format!(
        "UPDATE {} SET {updated_at} = {} WHERE {} RETURNING CAST({} AS TEXT)",
        identifier(&table.name),
        stamp_after(table.stamp, &updated_at),
        is_row.join(" AND "),
        micros(table.stamp, &updated_at),
    )
}

/// An id as a text, and as the bytes by which drivers store it if it is a UUID.
fn values(id: &str) -> String {
    let is_digit =
        |(at, char): (usize, char)| if matches!(at, 8 | 13 | 18 | 23) { char == '-' } else { char.is_ascii_hexdigit() };
    let is_uuid = id.len() == 36 && id.chars().enumerate().all(is_digit);
    if is_uuid { format!("{}, X'{}'", literal(id), id.replace('-', "")) } else { literal(id) }
}

fn trigger(table: &Table, what: &str, event: &str, condition: &str, body: &str) -> Trigger {
    let name = format!("{PREFIX}{}:{what}", table.name);
    let (quoted, on) = (identifier(&name), identifier(&table.name));
    let when = if condition.is_empty() { String::new() } else { format!("\nWHEN {condition}") };
    let definition = format!("CREATE TRIGGER {quoted} AFTER {event} ON {on}{when}\nBEGIN\n{body}END");
    let create = format!("{}{definition};\n", drop_trigger(&name));
    Trigger { name, table: table.name.clone(), definition, create }
}

/// The triggers that give a row its own stamp: always later than the one before, whatever the program writes.
fn stamps(table: &Table) -> [Trigger; 2] {
    let column = identifier(&table.updated_at);
    let (new, old) = (format!("NEW.{column}"), format!("OLD.{column}"));
    let is_row: Vec<_> = table.ids.iter().map(|id| format!("{0} = NEW.{0}", identifier(id))).collect();
    let stamp = |stamp: &str| {
        let table_name = identifier(&table.name);
        format!("  UPDATE {table_name} SET {column} = {stamp} WHERE {};\n", is_row.join(" AND "))
    };
    let [new_micros, old_micros] = [&new, &old].map(|column| micros(table.stamp, column));
    // A text is greater than every number.
    let is_text = if table.stamp == Stamp::Native { String::new() } else { format!("typeof({new}) = 'text' OR ") };
    // The first stamp of a row follows null, and stays.
    let is_due = format!("coalesce({is_text}{new_micros} <= {old_micros}, {new_micros} IS NULL)");
    let some_micros_later = format!("{NOW} + abs(random() % 1000)");
    [
        // The stamp differs from what was inserted, or the triggers on updates would not run. The row may take the place of one
        // that was deleted in the same millisecond, which is all that the clock tells.
        trigger(table, "stamp_insert", "INSERT", "", &stamp(&later(table.stamp, &some_micros_later, &new))),
        trigger(table, "stamp_update", "UPDATE", &is_due, &stamp(&stamp_after(table.stamp, &old))),
    ]
}

fn touch_triggers(table: &Table, touch: &Touch, parent: &Table) -> [Trigger; 3] {
    let (updated_at, column) = (identifier(&table.updated_at), identifier(&touch.column));
    let has_changed = format!("NEW.{updated_at} IS NOT OLD.{updated_at}");
    let has_moved = format!("NEW.{column} IS NOT OLD.{column}");
    let [by_new, by_old] = [format!("NEW.{column}"), format!("OLD.{column}")];
    let touching = |what: &str, event: &str, condition: &str, id: &str| {
        let what = format!("{}:{}:{what}", touch.column, parent.name);
        if is_own(table, touch) {
            let (guarded, body) = touch_own_table(table, &column, id);
            let condition = if condition.is_empty() { guarded } else { format!("{condition} AND {guarded}") };
            return trigger(table, &what, event, &condition, &body);
        }
        let body = touch_rows(parent, &format!("= {id}"));
        trigger(table, &what, event, condition, &body)
    };
    [
        touching("update", "UPDATE", &has_changed, &by_new),
        touching("move", &format!("UPDATE OF {column}"), &has_moved, &by_old),
        touching("delete", "DELETE", "", &by_old),
    ]
}

fn touch_rows(parent: &Table, is_row: &str) -> String {
    let updated_at = identifier(&parent.updated_at);
    let (name, id, stamp) =
        (identifier(&parent.name), identifier(&parent.ids[0]), stamp_after(parent.stamp, &updated_at));
    format!("  UPDATE {name} SET {updated_at} = {stamp} WHERE {id} {is_row};\n")
}

/// Touches all ancestors in a tree at once, with the condition under which that is done.
///
/// A trigger runs itself again only with `PRAGMA recursive_triggers`, which belongs to the connection: without, it would
/// reach the parent alone, and with it, run for ever on rows that form a circle. So it follows the column itself, and a row
/// in the guard keeps it from running for what it has touched. The row counts for its own statement, in which `now` is one
/// moment: a statement that fails half-way without being undone, as `UPDATE OR FAIL` does, leaves it behind.
fn touch_own_table(table: &Table, column: &str, start: &str) -> (String, String) {
    let (guard, own) = (identifier(GUARD), literal(&table.name));
    let (name, id) = (identifier(&table.name), identifier(&table.ids[0]));
    let ancestors = format!(
        "IN (WITH RECURSIVE ancestor(id) AS (SELECT {start} UNION \
         SELECT row.{column} FROM {name} AS row JOIN ancestor ON row.{id} = ancestor.id) SELECT id FROM ancestor)"
    );
    let body = format!(
        "  INSERT OR REPLACE INTO {guard} VALUES ({own}, julianday('now'));\n{}  DELETE FROM {guard} WHERE name = {own};\n",
        touch_rows(table, &ancestors)
    );
    let is_running = format!("SELECT 1 FROM {guard} WHERE name = {own} AND statement = julianday('now')");
    (format!("NOT EXISTS ({is_running})"), body)
}

fn is_own(table: &Table, touch: &Touch) -> bool {
    Dialect::Sqlite.is_same_name(&table.name, &touch.parent)
}

/// The stamp that follows the one in this column, or now if that is later.
pub(super) fn stamp_after(stamp: Stamp, before: &str) -> String {
    later(stamp, NOW, before)
}

/// The later one of a moment in microseconds and of the stamp that follows the one in this column.
fn later(stamp: Stamp, moment: &str, before: &str) -> String {
    let micros = format!("max({moment}, coalesce({}, 0) + {})", micros(stamp, before), step(stamp));
    match stamp {
        Stamp::Native => format!(
            "strftime('%Y-%m-%d %H:%M:%S', {micros} / 1000000, 'unixepoch') || printf('.%06d+00:00', {micros} % 1000000)"
        ),
        Stamp::Micros => micros,
        Stamp::Millis => format!("{micros} / 1000"),
    }
}

/// The distance of two stamps, in microseconds.
fn step(stamp: Stamp) -> u32 {
    match stamp {
        Stamp::Native | Stamp::Micros => 1,
        Stamp::Millis => 1000,
    }
}

/// Microseconds since 1970; the clock of SQLite knows milliseconds. `unixepoch('subsec')` is younger than many a SQLite.
const NOW: &str = "CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000";

/// The stamp in this column, in microseconds since 1970.
fn micros(stamp: Stamp, column: &str) -> String {
    match stamp {
        // The seconds without their fraction, which SQLite would round, and six digits of that.
        Stamp::Native => format!(
            "(CAST(strftime('%s', substr({column}, 1, 19) || ltrim(substr({column}, 20), '.0123456789')) AS INTEGER) * 1000000 \
             + CASE substr({column}, 20, 1) WHEN '.' \
             THEN CAST(round(CAST('0.' || substr({column}, 21, 6) AS REAL) * 1000000) AS INTEGER) ELSE 0 END)"
        ),
        Stamp::Micros => column.to_owned(),
        Stamp::Millis => format!("({column} * 1000)"),
    }
}
