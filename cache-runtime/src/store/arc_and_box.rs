//! An `Arc` or a `Box` of a store is a store.

use std::sync::Arc;

use super::{Claims, Dispatch, Expiration, Operation, Record, Store, Timestamp, Value};
use crate::Result;

/// Forwards every method: a default in the place of one would silently replace the store's own.
macro_rules! forward {
    ($($pointer:ident),*) => {$(
        #[deny(clippy::missing_trait_methods)]
        impl<S: Store + ?Sized> Store for $pointer<S> {
            fn get(&self, key: &str) -> Result<Option<Record>> {
                (**self).get(key)
            }
            fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
                (**self).set(key, value, expiration)
            }
            fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
                (**self).delete(key, now)
            }
            fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
                (**self).increment(key, by, expiration)
            }
            fn clear(&self, prefix: &str) -> Result<u64> {
                (**self).clear(prefix)
            }
            fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
                (**self).read_multi(keys)
            }
            fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
                (**self).write_multi(values, expiration)
            }
            fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
                (**self).delete_multi(keys, now)
            }
            fn expiry(&self, key: &str) -> Result<Option<Timestamp>> {
                (**self).expiry(key)
            }
            fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
                (**self).touch(key, expiration)
            }
            fn delete_expired(&self, now: Timestamp) -> Result<u64> {
                (**self).delete_expired(now)
            }
            fn claims(&self) -> Option<&dyn Claims> {
                (**self).claims()
            }
            fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
                (**self).dispatch(operation)
            }
            fn name(&self) -> String {
                (**self).name()
            }
        }
    )*};
}

forward! { Arc, Box }
