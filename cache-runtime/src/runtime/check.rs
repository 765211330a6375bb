//! Whether the stores can be used, asked at the start of the program.

use crate::{Cache, Result};

/// A cache whose store has to answer at the start.
pub(super) struct Check {
    /// The name of the cache; none for the default one.
    name: Option<String>,
    cache: Cache,
}

impl Check {
    pub(super) fn new(name: Option<&str>, cache: &Cache) -> Self {
        Check { name: name.map(str::to_owned), cache: cache.clone() }
    }

    /// Waits until the store has answered. Its error names the cache.
    pub(super) fn run(&self) -> Result<()> {
        let checked = self.cache.handle.core.store.check();
        checked.map_err(|error| match &self.name {
            Some(name) => error.context(format_args!("the cache named `{name}`")),
            None => error.context("the default cache"),
        })
    }
}
