//! Operations that remove entries by what they have in common.

use super::both_faces::for_both_faces;
use super::{AsyncCache, Cache};
use crate::Result;
use crate::poll_once::poll_once;

for_both_faces! {
    /// Operations that remove many entries.
    impl Cache and AsyncCache;

    /// Deletes every entry that carries a tag.
    ///
    /// Returns whether anything was ever written under the tag. A value that is being computed now counts as
    /// written before, so it is not found afterwards; what is written later stays. The cost does not depend on
    /// the number of entries. A tag belongs to the namespace of its view.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the tag is empty; otherwise the store's error.
    example:
    /// cache.tags(["user:42"]).set("card:7", "of user 42").await?;
    /// assert!(cache.delete_tag("user:42").await?);
    /// assert!(!cache.exists("card:7").await?);
    pub async fn delete_tag(&self, tag: &str) -> Result<bool> {
        self.handle.delete_tag(&Self::MODE, tag)
    }

    /// Deletes every entry of this namespace and those inside it.
    ///
    /// On a cache without a namespace it deletes everything. Returns how many entries were deleted.
    ///
    /// # Errors
    ///
    /// The store's error.
    example:
    /// cache.namespace("tenant-7").set("stats", &7).await?;
    /// assert_eq!(cache.namespace("tenant-7").clear().await?, 1); // the rest stays
    pub async fn clear(&self) -> Result<u64> {
        self.handle.clear(&Self::MODE)
    }
}

for_both_faces! {
    /// Removal of what has expired.
    impl Cache and AsyncCache;

    /// Removes the entries that are no longer needed.
    ///
    /// These are the expired ones that no window still serves, in all namespaces. Returns how many were removed.
    /// You need not call it: a store removes them bit by bit, too. Stores whose server expires entries by itself,
    /// such as Redis, return 0.
    ///
    /// # Errors
    ///
    /// The store's error.
    example:
    blocking {
        /// let _scope = cache_runtime::testing::scope(cache.clone()); // for a clock that moves by hand
        /// cache.expires_in(60).set("stats", "old")?;
        /// cache_runtime::testing::advance(std::time::Duration::from_secs(61));
        /// assert_eq!(cache.delete_expired()?, 1);
        pub fn delete_expired(&self) -> Result<u64> {
            poll_once(self.handle.delete_expired(&Self::MODE))
        }
    }
    asynchronous {
        /// let _scope = cache_runtime::testing::scope(cache.to_sync()); // for a clock that moves by hand
        /// cache.expires_in(60).set("stats", "old").await?;
        /// cache_runtime::testing::advance(std::time::Duration::from_secs(61));
        /// assert_eq!(cache.delete_expired().await?, 1);
        pub async fn delete_expired(&self) -> Result<u64> {
            self.handle.delete_expired(&Self::MODE).await
        }
    }
}
