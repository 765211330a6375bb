//! An `Arc` or a `Box` of a store is a store.

use std::sync::Arc;

use super::{
    Claims, Deleted, Dispatch, Expiration, Limits, Operation, Record, Store, Stripes, Timestamp, Value, forward_methods,
};
use crate::Result;

macro_rules! of_the_store {
    ($self:ident.$($call:tt)*) => { (**$self).$($call)* };
}

/// Forwards every method: a default in the place of one would silently replace the store's own.
macro_rules! forward {
    ($($pointer:ident),*) => {$(
        #[deny(clippy::missing_trait_methods)]
        impl<S: Store + ?Sized> Store for $pointer<S> {
            forward_methods!(self, of_the_store);

            fn delete_expired(&self, now: Timestamp) -> Result<u64> {
                (**self).delete_expired(now)
            }
            fn claims(&self) -> Option<&dyn Claims> {
                (**self).claims()
            }
            fn limits(&self) -> Option<&dyn Limits> {
                (**self).limits()
            }
            fn stripes(&self) -> Option<Arc<Stripes>> {
                (**self).stripes()
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
