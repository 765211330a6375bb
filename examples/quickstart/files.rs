//! The texts in a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders with nothing to compare: what is built, what git keeps, and this program's own cache.
const PASSED_BY: [&str; 3] = ["target", ".git", "storage"];

/// Every pair of files is compared, so there is a limit to how many.
const MOST_FILES: usize = 1000;
const LARGEST: u64 = 1 << 20;

/// The files in `folder` and the folders in it, in the order of their names.
///
/// # Errors
///
/// If `folder` cannot be read. Folders in it that cannot be are passed by.
pub fn in_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let explained = |error| io::Error::other(format!("cannot read the folder {}: {error}", folder.display()));
    let mut files = Vec::new();
    collect(folder, &mut files).map_err(explained)?;
    files.truncate(MOST_FILES);
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        // A link is neither a file nor a folder here, so nothing is seen twice.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && !is_passed_by(&entry) && files.len() < MOST_FILES {
            let _ = collect(&entry.path(), files);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn is_passed_by(folder: &fs::DirEntry) -> bool {
    PASSED_BY.iter().any(|name| folder.file_name() == *name)
}

/// The text of a file; `None` if it is none, is large, or cannot be read.
pub fn text(file: &Path) -> Option<String> {
    let size = fs::metadata(file).ok()?.len();
    if size > LARGEST {
        return None;
    }
    fs::read_to_string(file).ok()
}
