//! The options of a view.

use std::sync::Arc;
use std::time::Duration;

use crate::observe::AnnotatedFunction;
use crate::time::{Jitter, Ttl};

/// The options of a view.
#[derive(Clone, Default)]
pub(crate) struct View {
    /// The start of every key, in its stored form.
    pub(crate) namespace: Arc<str>,
    pub(crate) expires_in: Option<Ttl>,
    pub(crate) race_ttl: Duration,
    pub(crate) stale_if_error: Duration,
    /// Whether only one process computes a cold key while the others wait.
    pub(crate) shared: bool,
    pub(crate) jitter: Jitter,
    /// For how long what is read is kept in this process, if for less than the cache's setting.
    pub(crate) near: Option<Duration>,
    /// The annotated function whose call this is.
    pub(crate) function: Option<AnnotatedFunction>,
    /// Whether calls are left out of the statistics.
    pub(crate) is_uncounted: bool,
    /// With which entries are marked; 0 for none.
    pub(crate) digest: u64,
    /// The tags of what is written; most views have none.
    pub(crate) tags: Option<Arc<[String]>>,
}

impl View {
    /// Adds tags to those of the view.
    pub(crate) fn add_tags(&mut self, tags: impl Iterator<Item = String>) {
        let all: Vec<String> = self.tags.iter().flat_map(|tags| tags.iter().cloned()).chain(tags).collect();
        self.tags = (!all.is_empty()).then(|| all.into());
    }
}
