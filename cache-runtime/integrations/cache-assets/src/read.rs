//! Reads the files that were found: their fingerprints, and the references of style sheets.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::css::{self, Reference};
use crate::error::Error;
use crate::fingerprint;
use crate::name;
use crate::scan::{Files, Found};

/// Files that were read, by their names.
pub(crate) type Reads = BTreeMap<String, Read>;

/// A file that was changed so shortly before it was read may change again without another time of its change.
const COARSEST_CLOCK: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) found: Found,
    /// Of the file as it is on the disk.
    pub(crate) fingerprint: String,
    pub(crate) style_sheet: Option<Arc<StyleSheet>>,
    read_at: SystemTime,
}

#[derive(Debug)]
pub(crate) struct StyleSheet {
    pub(crate) text: String,
    pub(crate) references: Vec<Reference>,
}

impl Read {
    pub(crate) fn new(name: &str, found: Found) -> Result<Self, Error> {
        let (path, read_at) = (found.file.path.clone(), SystemTime::now());
        let failed = |error: io::Error| Error::io("read", &path)(error);
        if name::extension(name) != "css" {
            let fingerprint = fingerprint::of_file(&path).map_err(failed)?;
            return Ok(Read { found, fingerprint, style_sheet: None, read_at });
        }
        let content = fs::read(&path).map_err(failed)?;
        let (fingerprint, style_sheet) = (fingerprint::of_bytes(&content), style_sheet(name, content)?);
        Ok(Read { found, fingerprint, style_sheet: style_sheet.map(Arc::new), read_at })
    }

    /// Whether what was read is certainly what is there now.
    pub(crate) fn is_current(&self, found: &Found) -> bool {
        self.found == *found && found.file.stamp.modified + COARSEST_CLOCK < self.read_at
    }
}

pub(crate) fn read_all(files: Files) -> Result<Reads, Error> {
    files.into_iter().map(|(name, found)| Ok((name.clone(), Read::new(&name, found)?))).collect()
}

fn style_sheet(name: &str, content: Vec<u8>) -> Result<Option<StyleSheet>, Error> {
    let Ok(text) = String::from_utf8(content) else {
        tracing::warn!("{name} is not UTF-8: its references keep the names without fingerprints");
        return Ok(None);
    };
    let references = css::references(&text).map_err(|css::TooDeep| Error::TooDeep { file: name.to_owned() })?;
    Ok(Some(StyleSheet { text, references }))
}
