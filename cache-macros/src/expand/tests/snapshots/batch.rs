#[allow(clippy::complexity, clippy::ptr_arg, clippy::used_underscore_binding)]
fn load_all(ids: &[u64]) -> HashMap<u64, User> {
    private::batch(
        private::RunFor::Missing,
        private::CallOptions::DEFAULT,
        private::copied_elements(
            ids
                .iter()
                .map(|id| private::EntryName {
                    key: load_all::__key(id),
                    tags: ::std::vec::Vec::new(),
                })
                .collect(),
            ids,
        ),
        (
            {
                #[allow(unused_imports)]
                use private::Fallback as _;
                private::OutcomeProbe::<HashMap<u64, User>>::new().cache_outcome()
            },
            private::checked(
                private::Fallback::cache_outcome(&private::OutcomeProbe::<User>::new()),
            ),
        ),
        |missing: ::std::vec::Vec<_>| load_all::uncached(&missing),
        |_| true,
    )
}
///What stands beside the function `load_all`.
#[doc(hidden)]
#[allow(
    unused,
    single_use_lifetimes,
    unused_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
struct load_all {}
impl load_all {
    ///Runs the body, and leaves the cache alone.
    #[allow(
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::missing_const_for_fn,
        clippy::unused_async,
        clippy::extra_unused_type_parameters
    )]
    fn uncached(ids: &[u64]) -> HashMap<u64, User> {
        database().users(ids)
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
impl load_all {
    #[doc(hidden)]
    fn __key(id: &u64) -> private::Result<String> {
        private::template_key(
            &["user:", ""],
            &[id],
            None,
            private::FunctionPath::PLAIN,
            &[],
        )
    }
    ///Runs the body now, and keeps what it returns.
    #[inline]
    fn refresh(ids: &[u64]) -> HashMap<u64, User> {
        private::batch(
            private::RunFor::All,
            private::CallOptions::DEFAULT,
            private::copied_elements(
                ids
                    .iter()
                    .map(|id| private::EntryName {
                        key: Self::__key(id),
                        tags: ::std::vec::Vec::new(),
                    })
                    .collect(),
                ids,
            ),
            (
                {
                    #[allow(unused_imports)]
                    use private::Fallback as _;
                    private::OutcomeProbe::<HashMap<u64, User>>::new().cache_outcome()
                },
                private::checked(
                    private::Fallback::cache_outcome(
                        &private::OutcomeProbe::<User>::new(),
                    ),
                ),
            ),
            |missing: ::std::vec::Vec<_>| Self::uncached(&missing),
            |_| true,
        )
    }
    /**Forgets what is kept for these arguments, and tells whether there was anything.

# Errors

The store's; and that the arguments make no key.*/
    #[inline]
    fn invalidate(id: u64) -> private::Result<bool> {
        private::invalidate(None, Self::__key(&id))
    }
    /**What is kept for these arguments; the body does not run.

# Errors

The store's; and that the arguments make no key.*/
    #[inline]
    fn peek(id: u64) -> private::Result<Option<User>> {
        private::peek(
            None,
            Self::__key(&id),
            private::checked(
                private::Fallback::cache_outcome(&private::OutcomeProbe::<User>::new()),
            ),
        )
    }
    /**Keeps a value for these arguments as if the body had returned it.

# Errors

The store's; that the arguments make no key; and that serde cannot write the value.*/
    #[inline]
    fn prime<__Given>(id: u64, value: &__Given) -> private::Result<()>
    where
        private::Returns<User>: private::Stores<__Given, Whole = User>,
    {
        private::prime(
            private::CallOptions::DEFAULT,
            Self::__key(&id),
            private::checked(
                private::Fallback::cache_outcome(&private::OutcomeProbe::<User>::new()),
            ),
            private::Returns::<User>::new(),
            value,
        )
    }
    ///The key of these arguments as it stands in the store; empty where they make none, because then nothing is kept.
    #[inline]
    fn key(id: u64) -> String {
        private::key(Self::__key(&id))
    }
}
