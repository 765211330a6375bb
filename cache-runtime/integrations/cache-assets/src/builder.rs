//! What is decided before the files are read.

use std::path::{Path, PathBuf};

use crate::assets::Assets;
use crate::build;
use crate::development::Development;
use crate::error::{Error, MissingReference};
use crate::link::link;
use crate::manifest::Manifest;
use crate::read::{Reads, read_all};
use crate::scan::{Scan, scan};

/// The settings of [`Assets`].
///
/// ```
/// use cache_assets::Assets;
/// # let folder = tempfile::tempdir().unwrap();
/// # std::fs::write(folder.path().join("app.css"), "a {}").unwrap();
///
/// let assets = Assets::builder(&folder).prefix("https://cdn.example.com/static").scan()?;
/// assert!(assets.url("app.css").starts_with("https://cdn.example.com/static/app-"));
/// # Ok::<(), cache_assets::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until `scan`, `development`, `manifest` or `build` is called"]
pub struct Builder {
    folder: PathBuf,
    prefix: String,
    warns_on_missing: bool,
}

impl Builder {
    pub(crate) fn new(folder: &Path) -> Self {
        Builder { folder: folder.to_owned(), prefix: "/assets".to_owned(), warns_on_missing: false }
    }

    /// Sets what URLs begin with: the path that the assets are served at, `/assets` if this is not called, or the
    /// address of a CDN in front of it.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Logs a warning for each reference of a style sheet to a file that is not there, instead of an error.
    ///
    /// The reference stays as it is written. In development it is a warning anyway.
    pub fn warn_on_missing(mut self) -> Self {
        self.warns_on_missing = true;
        self
    }

    /// Reads all files, and serves them as they are now: for a program without a build step.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, a style sheet refers to a file that is not there, or the prefix is none.
    pub fn scan(&self) -> Result<Assets, Error> {
        let prefix = self.checked_prefix()?;
        Ok(Assets::fixed(prefix, self.read()?))
    }

    /// Serves the files as they are at each request, so that an edited file has another URL at once.
    ///
    /// Each URL and each request looks at all files, and reads those that have changed.
    ///
    /// # Errors
    ///
    /// If a file cannot be read at the beginning, or the prefix is none. What goes wrong later is logged, and the
    /// files are served as they were before.
    pub fn development(&self) -> Result<Assets, Error> {
        let prefix = self.checked_prefix()?;
        Ok(Assets::developing(prefix, Development::new(self.clone())?))
    }

    /// Serves a folder that [`build`](Self::build) has written: the builder's folder is that one.
    ///
    /// # Errors
    ///
    /// If the folder has no `manifest.json`, if that is not what a build writes, or if a file of it is not there.
    pub fn manifest(&self) -> Result<Assets, Error> {
        Ok(Assets::fixed(self.checked_prefix()?, Manifest::load(&self.folder)?))
    }

    /// Writes all files with their fingerprinted names into another folder, and `manifest.json`, which is replaced at
    /// the end.
    ///
    /// With the cargo feature `compress` there are also `.br`, `.gz` and `.zst` of what that makes smaller. Files of
    /// earlier builds stay.
    ///
    /// # Errors
    ///
    /// As for [`scan`](Self::scan); and if a file cannot be written, or the other folder is inside of this one.
    pub fn build(&self, output: impl AsRef<Path>) -> Result<Assets, Error> {
        let (prefix, output) = (self.checked_prefix()?, output.as_ref());
        build::refuse_inside(output, &self.folder)?;
        build::write(&self.read()?, output)?;
        Ok(Assets::fixed(prefix, Manifest::load(output)?))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn link(&self, reads: &Reads) -> (Manifest, Vec<MissingReference>) {
        let (assets, missing) = link(reads, path_of(&self.prefix));
        (Manifest::new(assets), missing)
    }

    fn read(&self) -> Result<Manifest, Error> {
        let Scan { files, warnings } = scan(&self.folder)?;
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        let (manifest, missing) = self.link(&read_all(files)?);
        if missing.is_empty() {
            return Ok(manifest);
        }
        if !self.warns_on_missing {
            return Err(Error::MissingReferences(missing));
        }
        for reference in missing {
            tracing::warn!("{reference}");
        }
        Ok(manifest)
    }

    /// Without slashes at its end.
    fn checked_prefix(&self) -> Result<String, Error> {
        let prefix = self.prefix.trim_end_matches('/');
        let is_start = prefix.is_empty() || ["/", "http://", "https://"].iter().any(|start| prefix.starts_with(start));
        let is_plain = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/:-._~%[]@".contains(&byte));
        if is_start && is_plain { Ok(prefix.to_owned()) } else { Err(Error::Prefix(self.prefix.clone())) }
    }
}

/// The path of an address, without a slash at its end.
fn path_of(prefix: &str) -> &str {
    let prefix = prefix.trim_end_matches('/');
    match prefix.split_once("//") {
        Some((_, rest)) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None => prefix,
    }
}
