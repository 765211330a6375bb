#[allow(clippy::complexity, clippy::ptr_arg, clippy::used_underscore_binding)]
/// Loads a user.
/**

Its results are cached. Beside it stand `load::invalidate`, `load::refresh`, `load::peek`, `load::prime`, `load::uncached`, `load::key`.*/
pub fn load(id: u64) -> Result<User, Error> {
    let key = load::__key(&id);
    private::call(
        private::CallOptions::DEFAULT
            .expires_in(private::Ttl::After(private::Duration::new(300u64, 0u32)))
            .race_ttl(private::Duration::new(10u64, 0u32)),
        key,
        {
            #[allow(unused_imports)]
            use private::Fallback as _;
            private::checked(
                private::OutcomeProbe::<Result<User, Error>>::new().cache_outcome(),
            )
        },
        &mut private::once(|| load::uncached(id)),
    )
}
///What stands beside the function `load`.
#[doc(hidden)]
#[allow(
    unused,
    single_use_lifetimes,
    unused_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
pub struct load {}
impl load {
    ///Runs the body, and leaves the cache alone.
    #[allow(
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::missing_const_for_fn,
        clippy::unused_async,
        clippy::extra_unused_type_parameters
    )]
    pub fn uncached(id: u64) -> Result<User, Error> {
        let _ = &id;
        Ok(database()?.user(id))
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
impl load {
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
    pub fn refresh(id: u64) -> Result<User, Error> {
        private::refresh(
            private::CallOptions::DEFAULT
                .expires_in(private::Ttl::After(private::Duration::new(300u64, 0u32)))
                .race_ttl(private::Duration::new(10u64, 0u32)),
            Self::__key(&id),
            {
                #[allow(unused_imports)]
                use private::Fallback as _;
                private::checked(
                    private::OutcomeProbe::<Result<User, Error>>::new().cache_outcome(),
                )
            },
            &mut private::once(|| Self::uncached(id)),
        )
    }
    /**Forgets what is kept for these arguments, and tells whether there was anything.

# Errors

The store's; and that the arguments make no key.*/
    #[inline]
    pub fn invalidate(id: u64) -> private::Result<bool> {
        private::invalidate(None, Self::__key(&id))
    }
    /**What is kept for these arguments; the body does not run.

# Errors

The store's; and that the arguments make no key.*/
    #[inline]
    pub fn peek(id: u64) -> private::Result<Option<User>> {
        private::peek(
            None,
            Self::__key(&id),
            {
                #[allow(unused_imports)]
                use private::Fallback as _;
                private::checked(
                    private::OutcomeProbe::<Result<User, Error>>::new().cache_outcome(),
                )
            },
        )
    }
    /**Keeps a value for these arguments as if the body had returned it.

# Errors

The store's; that the arguments make no key; and that serde cannot write the value.*/
    #[inline]
    pub fn prime<__Given>(id: u64, value: &__Given) -> private::Result<()>
    where
        private::Returns<
            Result<User, Error>,
        >: private::Stores<__Given, Whole = Result<User, Error>>,
    {
        private::prime(
            private::CallOptions::DEFAULT
                .expires_in(private::Ttl::After(private::Duration::new(300u64, 0u32)))
                .race_ttl(private::Duration::new(10u64, 0u32)),
            Self::__key(&id),
            {
                #[allow(unused_imports)]
                use private::Fallback as _;
                private::checked(
                    private::OutcomeProbe::<Result<User, Error>>::new().cache_outcome(),
                )
            },
            private::Returns::<Result<User, Error>>::new(),
            value,
        )
    }
    ///The key of these arguments as it stands in the store; empty where they make none, because then nothing is kept.
    #[inline]
    pub fn key(id: u64) -> String {
        private::key(Self::__key(&id))
    }
}
