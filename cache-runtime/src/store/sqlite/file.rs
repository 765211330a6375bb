//! The database's file: made with its folder, known again, and moved aside when it cannot be used.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::clock::Timestamp;

/// What SQLite keeps beside a database in WAL mode.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Which file a path led to, so that another one in its place is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

/// Makes the file and its folder where they are missing, for the owner alone: a cache holds what its program may see.
///
/// SQLite gives the files beside a database the permissions of the database.
pub(super) fn create(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        create_folder(folder).map_err(|error| named(&error, "cannot create the folder", folder))?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| named(&error, "cannot open or create the file", path))
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn named(error: &io::Error, what: &str, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{what} {}: {error}", path.display()))
}

/// The identity of the file at `path`, if there is one.
pub(super) fn identity(path: &Path) -> Option<Identity> {
    let metadata = fs::metadata(path).ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some(Identity(metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        let created = metadata.created().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(Identity(0, u64::try_from(created.as_nanos()).unwrap_or(u64::MAX)))
    }
}

/// Moves a file that cannot be used to a name beside it, and returns that name. Nothing is deleted.
///
/// Another process may have done so a moment ago and made a new file: one that is not `which` any more is left alone.
pub(super) fn move_aside(path: &Path, which: Option<Identity>) -> io::Result<Option<PathBuf>> {
    if identity(path) != which {
        return Ok(None);
    }
    let target = free_name(path);
    fs::rename(path, &target)?;
    for suffix in COMPANIONS {
        match fs::rename(with_suffix(path, suffix), with_suffix(&target, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(Some(target))
}

/// `cache.sqlite3.unusable-1700000000`, and a number behind it while that is taken.
fn free_name(path: &Path) -> PathBuf {
    let seconds = Timestamp::now().0 / 1000;
    let plain = with_suffix(path, &format!(".unusable-{seconds}"));
    let numbered = (2..).map(|number| with_suffix(&plain, &format!("-{number}")));
    let mut names = std::iter::once(plain.clone()).chain(numbered);
    names.find(|name| !name.exists()).unwrap_or(plain)
}

/// How large the log beside the database is.
pub(super) fn wal_size(path: &Path) -> u64 {
    fs::metadata(with_suffix(path, "-wal")).map_or(0, |metadata| metadata.len())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
