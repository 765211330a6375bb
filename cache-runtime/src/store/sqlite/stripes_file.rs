//! The file beside a database that processes map, in which they announce their changes to each other.
//!
//! | at | bytes | what |
//! | --- | --- | --- |
//! | 0 | 8 | magic number |
//! | 8 | 16 | the seed of the database, which is another one for each |
//! | 64 | 32768 | the counters |
//!
//! Its name has a version: releases with another layout, hash or number of counters use another name. Such releases
//! cannot share a database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{self, Identity, with_suffix};
use crate::store::{Counters, FILE_BYTES, Stripes};

const SUFFIX: &str = "-stripes1";

const MAGIC: [u8; 8] = *b"kchestr1";

/// The stripes of a database, which all processes announce their changes on.
///
/// # Errors
///
/// If the file cannot be created or mapped. Then it is gone: this process could announce nothing, so no other may believe
/// the file.
pub(super) fn open(database: &Path, identity: Option<Identity>, seed: [u8; 16]) -> io::Result<Arc<Stripes>> {
    let path = with_suffix(database, SUFFIX);
    let opened = open_counters(&path, seed).inspect_err(|_| drop(fs::remove_file(&path)))?;
    let (database, (counters, own)) = (database.to_owned(), opened);
    let is_in_place = move || file::identity(&path) == own && file::identity(&database) == identity;
    Ok(Stripes::shared(counters, seed, is_in_place))
}

fn open_counters(path: &Path, seed: [u8; 16]) -> io::Result<(Counters, Option<Identity>)> {
    if !has_header(path, seed) {
        create(path, seed)?;
    }
    // Looked at before the file is opened: if another takes its place between the two, the first check finds out.
    let identity = file::identity(path);
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    Ok((Counters::in_file(&file)?, identity))
}

/// Whether there is a file of this database.
fn has_header(path: &Path, seed: [u8; 16]) -> bool {
    let mut header = [0; MAGIC.len() + 16];
    let is_read = File::open(path).and_then(|mut file| file.read_exact(&mut header)).is_ok();
    let is_whole = fs::symlink_metadata(path).is_ok_and(|file| file.is_file() && file.len() == FILE_BYTES as u64);
    is_read && is_whole && header[..MAGIC.len()] == MAGIC && header[MAGIC.len()..] == seed
}

/// Puts a new file in the place of whatever is there. It is never shortened: others may have mapped it.
fn create(path: &Path, seed: [u8; 16]) -> io::Result<()> {
    let new = unused_name(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // Zeros are written, since in a hole of a full disk a mapped counter cannot be changed: that ends the process.
    let mut bytes = vec![0; FILE_BYTES];
    bytes[..MAGIC.len()].copy_from_slice(&MAGIC);
    bytes[MAGIC.len()..MAGIC.len() + seed.len()].copy_from_slice(&seed);
    let written = options.open(&new).and_then(|mut file| file.write_all(&bytes));
    let renamed = written.and_then(|()| fs::rename(&new, path));
    renamed.inspect_err(|_| drop(fs::remove_file(&new)))
}

fn unused_name(path: &Path) -> PathBuf {
    with_suffix(path, &format!(".{}", std::process::id()))
}
