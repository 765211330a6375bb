//! The macros that write a cached function and its companions.
//!
//! The attribute gives them what differs between functions, and they write the rest. Whatever the compiler may report is
//! among the arguments, because those keep their position in the user's code.

/// A cached function, and its companion type or, for a method, its companions.
#[doc(hidden)]
#[macro_export]
macro_rules! __cached_function {
    // A call that the attribute has written.
    ([$($function:tt)*] {$($call:tt)*} [$($type:tt)*] [$($impl:tt)*] $($companions:tt)*) => {
        $($function)* { $($call)* }
        $crate::__companions! { [$($type)*] [$($impl)*] $($companions)* }
    };
    // The usual call.
    (
        [$($function:tt)*] [$($warnings:tt)*] [$($type:tt)*] [$($impl:tt)*]
        $mode:ident [$($async:tt)*] [$($await:tt)*] [$($options:tt)*] [$($tagged:tt)*] $call:ident $refresh:ident [$($subject:tt)*] [$($arguments:tt)*] [$($tail:tt)*]
        $($companions:tt)*
    ) => {
        $($function)* {
            $($warnings)*
            // Statements of their own, so that their temporaries do not live across an `.await`.
            let subject = $($subject)*;
            let options = $($options)* $($tagged)*;
            let result = $crate::macro_support::$mode::$call(options, subject, $($arguments)*) $($await)*;
            result $($tail)*
        }
        $crate::__companions! {
            [$($type)*] [$($impl)*]
            $mode [$($async)*] [$($await)*] [$($options)*] [$($tagged)*] $call $refresh [$($subject)*] [$($arguments)*] [$($tail)*]
            $($companions)*
        }
    };
}

/// The companions of a cached function.
#[doc(hidden)]
#[macro_export]
macro_rules! __companions {
    // Those of a function belong to a type, of which there are no values.
    ([$($type:tt)+] [$($impl:tt)+] $($companions:tt)*) => {
        $($type)+ {}
        $($impl)+ { $crate::__companions! { [] [] $($companions)* } }
    };
    // Those of a method stand next to it.
    (
        [] []
        $mode:ident [$($async:tt)*] [$($await:tt)*] [$($options:tt)*] [$($tagged:tt)*] $call:ident $refresh:ident [$($subject:tt)*] [$($arguments:tt)*] [$($tail:tt)*]
        [$($cfg:tt)*] [$($vis:tt)*]
        [$uncached:ident $refresh_name:ident $invalidate:ident $peek:ident $prime:ident $key_name:ident $tags_name:ident $key_function:ident]
        [$($generics:tt)*] [$($bounds:tt)*]
        [$($inputs:tt)*] [$($keyed:tt)*] [$($primed:tt)*] [$($prime_tagged:tt)*]
        [$($output:tt)*] [$($stored:tt)*] $peek_as:ident [$($found:tt)*]
        [$($cache:tt)*] [$($key:tt)*] [$($outcome:tt)*]
        [$($body:tt)*] [$($run:tt)*] [$($borrowed:tt)*] [$($make_key:tt)*]
        [$($tags_inputs:tt)*] [$($tags:tt)*]
    ) => {
        $($body)*

        $crate::__companions! {
            @unless_empty [$($run)*] {
                /// Runs the body and does not touch the cache.
                $($cfg)*
                #[inline]
                $($vis)* $($async)* fn $uncached<$($generics)*>($($inputs)*) -> $($output)* where $($bounds)*
            }
        }

        $($cfg)*
        #[doc(hidden)]
        fn $key_function<$($generics)*>($($borrowed)*)
            -> $crate::macro_support::Result<::std::string::String> where $($bounds)* { $($make_key)* }

        /// Runs the body now and stores its result.
        $($cfg)*
        #[inline]
        $($vis)* $($async)* fn $refresh_name<$($generics)*>($($inputs)*) -> $($output)* where $($bounds)* {
            let subject = $($subject)*;
            let options = $($options)* $($tagged)*;
            let result = $crate::macro_support::$mode::$refresh(options, subject, $($arguments)*) $($await)*;
            result $($tail)*
        }

        /// Forgets the entry of these arguments; `true` if there was one.
        ///
        /// # Errors
        ///
        /// If the backend fails, or the arguments make no key.
        $($cfg)*
        #[inline]
        $($vis)* $($async)* fn $invalidate<$($generics)*>($($keyed)*) -> $crate::macro_support::Result<bool>
        where $($bounds)* {
            let key = $($key)*;
            $crate::macro_support::$mode::invalidate($($cache)*, key) $($await)*
        }

        /// Reads the entry of these arguments; never runs the body.
        ///
        /// # Errors
        ///
        /// If the backend fails, or the arguments make no key.
        $($cfg)*
        #[inline]
        $($vis)* $($async)* fn $peek<$($generics)*>($($keyed)*)
            -> $crate::macro_support::Result<::core::option::Option<$($found)*>> where $($bounds)* {
            let key = $($key)*;
            $crate::macro_support::$mode::$peek_as($($cache)*, key, $($outcome)*) $($await)*
        }

        $crate::__companions! {
            @prime $mode {
                /// Stores a value for these arguments without running the body.
                ///
                /// # Errors
                ///
                /// If the backend fails, the arguments make no key, or serde cannot write the value.
                $($cfg)*
                #[inline]
                $($vis)* fn $prime<$($generics)* __Given>($($primed)* value: &__Given)
            } [
                $($bounds)*
                $crate::macro_support::Returns<$($stored)*>: $crate::macro_support::Stores<__Given, Whole = $($stored)*>,
            ] {
                let of = $crate::macro_support::Returns::<$($stored)*>::new();
                let options = $($options)* $($prime_tagged)*;
                let key = $($key)*;
                $crate::macro_support::$mode::prime(options, key, $($outcome)*, of, value)
            }
        }

        /// The key of these arguments as it is stored; empty if they make none.
        $($cfg)*
        #[inline]
        $($vis)* fn $key_name<$($generics)*>($($keyed)*) -> ::std::string::String where $($bounds)* {
            $crate::macro_support::key($($key)*)
        }

        $crate::__companions! {
            @unless_empty [$($tags)*] {
                /// The tags of these arguments as they are stored.
                $($cfg)*
                #[inline]
                $($vis)* fn $tags_name<$($generics)*>($($tags_inputs)*) -> ::std::vec::Vec<::std::string::String>
                where $($bounds)*
            }
        }
    };
    (@prime blocking { $($function:tt)* } [$($bounds:tt)*] $body:tt) => {
        $($function)* -> $crate::macro_support::Result<()> where $($bounds)* $body
    };
    // Not an `async fn`, whose future would hold the reference to the value.
    (@prime asynchronous { $($function:tt)* } [$($bounds:tt)*] $body:tt) => {
        $($function)* -> impl ::core::future::Future<Output = $crate::macro_support::Result<()>> where $($bounds)* $body
    };
    (@unless_empty [] { $($function:tt)* }) => {};
    (@unless_empty [$($body:tt)+] { $($function:tt)* }) => { $($function)* { $($body)* } };
}

/// Which part of a return type is stored. It is a macro because the type alone decides, not its bounds: see `OutcomeProbe`.
#[doc(hidden)]
#[macro_export]
macro_rules! __outcome {
    ($($returned:tt)*) => {
        $crate::macro_support::checked($crate::macro_support::OutcomeProbe::<$($returned)*>::new().cache_outcome())
    };
}
