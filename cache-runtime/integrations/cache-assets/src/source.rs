//! Where the bytes of an asset are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;

/// The bytes of an asset, or of a compressed variant.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A style sheet whose references were rewritten.
    Memory(Bytes),
    /// A file, as it was when it was looked at.
    Disk(DiskFile),
}

/// A file with what tells whether it has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DiskFile {
    pub(crate) path: PathBuf,
    pub(crate) stamp: Stamp,
}

/// What changes with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) len: u64,
    pub(crate) modified: SystemTime,
}

impl DiskFile {
    pub(crate) fn look_at(path: &Path) -> io::Result<Self> {
        Ok(DiskFile { path: path.to_owned(), stamp: Stamp::of(&fs::metadata(path)?)? })
    }
}

impl Stamp {
    pub(crate) fn of(metadata: &fs::Metadata) -> io::Result<Self> {
        Ok(Stamp { len: metadata.len(), modified: metadata.modified()? })
    }
}
