//! Views: the same cache with options.

use super::both_faces::for_both_faces;
use super::{AsyncCache, Cache};
use crate::handle::{Handle, View};
use crate::time::Jitter;
use crate::{Ttl, key};

for_both_faces! {
    /// Options: each returns a view of the same cache, in which every operation has the option.
    impl Cache and AsyncCache;

    /// Sets how long the values and counters live that are written.
    ///
    /// It takes seconds, a `Duration`, or a [`Ttl`]. Without it the cache's default holds: 2 days, or what the
    /// configuration says. A lifetime of zero stores nothing and deletes what was there. A counter keeps the
    /// lifetime with which it started.
    #[must_use]
    example:
    /// cache.expires_in(300).set("stats", &7).await?; // seconds
    /// cache.expires_in(cache_runtime::Ttl::parse("1h 30m")?).set("stats", &7).await?;
    pub fn expires_in(&self, ttl: impl Into<Ttl>) -> Self {
        Self { handle: with(&self.handle, |view| view.expires_in = Some(ttl.into())) }
    }

    /// Serves stale values while one caller recomputes.
    ///
    /// This is stale-while-revalidate: for this long after expiry, one caller recomputes and the others get the
    /// stale value at once. It takes seconds, a `Duration`, or [`Ttl::Never`] to keep the stale value for ever.
    /// It holds for operations that compute a value; `get` never returns an expired one.
    ///
    /// If the computation returns an `Err`, the caller who computed gets it. The others are served the stale
    /// value for as long as the window or 30 seconds, whichever is shorter, and never after the window.
    #[must_use]
    example:
    /// let stats = cache.expires_in(300).race_ttl(10).get_or_set("stats", async || vec![3, 1, 4]).await;
    /// assert_eq!(stats, [3, 1, 4]);
    pub fn race_ttl(&self, window: impl Into<Ttl>) -> Self {
        Self { handle: with(&self.handle, |view| view.race_ttl = window.into().span()) }
    }

    /// Returns the stale value instead of an `Err`.
    ///
    /// This holds for this long after expiry, if the computation returns an `Err`. It takes seconds, a
    /// `Duration`, or [`Ttl::Never`] to keep the stale value for ever. The stale value is not stored anew.
    #[must_use]
    example:
    /// let rates = cache.expires_in(60).stale_if_error(3600);
    /// assert_eq!(rates.try_get_or_set("rate:EUR", async || "108".parse::<u32>()).await, Ok(108));
    /// // After this minute, for an hour, an `Err` of the closure is replaced by 108.
    pub fn stale_if_error(&self, window: impl Into<Ttl>) -> Self {
        Self { handle: with(&self.handle, |view| view.stale_if_error = window.into().span()) }
    }

    /// Limits for how long what is read is kept in this process.
    ///
    /// It takes seconds or a `Duration`; with 0 each operation asks the store. The cache's own setting holds too. Without
    /// both an entry is kept until it changes: see [near](crate::guide::near).
    #[must_use]
    example:
    /// let at_noon: Option<u64> = cache.near(0).get("visits").await?; // as the store has it
    pub fn near(&self, longest: impl Into<Ttl>) -> Self {
        Self { handle: with(&self.handle, |view| view.near = Some(longest.into().span())) }
    }

    /// Lets one caller among all processes compute a missing key.
    ///
    /// The other processes wait for its value. Within one process that is so without this option. If the
    /// computing process dies, the others wait for 30 seconds at most (the setting `shared_lease`). It holds for
    /// `get_or_set` and `try_get_or_set`, on stores that keep claims, such as SQLite and Redis.
    #[must_use]
    example:
    /// // In your program, `cache` is a file or a server that processes share.
    /// assert_eq!(cache.shared().get_or_set("report", async || 42).await, 42);
    pub fn shared(&self) -> Self {
        Self { handle: with(&self.handle, |view| view.shared = true) }
    }

    /// Varies each lifetime by up to this share.
    ///
    /// A share of `0.1` is up to 10 % longer or shorter, so that values which are stored together do not expire
    /// together. Below 0 counts as 0, and above 1 as 1. Only the moment of expiry changes: windows and counters
    /// keep their exact time, and values of one `write_multi` expire together.
    ///
    /// The variation follows from the key and the time, not from chance: a test with a clock of its own sees the
    /// same one each time.
    #[must_use]
    example:
    /// cache.expires_in(3600).jitter(0.1).set("stats", &7).await?; // lives from 54 to 66 minutes
    pub fn jitter(&self, share: f64) -> Self {
        Self { handle: with(&self.handle, |view| view.jitter = Jitter::new(share)) }
    }

    /// Adds tags to every value that is written.
    ///
    /// [`delete_tag`](Self::delete_tag) deletes all entries that carry a tag. A tag belongs to the namespace of
    /// its view. To read an entry with tags costs one more read of the store.
    ///
    /// A counter carries no tags: an increment through such a view is an error, and a whole number that is stored with
    /// tags is not a counter. An empty tag is an error of the operation, and what is computed is then not stored.
    #[must_use]
    example:
    /// cache.tags(["user:42"]).set("card:7", "of user 42").await?;
    /// cache.delete_tag("user:42").await?; // deletes `card:7`
    pub fn tags(&self, tags: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self { handle: with(&self.handle, |view| view.add_tags(tags.into_iter().map(|tag| tag.as_ref().to_owned()))) }
    }

    /// Gives the view keys of its own.
    ///
    /// A namespace never shares a key with the root or with another namespace, whatever characters are in either.
    /// Namespaces nest: this one is inside the view's. [`clear`](Self::clear) deletes a namespace and those inside it. With an
    /// empty name every operation is an error.
    #[must_use]
    example:
    /// cache.namespace("tenant-7").set("stats", "of tenant 7").await?;
    /// assert!(!cache.exists("stats").await?);
    pub fn namespace(&self, name: &str) -> Self {
        Self { handle: with(&self.handle, |view| view.namespace = key::namespace(&view.namespace, name).into()) }
    }
}

fn with(handle: &Handle, set: impl FnOnce(&mut View)) -> Handle {
    let mut handle = handle.clone();
    set(&mut handle.view);
    handle
}
