//! What is kept near: in this process, until it changes.

use std::sync::Arc;

use super::Handle;
use crate::near::{Loaded, Near, Stamps};

impl Handle {
    /// Where records are kept near, if they are.
    pub(super) fn near(&self) -> Option<&Near> {
        self.core.settings.near.then_some(&self.core.near)
    }

    /// The stamps for a record that is read from now on, if it is to be kept.
    pub(super) fn stamps(&self, key: &str) -> Option<Stamps> {
        self.near()?;
        Stamps::of(self.core.store.store().stripes(), key)
    }

    pub(super) fn keep_near(&self, key: &str, loaded: &Arc<Loaded>) {
        if let Some(near) = self.near() {
            near.keep(key, loaded);
        }
    }
}
