//! What is particular to SQLite: its files, its locks, and what becomes of damage.

mod async_code;
mod damage;
mod files;
mod limits;
mod locks;
mod memory;
mod scenery;
