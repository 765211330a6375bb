//! What is specific to SQLite: files, locks, limits and corruption.

mod async_code;
#[path = "../shared/client_process.rs"]
mod client_process;
mod common;
mod corrupt_files;
mod files;
mod limits;
mod locks;
#[path = "../shared/logged.rs"]
mod logged;
mod memory;
mod small_disk;
#[path = "../shared/wait_until.rs"]
mod wait_until;
