//! What is particular to SQLite: its files, its locks, and what becomes of damage.

mod async_code;
mod common;
mod corrupt_files;
mod files;
mod limits;
mod locks;
mod memory;
