//! The text files in a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Folders with nothing to compare: build output, git's own files, and the cache of this program.
const SKIPPED: [&str; 3] = ["target", ".git", "storage"];

/// Every pair of files is compared, so their number is limited.
const MAX_FILES: usize = 1000;
const MAX_BYTES: u64 = 1 << 20;

/// The texts, and a digest of all names and contents.
pub struct Texts {
    pub files: Vec<TextFile>,
    pub digest: String,
}

/// A file, by its path in the folder.
pub struct TextFile {
    pub name: String,
    pub content: String,
}

/// Reads the texts in `folder` and in the folders inside it, in the order of their names.
///
/// # Errors
///
/// If `folder` cannot be read. Folders inside it that cannot be read are skipped.
pub fn in_folder(folder: &Path) -> Result<Texts, String> {
    let mut paths = Vec::new();
    collect(folder, &mut paths).map_err(|error| format!("cannot read the folder {}: {error}", folder.display()))?;
    paths.truncate(MAX_FILES);
    let files: Vec<_> = paths.iter().filter_map(|path| read(folder, path)).collect();
    Ok(Texts { digest: digest(&files), files })
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        // A link is neither a file nor a folder here, so no file is read twice.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && !is_skipped(&entry) && paths.len() < MAX_FILES {
            let _ = collect(&entry.path(), paths);
        } else if kind.is_file() {
            paths.push(entry.path());
        }
    }
    Ok(())
}

fn is_skipped(folder: &fs::DirEntry) -> bool {
    SKIPPED.iter().any(|name| folder.file_name() == *name)
}

/// Reads a file; `None` if it is not text, is large, or cannot be read.
fn read(folder: &Path, path: &Path) -> Option<TextFile> {
    if fs::metadata(path).ok()?.len() > MAX_BYTES {
        return None;
    }
    let content = fs::read_to_string(path).ok()?;
    Some(TextFile { name: path.strip_prefix(folder).unwrap_or(path).display().to_string(), content })
}

fn digest(files: &[TextFile]) -> String {
    let mut digest = Sha256::new();
    for text in files.iter().flat_map(|file| [&file.name, &file.content]) {
        digest.update((text.len() as u64).to_le_bytes()); // so that the texts cannot run into each other
        digest.update(text);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
