//! Files for the tests, and what was logged.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cache_runtime::Cache;
use rusqlite::Connection;
use tempfile::TempDir;

/// A path in a folder of its own, where nothing is yet.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("storage").join("cache.sqlite3");
        Place { folder, path }
    }

    pub(crate) fn open(&self) -> Cache {
        self.open_with("")
    }

    pub(crate) fn open_with(&self, query: &str) -> Cache {
        Cache::open(&format!("sqlite://{}{query}", self.path.display())).expect("a good address")
    }

    /// The database as another program sees it.
    pub(crate) fn foreign(&self) -> Connection {
        Connection::open(&self.path).expect("it can be opened")
    }

    /// Another process that uses the same file.
    pub(crate) fn worker(&self, what: &str, more: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cache-client"));
        command.arg(what).arg(&self.path).args(more).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    }

    /// How many entries there are, expired or not.
    pub(crate) fn rows(&self) -> u64 {
        let count = self.foreign().query_row("SELECT count(*) FROM entries", [], |row| row.get::<_, u32>(0));
        count.expect("it can be counted").into()
    }

    /// The names of what lies in the database's folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let folder = self.path.parent().expect("it is in a folder").read_dir().expect("it can be listed");
        let name = |entry: io::Result<std::fs::DirEntry>| entry.expect("it can be read").file_name();
        folder.map(|entry| name(entry).to_string_lossy().into_owned()).collect()
    }

    /// The databases that were moved aside, without what lies beside them.
    pub(crate) fn moved_aside(&self) -> Vec<PathBuf> {
        let names = self.names().into_iter().filter(|name| name.contains("unusable"));
        let databases = names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
        databases.map(|name| self.path.with_file_name(name)).collect()
    }

    /// The sizes of all that lies in the folder.
    pub(crate) fn bytes(&self) -> u64 {
        let size = |name| std::fs::metadata(self.path.with_file_name(name)).map_or(0, |metadata| metadata.len());
        self.names().into_iter().map(size).sum()
    }
}

/// The bytes of a file.
pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("it can be read")
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic while it is held").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Does something on this thread, and returns the warnings and errors that were logged meanwhile.
pub(crate) fn logged<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
    let log = Log::default();
    let writer = log.clone();
    let level = tracing::Level::WARN;
    let subscriber =
        tracing_subscriber::fmt().with_max_level(level).with_ansi(false).with_writer(move || writer.clone());
    let value = tracing::subscriber::with_default(subscriber.finish(), work);
    let text = String::from_utf8(log.0.lock().expect("no panic while it is held").clone()).expect("text");
    (value, text.lines().map(str::to_owned).collect())
}

/// Does something again and again until it gives what is waited for: for what other threads bring about.
pub(crate) fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < end, "this did not come about: {what}");
        std::thread::yield_now();
    }
}
