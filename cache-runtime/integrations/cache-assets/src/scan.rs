//! Finds the files in the assets' folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::encoding::Encoding;
use crate::error::Error;
use crate::source::DiskFile;

/// The files of a folder by their names.
pub(crate) type Files = BTreeMap<String, Found>;

/// What a folder has.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) files: Files,
    /// What is there and is not served, for the log.
    pub(crate) warnings: Vec<String>,
}

/// A file, and the compressed ones beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) file: DiskFile,
    pub(crate) variants: Vec<(Encoding, DiskFile)>,
}

/// Finds all files that may be served: no hidden ones, and nothing that a link leads to outside of the folder.
pub(crate) fn scan(folder: &Path) -> Result<Scan, Error> {
    let root = fs::canonicalize(folder).map_err(Error::io("read", folder))?;
    let (mut scan, mut folders) = (Scan::default(), vec![(root.clone(), String::new())]);
    while let Some((path, prefix)) = folders.pop() {
        for entry in fs::read_dir(&path).map_err(Error::io("read", &path))? {
            let path = entry.map_err(Error::io("read", &path))?.path();
            let Some(name) = scan.file_name(&path) else { continue };
            let name = format!("{prefix}{name}");
            match scan.kind(&path, &root) {
                Kind::Folder => folders.push((path, format!("{name}/"))),
                Kind::File(real) => scan.add(name, &real)?,
                Kind::Other => {}
            }
        }
    }
    scan.move_variants();
    Ok(scan)
}

impl Scan {
    /// `None` for what is hidden, and for what no URL can name.
    fn file_name<'p>(&mut self, path: &'p Path) -> Option<&'p str> {
        let name = path.file_name()?;
        match name.to_str() {
            Some(name) if name.starts_with('.') => None,
            Some(name) if !name.contains('\\') && !name.contains(char::is_control) => Some(name),
            _ => {
                self.warn(format!("{} has a name that no URL can contain, and is not served", path.display()));
                None
            }
        }
    }

    fn kind(&mut self, path: &Path, root: &Path) -> Kind {
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
                self.warn(format!("{} is a link to a folder or out of the assets, and is not served", path.display()));
                Kind::Other
            }
            _ => Kind::Other,
        }
    }

    fn add(&mut self, name: String, path: &Path) -> Result<(), Error> {
        match DiskFile::look_at(path) {
            Ok(file) => drop(self.files.insert(name, Found { file, variants: Vec::new() })),
            // Somebody has removed it meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io("read", path)(error)),
        }
        Ok(())
    }

    /// A compressed file is no asset of its own, but the same as the file beside it.
    fn move_variants(&mut self) {
        for encoding in Encoding::ALL {
            let suffix = encoding.suffix();
            let stems = self.files.keys().filter_map(|name| name.strip_suffix(suffix));
            let names: Vec<String> = stems.filter(|stem| self.files.contains_key(*stem)).map(str::to_owned).collect();
            for name in names {
                let Some(variant) = self.files.remove(&format!("{name}{suffix}")) else { continue };
                match self.files.get_mut(&name) {
                    Some(found) if found.file.stamp.modified <= variant.file.stamp.modified => {
                        found.variants.push((encoding, variant.file));
                    }
                    _ => self.warn(format!("{name}{suffix} is older than {name}, and is not served")),
                }
            }
        }
    }

    fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }
}

enum Kind {
    Folder,
    /// With the path behind its links.
    File(PathBuf),
    Other,
}
