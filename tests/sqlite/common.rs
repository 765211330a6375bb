//! Database files for the tests of this binary.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Child;

use cache_runtime::Cache;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::client_process::start_client;

/// A path in a new folder, where no file exists yet.
pub(crate) struct DatabaseFile {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
}

impl DatabaseFile {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("storage").join("cache.sqlite3");
        DatabaseFile { folder, path }
    }

    pub(crate) fn open(&self) -> Cache {
        self.open_with("")
    }

    pub(crate) fn open_with(&self, query: &str) -> Cache {
        Cache::open(&format!("sqlite://{}{query}", self.path.display())).expect("a good address")
    }

    /// A connection of another program.
    pub(crate) fn foreign_connection(&self) -> Connection {
        Connection::open(&self.path).expect("it can be opened")
    }

    /// Starts another process that uses the same file.
    pub(crate) fn start_client(&self, what: &str, more: &[&str]) -> Child {
        start_client(what, &self.path, more)
    }

    /// The number of entries, expired or not.
    pub(crate) fn rows(&self) -> u64 {
        let count = self.foreign_connection().query_row("SELECT count(*) FROM entries", [], |row| row.get::<_, u32>(0));
        count.expect("it can be counted").into()
    }

    /// The names of the files in the database's folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let folder = self.path.parent().expect("it is in a folder").read_dir().expect("it can be listed");
        let name = |entry: io::Result<std::fs::DirEntry>| entry.expect("it can be read").file_name();
        let mut names: Vec<_> = folder.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The databases that were moved aside, without their logs.
    pub(crate) fn moved_aside(&self) -> Vec<PathBuf> {
        let names = self.names().into_iter().filter(|name| name.contains("unusable"));
        let databases = names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
        databases.map(|name| self.path.with_file_name(name)).collect()
    }

    /// The size of the write-ahead log.
    pub(crate) fn wal_size(&self) -> u64 {
        let log = format!("{}-wal", self.path.display());
        std::fs::metadata(log).map_or(0, |metadata| metadata.len())
    }

    /// The size of all files in the folder.
    pub(crate) fn bytes(&self) -> u64 {
        let size = |name| std::fs::metadata(self.path.with_file_name(name)).map_or(0, |metadata| metadata.len());
        self.names().into_iter().map(size).sum()
    }
}

/// The bytes of a file.
pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("it can be read")
}
