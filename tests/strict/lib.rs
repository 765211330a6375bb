//! Public annotated functions under lints that are forbidden: an expansion neither triggers a lint nor allows one, since an
//! `allow` under `forbid` is an error.
//!
//! `cargo check` and `cargo doc` see some of it, `cargo clippy` the rest.

#![forbid(unsafe_code, missing_docs, unreachable_pub, unused)]
#![forbid(clippy::pedantic, clippy::nursery, clippy::all)]
#![deny(
    warnings,
    unused_qualifications,
    single_use_lifetimes,
    unused_lifetimes,
    non_camel_case_types,
    missing_debug_implementations,
    missing_copy_implementations
)]
#![deny(rustdoc::all)]

use std::collections::HashMap;
use std::time::Duration;

use cache_runtime::{Error, cached, counter};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A user. Its implementations are written by hand, because serde's derives contain `allow`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub id: u64,
}

impl Serialize for User {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.id)
    }
}

impl<'de> Deserialize<'de> for User {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(|id| Self { id })
    }
}

/// Loads a user: see [`load_user`](fn@load_user) and [`load_user()`].
///
/// # Errors
///
/// If there is no such user.
#[cached(key = "user:{id}", expires_in = 300, race_ttl = 10, skip(_hint), store_if = |user| user.id > 0)]
pub fn load_user(id: u64, _hint: &str) -> Result<User, String> {
    if id > 100 { Err(format!("there is no user {id}")) } else { Ok(User { id }) }
}

/// Loads many users, as [`load_user`] does one.
#[cached(each = ids, key = "user:{id}")]
#[must_use]
pub fn load_users(ids: &[u64]) -> HashMap<u64, User> {
    ids.iter().map(|id| (*id, User { id: *id })).collect()
}

/// Fetches a page.
///
/// # Errors
///
/// If there is none.
#[cached(expires_in = expiration(seconds), skip(client))]
pub async fn fetch<T>(client: &T, path: &str, seconds: u64, (page, size): (u8, u8)) -> Result<String, Error>
where
    T: AsRef<str> + Sync,
{
    std::future::ready(()).await;
    Ok(format!("{}{path}{seconds}{page}{size}", client.as_ref()))
}

const fn expiration(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The greatest of some values.
#[cached]
#[must_use]
pub fn greatest<T: Ord + Clone + Serialize + DeserializeOwned>(values: &[T], but: &T) -> Option<T> {
    values.iter().filter(|value| *value != but).max().cloned()
}

/// Works while the old value is served.
#[cached(key = "report:{region}", race_ttl = "1h", background)]
#[must_use]
pub fn report(region: &str) -> String {
    format!("of {region}")
}

/// Counts views.
#[counter(key = "views:{page}")]
pub fn views(page: u64);

/// A shop.
#[derive(Debug, Clone, Copy)]
pub struct Shop {
    id: u64,
}

impl Shop {
    /// Opens a shop.
    #[must_use]
    pub const fn new(id: u64) -> Self {
        Self { id }
    }

    /// What something costs.
    #[cached(key = "shop:{self.id}:price:{sku}", expires_in = 60)]
    #[must_use]
    pub fn price(&self, sku: &str) -> Option<u64> {
        (sku == "tea").then_some(self.id)
    }

    /// What is in stock.
    #[cached(key = "shop:{self.id}:stock")]
    pub async fn stock(&self) -> u64 {
        std::future::ready(self.id).await
    }

    #[cached(skip(self))]
    fn private(&self, rate: u64) -> u64 {
        self.id * rate
    }

    /// The price with tax.
    #[must_use]
    pub fn taxed(&self, rate: u64) -> u64 {
        self.private(rate)
    }
}

mod owned;

pub use self::owned::owned_arguments;

mod inner {
    use cache_runtime::cached;

    #[cached]
    pub(crate) fn add(a: u8, b: u8) -> u8 {
        a.saturating_add(b)
    }

    #[cached(companions = false)]
    pub(super) fn subtract(a: u8, b: u8) -> u8 {
        a.saturating_sub(b)
    }
}

/// Adds and subtracts.
#[must_use]
pub fn calculate(a: u8, b: u8) -> u8 {
    inner::subtract(inner::add(a, b), b)
}

#[cfg(test)]
mod tests {
    use cache_runtime::{Cache, testing};

    use super::*;

    #[test]
    fn what_is_linted_works() {
        let _scope = testing::scope(Cache::memory());
        assert_eq!(load_user(1, ""), Ok(User { id: 1 }));
        assert_eq!((load_user::peek(1).unwrap(), load_users(&[1, 2]).len()), (Some(User { id: 1 }), 2));
        assert_eq!((greatest(&[1, 2], &3), report("north"), calculate(3, 2)), (Some(2), "of north".to_owned(), 3));
        assert_eq!((Shop::new(3).price("tea"), Shop::new(3).taxed(2)), (Some(3), 6));
        assert_eq!(owned_arguments(), ["abp/", "1", "7", "a2", "aa", "ab31", "a3"]);
        assert_eq!(views(1).increment().unwrap(), 1);
        drop((fetch(&"a", "b", 1, (1, 2)), Shop::new(1).stock()));
    }
}
