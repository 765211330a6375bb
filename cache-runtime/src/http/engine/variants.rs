//! A bound on the responses of one URL that fields of requests select: whoever sends many values of such a field fills the store
//! with no more than these.
//!
//! Below each index is a ring of slots. A counter numbers the responses, and the number chooses the slot, so that a new response
//! takes the slot of the oldest one, which is deleted. Beside each response is a mark that it has a slot: so one that expires and
//! comes back keeps it.

use super::entries::{Entries, INDEX_LIFETIME};
use super::stored::Index;
use crate::{AsyncCache, Result};

impl Entries {
    /// Gives the response at `key` a slot among `most` below an index of a URL, before it is stored. A failure of the store is
    /// logged.
    pub(super) async fn take_slot(&self, url: &str, index: &Index, key: &str, most: u32) {
        if let Err(error) = take_slot(&self.cache().expires_in(INDEX_LIFETIME), &index.slots(url), key, most).await {
            self.log_failure(&error);
        }
    }
}

async fn take_slot(cache: &AsyncCache, slots: &str, key: &str, most: u32) -> Result<()> {
    let mark = mark(key);
    if cache.exists(&mark).await? {
        return Ok(());
    }
    let number = cache.increment(slots, 1).await?;
    let slot = format!("{slots} {}", number.rem_euclid(most.max(1).into()));
    if let Some(oldest) = cache.get::<String>(&slot).await? {
        cache.delete_multi([oldest.clone(), self::mark(&oldest)]).await?;
    }
    cache.set(&slot, key).await?;
    cache.set(&mark, &true).await
}

/// The mark that the response at a key has a slot.
fn mark(key: &str) -> String {
    format!("{key} has a slot")
}
