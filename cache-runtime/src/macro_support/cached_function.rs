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
        [$($mode:tt)*] [$($async:tt)*] [$($await:tt)*]
        [$options_name:ident $subject_name:ident $key_variable:ident] [$($options:tt)*] [$($tagged:tt)*] [$($subject:tt)*]
        [$call:ident $refresh:ident] $arguments:tt [$($whole:tt)*]
        $($companions:tt)*
    ) => {
        $($function)* {
            $($warnings)*
            // Statements of their own, so that their temporaries do not live across an `.await`.
            let $options_name = $($options)* $($tagged)*;
            let $subject_name = $($subject)*;
            $($mode)*::$call $arguments $($await)* $($whole)*
        }
        $crate::__companions! {
            [$($type)*] [$($impl)*]
            [$($mode)*] [$($async)*] [$($await)*]
            [$options_name $subject_name $key_variable] [$($options)*] [$($tagged)*] [$($subject)*]
            [$call $refresh] $arguments [$($whole)*]
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
        $($type)+
        $($impl)+ { $crate::__companions! { [] [] $($companions)* } }
    };
    // Those of a method stand next to it.
    (
        [] []
        [$($mode:tt)*] [$($async:tt)*] [$($await:tt)*]
        [$options_name:ident $subject_name:ident $key_variable:ident] [$($options:tt)*] [$($tagged:tt)*] [$($subject:tt)*]
        [$call:ident $refresh:ident] $arguments:tt [$($whole:tt)*]
        [$ask_invalidate:ident $ask_peek:ident $ask_prime:ident $value:ident] [$($cache:tt)*] [$($outcome:tt)*]
        [$($attrs:tt)*] [$($vis:tt)*]
        [$uncached:ident $refresh_name:ident $invalidate:ident $peek:ident $prime:ident $key_name:ident $tags_name:ident $key_function:ident]
        [$($generics:tt)*] [$($bounds:tt)*]
        [$($inputs:tt)*] [$($keyed:tt)*] [$($primed:tt)*] [$($prime_tagged:tt)*] [$($own_lifetime:tt)*]
        [$($output:tt)*] [$($stored:tt)*] [$($found:tt)*]
        [$($key:tt)*]
        [$($body:tt)*] [$($run:tt)*] [$($borrowed:tt)*] [$($make_key:tt)*]
        [$($tags_inputs:tt)*] [$($tags:tt)*]
    ) => {
        // First, because the compiler reports it first where companions are not possible.
        $($attrs)*
        #[doc(hidden)]
        fn $key_function<$($generics)*>($($borrowed)*)
            -> $crate::macro_support::Result<::std::string::String> $($bounds)* { $($make_key)* }

        $($body)*

        $crate::__companions! {
            @unless_empty [$($run)*] {
                /// Runs the body and does not touch the cache.
                $($attrs)*
                #[inline]
                $($vis)* $($async)* fn $uncached<$($generics)*>($($inputs)*) -> $($output)* $($bounds)*
            }
        }

        /// Runs the body now and stores its result.
        $($attrs)*
        #[inline]
        $($vis)* $($async)* fn $refresh_name<$($generics)*>($($inputs)*) -> $($output)* $($bounds)* {
            let $options_name = $($options)* $($tagged)*.refreshing();
            let $subject_name = $($subject)*;
            $($mode)*::$refresh $arguments $($await)* $($whole)*
        }

        /// Forgets the entry of these arguments; `true` if there was one.
        ///
        /// # Errors
        ///
        /// If the backend fails, or the arguments make no key.
        $($attrs)*
        #[inline]
        $($vis)* $($async)* fn $invalidate<$($generics)*>($($keyed)*) -> $crate::macro_support::Result<::core::primitive::bool>
        $($bounds)* {
            let $key_variable = $($key)*;
            $($mode)*::$ask_invalidate($($cache)*, $key_variable) $($await)*
        }

        /// Reads the entry of these arguments; never runs the body.
        ///
        /// # Errors
        ///
        /// If the backend fails, or the arguments make no key.
        $($attrs)*
        #[inline]
        $($vis)* $($async)* fn $peek<$($generics)*>($($keyed)*)
            -> $crate::macro_support::Result<::core::option::Option<$($found)*>> $($bounds)* {
            let $key_variable = $($key)*;
            $($mode)*::$ask_peek($($cache)*, $key_variable, $($outcome)*) $($await)*
        }

        $crate::__companions! {
            @prime [$($async)*] {
                /// Stores a value for these arguments without running the body.
                ///
                /// # Errors
                ///
                /// If the backend fails, the arguments make no key, or serde cannot write the value.
                $($attrs)*
                #[inline]
                $($vis)* fn $prime<$($generics)* __Given>($($primed)*)
            } [
                $($bounds)*
                $crate::macro_support::Returns<$($stored)*>: $crate::macro_support::Stores<__Given, Whole = $($stored)*>,
            ] {
                let $options_name = $($options)* $($prime_tagged)*;
                let $key_variable = $($key)*;
                $($mode)*::$ask_prime($options_name, $key_variable, $($outcome)*, $value $($own_lifetime)*)
            }
        }

        /// The key of these arguments, as the methods of a cache take it; empty if they make none.
        $($attrs)*
        #[inline]
        $($vis)* fn $key_name<$($generics)*>($($keyed)*) -> ::std::string::String $($bounds)* {
            $crate::macro_support::key($($key)*)
        }

        $crate::__companions! {
            @unless_empty [$($tags)*] {
                /// The tags of these arguments as they are stored.
                $($attrs)*
                #[inline]
                $($vis)* fn $tags_name<$($generics)*>($($tags_inputs)*) -> ::std::vec::Vec<::std::string::String>
                $($bounds)*
            }
        }
    };
    (@prime [] { $($function:tt)* } [$($bounds:tt)*] $body:tt) => {
        $($function)* -> $crate::macro_support::Result<()> $($bounds)* $body
    };
    // Not an `async fn`, whose future would hold the reference to the value.
    (@prime [async] { $($function:tt)* } [$($bounds:tt)*] $body:tt) => {
        $($function)* -> impl ::core::future::Future<Output = $crate::macro_support::Result<()>> $($bounds)* $body
    };
    (@unless_empty [] { $($function:tt)* }) => {};
    (@unless_empty [$($body:tt)+] { $($function:tt)* }) => { $($function)* { $($body)* } };
}
