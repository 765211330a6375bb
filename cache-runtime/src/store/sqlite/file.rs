//! The database's file: how it is created, identified, and moved aside if it cannot be used.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use parking_lot::{Mutex, MutexGuard};

use crate::time::Timestamp;

/// The suffixes of the files that SQLite adds to a database in WAL mode.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Identifies a file, so that another file at the same path is noticed.
///
/// The number of a deleted file is given to the next one, mostly at once, so the time at which a file was made is a part of
/// it. To keep the file open instead, so that its number stays taken, is no way for a database: closing it would release the
/// locks that SQLite holds on it in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    device_and_number: Option<(u64, u64)>,
    /// `None` where the file system does not tell.
    created: Option<SystemTime>,
}

/// Creates the folder of the file if it is missing, for its owner alone; but not the folder around that one, since the path
/// may be misspelt.
pub(super) fn create_folder_of(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) else { return Ok(()) };
    if let Some(outer) = folder.parent().filter(|outer| !outer.exists()) {
        let message = format!(
            "{} does not exist, and only the folder of the database itself is created; create it, or correct the path {}",
            outer.display(),
            path.display()
        );
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    let mut builder = DirBuilder::new();
    // It may exist by now.
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| named(&error, "cannot create the folder", folder))
}

/// Creates the file if it is missing, for its owner alone: a cache holds what its program may see.
///
/// SQLite gives the log and the index the permissions of the database. An existing file is not opened here: closing it
/// would release the locks that SQLite holds on it in this process.
pub(super) fn create(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    // A log without a database belongs to a deleted one, and would damage the new one.
    move_companions(path, &free_name(path))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(named(&error, "cannot create the file", path))
        }
        _ => Ok(()),
    }
}

/// Refuses what is no file, such as a device or a pipe, before it is touched; and a file of another user in a folder that
/// everybody can write to: whoever made it could read the cache, and change it.
pub(super) fn check(path: &Path) -> io::Result<()> {
    let Ok(metadata) = fs::metadata(path) else { return Ok(()) };
    let refused =
        |what: &str| Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("{} {what}", path.display())));
    if !metadata.is_file() {
        return refused("is not a regular file; write the path of a file");
    }
    if is_of_another_user(path, &metadata) {
        return refused("belongs to another user, in a folder that everybody can write to; choose another folder");
    }
    Ok(())
}

#[cfg(unix)]
fn is_of_another_user(path: &Path, metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    // Where a link leads counts.
    let folder = path.canonicalize().ok().and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
    let is_open_to_all = fs::metadata(&folder).is_ok_and(|folder| folder.mode() & 0o002 != 0);
    let root = 0;
    is_open_to_all && metadata.uid() != root && user(&folder).is_some_and(|user| user != metadata.uid())
}

#[cfg(not(unix))]
fn is_of_another_user(_: &Path, _: &fs::Metadata) -> bool {
    false
}

/// The user of this process: the owner of a file that it makes in this folder.
#[cfg(unix)]
fn user(folder: &Path) -> Option<u32> {
    let path = folder.join(format!(".cache-owner-{}", std::process::id()));
    let file = OpenOptions::new().write(true).create_new(true).open(&path).ok()?;
    let owner = file.metadata().map(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata));
    let _ = fs::remove_file(&path);
    owner.ok()
}

/// Keeps other threads and processes from creating, opening and moving the file at the same time, until it is dropped.
///
/// Within this process that takes a mutex, since closing a new file would release the locks of a thread that has just
/// opened it. Among processes the folder itself is locked, so no lock file is needed. Where a folder cannot be locked,
/// nothing is excluded.
pub(super) fn exclude_others(path: &Path, wait: impl Fn() -> bool) -> (MutexGuard<'static, ()>, Option<File>) {
    static PREPARING: Mutex<()> = Mutex::new(());
    (PREPARING.lock(), lock_folder(path, wait))
}

fn lock_folder(path: &Path, wait: impl Fn() -> bool) -> Option<File> {
    let folder = File::open(path.parent()?).ok()?;
    loop {
        match folder.try_lock() {
            Ok(()) => return Some(folder),
            Err(TryLockError::WouldBlock) if wait() => thread::sleep(Duration::from_millis(1)),
            Err(_) => return None,
        }
    }
}

/// Warns if other users may read the cache: an existing file keeps its permissions.
#[cfg(unix)]
pub(super) fn warn_of_permissions(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o077 != 0 {
        let path = path.display();
        tracing::warn!(
            "cache: other users can read or write {path} (mode {:o}); `chmod 600` makes it private",
            mode & 0o777
        );
    }
}

#[cfg(not(unix))]
pub(super) fn warn_of_permissions(_: &Path) {}

fn named(error: &io::Error, what: &str, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{what} {}: {error}", path.display()))
}

/// The identity of the file at `path`, if there is one.
pub(super) fn identity(path: &Path) -> Option<Identity> {
    let metadata = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let device_and_number = {
        use std::os::unix::fs::MetadataExt;
        Some((metadata.dev(), metadata.ino()))
    };
    #[cfg(not(unix))]
    let device_and_number = None;
    Some(Identity { device_and_number, created: metadata.created().ok() })
}

/// Renames an unusable file, and returns the new name. Nothing is deleted.
///
/// Another process may have renamed it already and created a new file, so a file that is not `expected` is left alone.
pub(super) fn move_aside(path: &Path, expected: Option<Identity>) -> io::Result<Option<PathBuf>> {
    if identity(path) != expected {
        return Ok(None);
    }
    let target = free_name(path);
    fs::rename(path, &target)?;
    move_companions(path, &target)?;
    Ok(Some(target))
}

/// Renames the log of a database that is no longer at `path`, and returns the new name. The file in its place would be read
/// with that log.
///
/// It may have brought a log of its own, or another process may have renamed this one: a log that is not `expected` is left
/// alone.
pub(super) fn move_log_aside(path: &Path, expected: Identity) -> io::Result<Option<PathBuf>> {
    if identity(&log(path)) != Some(expected) {
        return Ok(None);
    }
    let target = free_name(path);
    move_companions(path, &target)?;
    Ok(Some(log(&target)))
}

fn move_companions(path: &Path, target: &Path) -> io::Result<()> {
    for suffix in COMPANIONS {
        match fs::rename(with_suffix(path, suffix), with_suffix(target, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Deletes the database and its companions, if it is the `expected` file; returns whether it was.
pub(super) fn delete(path: &Path, expected: Option<Identity>) -> io::Result<bool> {
    if identity(path) != expected {
        return Ok(false);
    }
    fs::remove_file(path)?;
    for suffix in COMPANIONS {
        match fs::remove_file(with_suffix(path, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(true)
}

/// `cache.sqlite3.unusable-1700000000`, with a number if that exists.
fn free_name(path: &Path) -> PathBuf {
    let seconds = Timestamp::now().as_millis() / 1000;
    let plain = with_suffix(path, &format!(".unusable-{seconds}"));
    let numbered = (2..).map(|number| with_suffix(&plain, &format!("-{number}")));
    let mut names = std::iter::once(plain.clone()).chain(numbered);
    names.find(|name| !name.exists()).unwrap_or(plain)
}

/// The path of the write-ahead log.
pub(super) fn log(path: &Path) -> PathBuf {
    with_suffix(path, "-wal")
}

/// The size of the write-ahead log.
pub(super) fn wal_size(path: &Path) -> u64 {
    size(&log(path))
}

/// The size of a file; 0 if there is none.
pub(super) fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests;
