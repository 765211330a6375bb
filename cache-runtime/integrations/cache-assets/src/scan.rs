//! Finds the files in the assets' folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::encoding::Encoding;
use crate::error::Error;
use crate::source::DiskFile;

/// The files of a folder by their names.
pub(crate) type Files = BTreeMap<String, Found>;

/// A file, and the compressed ones beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) file: DiskFile,
    pub(crate) variants: Vec<(Encoding, DiskFile)>,
}

/// Finds all files that may be served: no hidden ones, and nothing that a link leads to outside of the folder.
pub(crate) fn scan(folder: &Path) -> Result<Files, Error> {
    let root = fs::canonicalize(folder).map_err(Error::io("read", folder))?;
    let (mut files, mut folders) = (Files::new(), vec![(root.clone(), String::new())]);
    while let Some((path, prefix)) = folders.pop() {
        for entry in fs::read_dir(&path).map_err(Error::io("read", &path))? {
            let path = entry.map_err(Error::io("read", &path))?.path();
            let Some(name) = file_name(&path) else { continue };
            let name = format!("{prefix}{name}");
            match kind(&path, &root) {
                Kind::Folder => folders.push((path, format!("{name}/"))),
                Kind::File(real) => match DiskFile::look_at(&real) {
                    Ok(file) => drop(files.insert(name, Found { file, variants: Vec::new() })),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(Error::io("read", &path)(error)),
                },
                Kind::Other => {}
            }
        }
    }
    move_variants(&mut files);
    Ok(files)
}

/// `None` for what is hidden, and for what no URL can name.
fn file_name(path: &Path) -> Option<&str> {
    let name = path.file_name()?;
    match name.to_str() {
        Some(name) if name.starts_with('.') => None,
        Some(name) if !name.contains('\\') && !name.contains(char::is_control) => Some(name),
        _ => {
            tracing::warn!("{} has a name that no URL can contain, and is not served", path.display());
            None
        }
    }
}

enum Kind {
    Folder,
    /// With the path behind its links.
    File(PathBuf),
    Other,
}

fn kind(path: &Path, root: &Path) -> Kind {
    let Ok(metadata) = fs::symlink_metadata(path) else { return Kind::Other };
    if metadata.is_dir() {
        return Kind::Folder;
    }
    if metadata.is_file() {
        return Kind::File(path.to_owned());
    }
    match fs::canonicalize(path) {
        Ok(real) if real.starts_with(root) && real.is_file() => Kind::File(real),
        // A folder behind a link could contain the link.
        _ if metadata.is_symlink() => {
            tracing::warn!("{} is a link to a folder or out of the assets, and is not served", path.display());
            Kind::Other
        }
        _ => Kind::Other,
    }
}

/// A compressed file is no asset of its own, but the same as the file beside it.
fn move_variants(files: &mut Files) {
    for encoding in Encoding::ALL {
        let names: Vec<String> =
            files.keys().filter_map(|name| name.strip_suffix(encoding.suffix())).map(str::to_owned).collect();
        for name in names.into_iter().filter(|name| files.contains_key(name)).collect::<Vec<_>>() {
            let variant = files.remove(&format!("{name}{}", encoding.suffix()));
            if let (Some(found), Some(variant)) = (files.get_mut(&name), variant) {
                found.add_variant(&name, encoding, variant.file);
            }
        }
    }
}

impl Found {
    fn add_variant(&mut self, name: &str, encoding: Encoding, variant: DiskFile) {
        if variant.stamp.modified < self.file.stamp.modified {
            tracing::warn!("{name}{} is older than {name}, and is not served", encoding.suffix());
        } else {
            self.variants.push((encoding, variant));
        }
    }
}
