//! The macros that write a cached function and its companions.
//!
//! The attribute gives them what differs between functions, and they write the rest. Whatever the compiler may report is
//! among the arguments, because those keep their position in the user's code.
//!
//! Idents that have their position at the return type are passed as sequences: of an `ident` the compiler remembers where in
//! these macros it stood, and would place there what it reports about the type.
//!
//! Each call of a macro and each line of documentation costs the compiler time for every annotated function. Therefore there
//! are two macros that write all, and a documentation is one text.

/// A cached function, and its companion type or, for a method, its companions.
#[doc(hidden)]
#[macro_export]
macro_rules! __cached_function {
    // The companions of a function belong to a type, of which there are no values.
    (
        [$($function:tt)*] [$($call:tt)*] [$($type:tt)+] [$($impl:tt)+] [$uncached:ident $($run:tt)*]
        [$($attrs:tt)*] [$($vis:tt)*] [$($async:tt)*] [$($await:tt)*] [$($generics:tt)*] [$($bounds:tt)*]
        [$($inputs:tt)*] [$($output:tt)*]
        $($companions:tt)*
    ) => {
        $($function)* { $($call)* }
        $($type)+
        $($impl)+ {
            #[doc = "Runs the body and does not touch the cache."]
            $($attrs)*
            #[inline]
            $($vis)* $($async)* fn $uncached<$($generics)*>($($inputs)*) -> $($output)* $($bounds)* { $($run)* $($await)* }

            $crate::__companions! {
                [$($attrs)*] [$($vis)*] [$($async)*] [$($await)*] [$($generics)*] [$($bounds)*] [$($inputs)*] [$($output)*]
                $($companions)*
            }
        }
    };
    // Those of a method stand next to it.
    ([$($function:tt)*] [$($call:tt)*] [] [] [] $($companions:tt)*) => {
        $($function)* { $($call)* }
        $crate::__companions! { $($companions)* }
    };
}

/// The companions of a cached function.
#[doc(hidden)]
#[macro_export]
macro_rules! __companions {
    (
        [$($attrs:tt)*] [$($vis:tt)*] [$($async:tt)*] [$($await:tt)*] [$($generics:tt)*] [$($bounds:tt)*]
        [$($inputs:tt)*] [$($output:tt)*]
        [$key_function:ident $($borrowed:tt)*] [$($make_key:tt)*]
        [$($body:tt)*] [$($call:tt)*]
        [$refresh:ident $($refreshing:tt)*]
        [$($mode:tt)*] [$($cache:tt)*] [$($outcome:tt)*] [$($key_variable:tt)*] [$($key:tt)*] [$($keyed:tt)*]
        [$invalidate:ident $($ask_invalidate:tt)*]
        [$peek:ident $($ask_peek:tt)*] [$($found:tt)*]
        [$prime:ident $($ask_prime:tt)*] [$($primed:tt)*] [$($prime_output:tt)*] [$($stored:tt)*]
        [$($options_variable:tt)*] [$($options:tt)*] [$($value:tt)*]
        [$key_name:ident] [$($tags:tt)*]
        [$stats:ident $($named:tt)*] [$($receiver:tt)*]
    ) => {
        // First, because the compiler reports it first where companions are not possible.
        $($attrs)*
        #[doc(hidden)]
        fn $key_function<$($generics)*>($($borrowed)*)
            -> $crate::macro_support::Result<::std::string::String> $($bounds)* { $($make_key)* }

        $($body)*

        $($call)*

        #[doc = "Runs the body now and stores its result."]
        $($attrs)*
        #[inline]
        $($vis)* $($async)* fn $refresh<$($generics)*>($($inputs)*) -> $($output)* $($bounds)* { $($refreshing)* }

        #[doc = "Forgets the entry of these arguments; `true` if there was one.\n\n# Errors\n\n\
                 If the backend fails, or the arguments make no key."]
        $($attrs)*
        #[inline]
        $($vis)* $($async)* fn $invalidate<$($generics)*>($($keyed)*) -> $crate::macro_support::Result<::core::primitive::bool>
        $($bounds)* {
            // A statement of its own, so that its temporaries do not live across an `.await`.
            let $($key_variable)* = $($key)*;
            $($mode)*::$($ask_invalidate)*($($cache)*, $($key_variable)*) $($await)*
        }

        #[doc = "Reads the entry of these arguments; never runs the body.\n\n# Errors\n\n\
                 If the backend fails, or the arguments make no key."]
        $($attrs)*
        #[inline]
        $($vis)* $($async)* fn $peek<$($generics)*>($($keyed)*)
            -> $crate::macro_support::Result<::core::option::Option<$($found)*>> $($bounds)* {
            let $($key_variable)* = $($key)*;
            $($mode)*::$($ask_peek)*($($cache)*, $($key_variable)*, $($outcome)*) $($await)*
        }

        // Not an `async fn`, whose future would hold the reference to the value.
        #[doc = "Stores a value for these arguments without running the body.\n\n# Errors\n\n\
                 If the backend fails, the arguments make no key, or serde cannot write the value."]
        $($attrs)*
        #[inline]
        $($vis)* fn $prime<$($generics)* __Given>($($primed)*) -> $($prime_output)* $($bounds)*
            $crate::macro_support::Returns<$($stored)*>: $crate::macro_support::Stores<__Given, Whole = $($stored)*>,
        {
            let $($options_variable)* = $($options)*;
            let $($key_variable)* = $($key)*;
            $($mode)*::$($ask_prime)*($($options_variable)*, $($key_variable)*, $($outcome)*, $($value)*)
        }

        #[doc = "The key of these arguments, as the methods of a cache take it; empty if they make none."]
        $($attrs)*
        #[inline]
        $($vis)* fn $key_name<$($generics)*>($($keyed)*) -> ::std::string::String $($bounds)* {
            $crate::macro_support::key($($key)*)
        }

        $($tags)*

        #[doc = "What was counted of this function: hits, misses by reason, time saved."]
        $($attrs)*
        #[inline]
        $($vis)* fn $stats($($receiver)*) -> $crate::macro_support::Counts { $crate::macro_support::stats($($named)*) }
    };
}
