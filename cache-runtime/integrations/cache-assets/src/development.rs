//! Follows the files while they are edited.

use std::sync::{Arc, Mutex, PoisonError};

use crate::builder::Builder;
use crate::error::Error;
use crate::manifest::Manifest;
use crate::read::{Read, Reads};
use crate::scan::{Files, Scan, scan};

#[derive(Debug)]
pub(crate) struct Development {
    builder: Builder,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    reads: Reads,
    manifest: Arc<Manifest>,
    /// What has been logged.
    warnings: Vec<String>,
}

impl Development {
    pub(crate) fn new(builder: Builder) -> Result<Self, Error> {
        let mut state = State::default();
        state.update(&builder)?;
        Ok(Development { builder, state: Mutex::new(state) })
    }

    /// The assets as they are now. If they cannot be read, as they were before.
    pub(crate) fn current(&self) -> Arc<Manifest> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = state.update(&self.builder) {
            tracing::error!("{error}");
        }
        Arc::clone(&state.manifest)
    }
}

impl State {
    fn update(&mut self, builder: &Builder) -> Result<(), Error> {
        let Scan { files, mut warnings } = scan(builder.folder())?;
        let Some(reads) = self.changed(files)? else { return Ok(()) };
        let (manifest, missing) = builder.link(&reads);
        warnings.extend(missing.iter().map(ToString::to_string));
        for warning in warnings.iter().filter(|warning| !self.warnings.contains(warning)) {
            tracing::warn!("{warning}");
        }
        *self = State { reads, manifest: Arc::new(manifest), warnings };
        Ok(())
    }

    /// `None` if all files are what they were.
    fn changed(&self, files: Files) -> Result<Option<Reads>, Error> {
        let mut has_changed = files.len() != self.reads.len();
        let mut reads = Reads::new();
        for (name, found) in files {
            let read = match self.reads.get(&name) {
                Some(read) if read.is_current(&found) => read.clone(),
                _ => {
                    has_changed = true;
                    Read::new(&name, found)?
                }
            };
            reads.insert(name, read);
        }
        Ok(has_changed.then_some(reads))
    }
}
