//! `Debug` for what holds a handle: the store and the namespace, but no value and no address.

use std::fmt;

use super::{AsyncBackground, AsyncCache, Background, Cache};

macro_rules! debug {
    ($($face:ident)*) => { $(
        impl fmt::Debug for $face {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let store = self.handle.core.store.store().name();
                let mut fields = f.debug_struct(stringify!($face));
                fields.field("store", &store);
                match &*self.handle.view.namespace {
                    "" => fields.finish(),
                    namespace => fields.field("namespace", &namespace).finish(),
                }
            }
        }
    )* };
}
debug!(Cache AsyncCache Background AsyncBackground);
