#[allow(clippy::complexity, clippy::ptr_arg, clippy::used_underscore_binding)]
async fn fetch(client: &Client, url: &str) -> Result<Page, FetchError> {
    let key = fetch::__key(&url);
    let judged = private::call_async(
            private::CallOptions::DEFAULT,
            key,
            private::with_condition({
                #[allow(unused_imports)]
                use private::Fallback as _;
                private::checked(
                    private::OutcomeProbe::<Result<Page, FetchError>>::new()
                        .cache_outcome(),
                )
            }),
            ::core::pin::pin!(
                Some(async { private::conditional({ #[allow(unused_imports)] use
                private::Fallback as _; private::checked(private::OutcomeProbe:: < Result
                < Page, FetchError > > ::new().cache_outcome()) },
                fetch::uncached(client, url). await, | page | page.is_whole()) })
            ),
        )
        .await;
    judged.whole
}
///What stands beside the function `fetch`.
#[doc(hidden)]
#[allow(
    unused,
    single_use_lifetimes,
    unused_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
struct fetch {}
impl fetch {
    ///Runs the body, and leaves the cache alone.
    #[allow(
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::must_use_candidate,
        clippy::missing_const_for_fn,
        clippy::unused_async,
        clippy::extra_unused_type_parameters
    )]
    async fn uncached(client: &Client, url: &str) -> Result<Page, FetchError> {
        let _ = &url;
        client.get(url).await
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
impl fetch {
    #[doc(hidden)]
    fn __key(url: &&str) -> private::Result<String> {
        private::template_key(
            &["page:", ""],
            &[url],
            None,
            private::FunctionPath::PLAIN,
            &[],
        )
    }
    ///Runs the body now, and keeps what it returns.
    #[inline]
    async fn refresh(client: &Client, url: &str) -> Result<Page, FetchError> {
        let judged = private::refresh_async(
                private::CallOptions::DEFAULT,
                Self::__key(&url),
                private::with_condition({
                    #[allow(unused_imports)]
                    use private::Fallback as _;
                    private::checked(
                        private::OutcomeProbe::<Result<Page, FetchError>>::new()
                            .cache_outcome(),
                    )
                }),
                ::core::pin::pin!(
                    Some(async { private::conditional({ #[allow(unused_imports)] use
                    private::Fallback as _; private::checked(private::OutcomeProbe:: <
                    Result < Page, FetchError > > ::new().cache_outcome()) },
                    Self::uncached(client, url). await, | page | page.is_whole()) })
                ),
            )
            .await;
        judged.whole
    }
    /**Forgets what is kept for these arguments, and tells whether there was anything.

# Errors

The store's; and that the arguments make no key.*/
    #[inline]
    async fn invalidate(url: &str) -> private::Result<bool> {
        private::invalidate_async(None, Self::__key(&url)).await
    }
    /**What is kept for these arguments; the body does not run.

# Errors

The store's; and that the arguments make no key.*/
    #[inline]
    async fn peek(url: &str) -> private::Result<Option<Page>> {
        private::peek_async(
                None,
                Self::__key(&url),
                {
                    #[allow(unused_imports)]
                    use private::Fallback as _;
                    private::checked(
                        private::OutcomeProbe::<Result<Page, FetchError>>::new()
                            .cache_outcome(),
                    )
                },
            )
            .await
    }
    /**Keeps a value for these arguments as if the body had returned it.

# Errors

The store's; that the arguments make no key; and that serde cannot write the value.*/
    #[inline]
    async fn prime<__Given>(url: &str, value: &__Given) -> private::Result<()>
    where
        private::Returns<
            Result<Page, FetchError>,
        >: private::Stores<__Given, Whole = Result<Page, FetchError>>,
    {
        private::prime_async(
                private::CallOptions::DEFAULT,
                Self::__key(&url),
                {
                    #[allow(unused_imports)]
                    use private::Fallback as _;
                    private::checked(
                        private::OutcomeProbe::<Result<Page, FetchError>>::new()
                            .cache_outcome(),
                    )
                },
                private::Returns::<Result<Page, FetchError>>::new(),
                value,
            )
            .await
    }
    ///The key of these arguments as it stands in the store; empty where they make none, because then nothing is kept.
    #[inline]
    fn key(url: &str) -> String {
        private::key(Self::__key(&url))
    }
}
