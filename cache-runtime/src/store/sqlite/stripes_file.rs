//! The file beside a database that processes map, in which they announce their changes to each other.
//!
//! | at | bytes | what |
//! | --- | --- | --- |
//! | 0 | 8 | magic number |
//! | 8 | 16 | the seed of the database, which is another one for each |
//! | 24 | 8 | when the file was made, in milliseconds since 1970, little endian |
//! | 64 | 32768 | the counters |
//!
//! Its name has a version: releases with another layout, hash or number of counters use another name. Such releases
//! cannot share a database.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::file::{self, Identity, with_suffix};
use crate::store::{Counters, FILE_BYTES, Stripes, Timestamp};

const SUFFIX: &str = "-stripes1";

const MAGIC: [u8; 8] = *b"kchestr1";

/// Where the seed begins.
const SEED: usize = 8;

/// Where the moment begins at which the file was made.
const MADE_AT: usize = 24;

/// The stripes of a database, which all processes announce their changes on.
///
/// # Errors
///
/// If the file cannot be created or mapped. Then the database cannot be used: no other process would learn of a change.
pub(super) fn open(database: &Path, identity: Option<Identity>, seed: [u8; 16]) -> io::Result<Arc<Stripes>> {
    let path = with_suffix(database, SUFFIX);
    let age = match made_at(&path, seed) {
        Some(made_at) => Timestamp::now().since(made_at),
        None => {
            create(&path, seed)?;
            Duration::ZERO
        }
    };
    // Looked at before the file is opened: if another takes its place between the two, the first check finds out.
    let own = file::identity(&path);
    let counters = Counters::in_file(&OpenOptions::new().read(true).write(true).open(&path)?)?;
    let database = database.to_owned();
    let is_in_place = move || file::identity(&path) == own && file::identity(&database) == identity;
    Ok(Stripes::shared(counters, seed, age, is_in_place))
}

/// When the file was made; `None` if there is none of this database.
fn made_at(path: &Path, seed: [u8; 16]) -> Option<Timestamp> {
    let is_whole = fs::symlink_metadata(path).is_ok_and(|file| file.is_file() && file.len() == FILE_BYTES as u64);
    let mut header = [0; MADE_AT + 8];
    File::open(path).and_then(|mut file| file.read_exact(&mut header)).ok()?;
    let is_ours = is_whole && header[..SEED] == MAGIC && header[SEED..MADE_AT] == seed;
    let millis = header[MADE_AT..].try_into().ok().map(i64::from_le_bytes)?;
    is_ours.then(|| Timestamp::from_millis(millis))
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
    bytes[..SEED].copy_from_slice(&MAGIC);
    bytes[SEED..MADE_AT].copy_from_slice(&seed);
    bytes[MADE_AT..MADE_AT + 8].copy_from_slice(&Timestamp::now().as_millis().to_le_bytes());
    let written = options.open(&new).and_then(|mut file| file.write_all(&bytes));
    let renamed = written.and_then(|()| fs::rename(&new, path));
    renamed.inspect_err(|_| drop(fs::remove_file(&new)))
}

fn unused_name(path: &Path) -> PathBuf {
    with_suffix(path, &format!(".{}", std::process::id()))
}
