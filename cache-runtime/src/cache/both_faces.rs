//! The methods of a blocking face and its async one, written once.

/// Writes methods for both faces, which share their prose and, without its `await` and `async`, their example.
///
/// A `pub async fn` blocks on the first face and is awaited on the second, a `pub fn` is the same on both, and methods
/// whose signatures differ are written for each face, in braces.
macro_rules! for_both_faces {
    ($(#[$group:meta])* impl $face:ident and $async_face:ident; $(
        $(#[$prose:meta])*
        example: $(#[doc = $line:literal])*
        pub async fn $name:ident $(<$T:ident: $bound:ident $(+ ?$sized:ident)?>)?
            (&$self:ident $(, $arg:ident: $type:ty)* $(,)?) -> $output:ty { $operation:expr }
    )*) => {
        for_both_faces! { $(#[$group])* impl $face and $async_face; $(
            $(#[$prose])*
            example: $(#[doc = $line])*
            blocking {
                pub fn $name $(<$T: $bound $(+ ?$sized)?>)? (&$self $(, $arg: $type)*) -> $output {
                    $crate::poll_once::poll_once($operation)
                }
            }
            asynchronous {
                pub async fn $name $(<$T: $bound $(+ ?$sized)?>)? (&$self $(, $arg: $type)*) -> $output {
                    $operation.await
                }
            }
        )* }
    };
    ($(#[$group:meta])* impl $face:ident and $async_face:ident; $(
        $(#[$prose:meta])*
        example: $(#[doc = $line:literal])*
        pub fn $name:ident $arguments:tt $(-> $output:ty)? $body:block
    )*) => {
        for_both_faces! { $(#[$group])* impl $face and $async_face; $(
            $(#[$prose])*
            example: $(#[doc = $line])*
            blocking {
                pub fn $name $arguments $(-> $output)? $body
            }
            asynchronous {
                pub fn $name $arguments $(-> $output)? $body
            }
        )* }
    };
    ($(#[$group:meta])* impl $face:ident and $async_face:ident; $(
        $(#[$prose:meta])*
        example: $(#[doc = $line:literal])*
        blocking { $(#[$blocking:meta])* pub $($method:tt)* }
        asynchronous { $(#[$asynchronous:meta])* pub $($async_method:tt)* }
    )*) => {
        // Not `///`: rustdoc would then show the lines that the macro was given one space further to the right.
        $(#[$group])*
        impl $face { $(
            $(#[$prose])*
            #[doc = "\n # Example\n\n ```"]
            #[doc = $crate::cache::both_faces::start!($face)]
            $(#[doc = ::cache_macros::without_await!($line)])*
            $(#[$blocking])*
            #[doc = " # Ok::<(), cache_runtime::Error>(())\n ```"]
            pub $($method)*
        )* }
        $(#[$group])*
        impl $async_face { $(
            $(#[$prose])*
            #[doc = "\n # Example\n\n ```\n # #[tokio::main(flavor = \"current_thread\")]"]
            #[doc = " # async fn main() -> cache_runtime::Result<()> {"]
            #[doc = $crate::cache::both_faces::start!($async_face)]
            $(#[doc = $line])*
            $(#[$asynchronous])*
            #[doc = " # Ok(())\n # }\n ```"]
            pub $($async_method)*
        )* }
    };
}

/// The first lines of every example of a face.
macro_rules! start {
    (Cache) => {
        " use cache_runtime::Cache;\n\n let cache = Cache::memory();"
    };
    (AsyncCache) => {
        " use cache_runtime::Cache;\n\n let cache = Cache::memory().to_async();"
    };
    (Background) => {
        " use cache_runtime::{Cache, testing};\n use std::time::Duration;\n\n \
         let _scope = testing::scope(Cache::memory()); // for a clock that moves by hand\n \
         let rates = cache_runtime::cache().expires_in(60).race_ttl(3600).background();"
    };
    (AsyncBackground) => {
        " use cache_runtime::{Cache, testing};\n use std::time::Duration;\n\n \
         let _scope = testing::scope(Cache::memory()); // for a clock that moves by hand\n \
         let rates = cache_runtime::async_cache().expires_in(60).race_ttl(3600).background();"
    };
    (Fragment) => {
        $crate::cache::both_faces::start!(Cache)
    };
    (AsyncFragment) => {
        $crate::cache::both_faces::start!(AsyncCache)
    };
    (Counter) => {
        " use cache_runtime::counter;\n\n #[counter(key = \"page:views:{page_id}\")]\n fn page_views(page_id: u64);\n\n \
         # let _scope = cache_runtime::testing::scope(cache_runtime::Cache::memory());"
    };
    (AsyncCounter) => {
        " use cache_runtime::counter;\n\n #[counter(key = \"page:views:{page_id}\")]\n async fn page_views(page_id: u64);\n\n \
         # let _scope = cache_runtime::testing::scope(cache_runtime::Cache::memory());"
    };
}
pub(super) use {for_both_faces, start};
