#[allow(clippy::complexity, clippy::ptr_arg, clippy::used_underscore_binding)]
fn largest<'a, T: Ord, const N: usize>(values: &'a [T], argument_1: (T, T)) -> Cow<'a, T>
where
    T: Storable,
{
    let key = largest::__key::<T, N>(&values, &argument_1);
    private::call(
        private::CallOptions::DEFAULT,
        key,
        {
            #[allow(unused_imports)]
            use private::Fallback as _;
            private::checked(private::OutcomeProbe::<Cow<'a, T>>::new().cache_outcome())
        },
        &mut private::once(|| largest::uncached::<T, N>(values, argument_1)),
    )
}
///What stands beside the function `largest`.
#[doc(hidden)]
#[allow(
    unused,
    single_use_lifetimes,
    unused_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
struct largest {}
impl largest {
    ///Runs the body, and leaves the cache alone.
    #[allow(
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::missing_const_for_fn,
        clippy::unused_async,
        clippy::extra_unused_type_parameters
    )]
    fn uncached<'a, T: Ord, const N: usize>(
        values: &'a [T],
        (low, _): (T, T),
    ) -> Cow<'a, T>
    where
        T: Storable,
    {
        let _ = &values;
        let _ = &low;
        values.iter().max().unwrap_or(low).into()
    }
}
#[allow(
    unused,
    single_use_lifetimes,
    unused_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
impl largest {
    #[doc(hidden)]
    fn __key<'a, T: Ord, const N: usize>(
        values: &&'a [T],
        argument_1: &(T, T),
    ) -> private::Result<String>
    where
        T: Storable,
    {
        let (low, _) = argument_1;
        private::DefaultKey::new(
                private::FunctionPath::beside(
                    &|| (),
                    &{
                        fn here() {}
                        here
                    },
                    "::__key",
                    "",
                ),
                None,
                ::core::line!(),
                ::core::column!(),
            )
            .arg("values", values)
            .arg("low", low)
            .finish()
    }
    ///Runs the body now, and keeps what it returns.
    #[inline]
    fn refresh<'a, T: Ord, const N: usize>(
        values: &'a [T],
        argument_1: (T, T),
    ) -> Cow<'a, T>
    where
        T: Storable,
    {
        private::refresh(
            private::CallOptions::DEFAULT,
            Self::__key::<T, N>(&values, &argument_1),
            {
                #[allow(unused_imports)]
                use private::Fallback as _;
                private::checked(
                    private::OutcomeProbe::<Cow<'a, T>>::new().cache_outcome(),
                )
            },
            &mut private::once(|| Self::uncached::<T, N>(values, argument_1)),
        )
    }
    /**Forgets what is kept for these arguments, and tells whether there was anything.

# Errors

The store's; and that the arguments make no key.*/
    #[inline]
    fn invalidate<'a, T: Ord, const N: usize>(
        values: &'a [T],
        argument_1: (T, T),
    ) -> private::Result<bool>
    where
        T: Storable,
    {
        private::invalidate(None, Self::__key::<T, N>(&values, &argument_1))
    }
    /**What is kept for these arguments; the body does not run.

# Errors

The store's; and that the arguments make no key.*/
    #[inline]
    fn peek<'a, T: Ord, const N: usize>(
        values: &'a [T],
        argument_1: (T, T),
    ) -> private::Result<Option<Cow<'a, T>>>
    where
        T: Storable,
    {
        private::peek_whole(
            None,
            Self::__key::<T, N>(&values, &argument_1),
            {
                #[allow(unused_imports)]
                use private::Fallback as _;
                private::checked(
                    private::OutcomeProbe::<Cow<'a, T>>::new().cache_outcome(),
                )
            },
        )
    }
    /**Keeps a value for these arguments as if the body had returned it.

# Errors

The store's; that the arguments make no key; and that serde cannot write the value.*/
    #[inline]
    fn prime<'a, T: Ord, const N: usize, __Given>(
        values: &'a [T],
        argument_1: (T, T),
        value: &__Given,
    ) -> private::Result<()>
    where
        T: Storable,
        private::Returns<Cow<'a, T>>: private::Stores<__Given, Whole = Cow<'a, T>>,
    {
        private::prime(
            private::CallOptions::DEFAULT,
            Self::__key::<T, N>(&values, &argument_1),
            {
                #[allow(unused_imports)]
                use private::Fallback as _;
                private::checked(
                    private::OutcomeProbe::<Cow<'a, T>>::new().cache_outcome(),
                )
            },
            private::Returns::<Cow<'a, T>>::new(),
            value,
        )
    }
    ///The key of these arguments as it stands in the store; empty where they make none, because then nothing is kept.
    #[inline]
    fn key<'a, T: Ord, const N: usize>(values: &'a [T], argument_1: (T, T)) -> String
    where
        T: Storable,
    {
        private::key(Self::__key::<T, N>(&values, &argument_1))
    }
}
