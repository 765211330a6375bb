#[allow(clippy::complexity, clippy::ptr_arg, clippy::used_underscore_binding)]
fn price(&mut self, sku: Sku) -> Option<Money> {
    let key = Self::__price_key(&self, &sku);
    private::call(
        private::CallOptions::DEFAULT,
        key,
        {
            #[allow(unused_imports)]
            use private::Fallback as _;
            private::checked(
                private::OutcomeProbe::<Option<Money>>::new().cache_outcome(),
            )
        },
        &mut private::once(|| Self::price_uncached(self, sku)),
    )
}
///Runs the body, and leaves the cache alone.
#[allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::missing_const_for_fn,
    clippy::unused_async,
    clippy::extra_unused_type_parameters
)]
fn price_uncached(&mut self, mut sku: Sku) -> Option<Money> {
    let _ = &sku;
    sku.trim();
    self.prices.get(&sku)
}
#[doc(hidden)]
#[allow(
    unused,
    single_use_lifetimes,
    unused_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
fn __price_key(&self, sku: &Sku) -> private::Result<String> {
    private::template_key(
        &["shop:", ":price:", ""],
        &[&self.id, &sku.number],
        None,
        private::FunctionPath::beside(
            &|| (),
            &{
                fn here() {}
                here
            },
            "::__price_key",
            "::price",
        ),
        &[],
    )
}
///Runs the body now, and keeps what it returns.
#[allow(
    unused,
    single_use_lifetimes,
    unused_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn price_refresh(&mut self, sku: Sku) -> Option<Money> {
    private::refresh(
        private::CallOptions::DEFAULT,
        Self::__price_key(&self, &sku),
        {
            #[allow(unused_imports)]
            use private::Fallback as _;
            private::checked(
                private::OutcomeProbe::<Option<Money>>::new().cache_outcome(),
            )
        },
        &mut private::once(|| Self::price_uncached(self, sku)),
    )
}
/**Forgets what is kept for these arguments, and tells whether there was anything.

# Errors

The store's; and that the arguments make no key.*/
#[allow(
    unused,
    single_use_lifetimes,
    unused_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn price_invalidate(&self, sku: Sku) -> private::Result<bool> {
    private::invalidate(None, Self::__price_key(&self, &sku))
}
/**What is kept for these arguments; the body does not run.

# Errors

The store's; and that the arguments make no key.*/
#[allow(
    unused,
    single_use_lifetimes,
    unused_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn price_peek(&self, sku: Sku) -> private::Result<Option<Option<Money>>> {
    private::peek_whole(
        None,
        Self::__price_key(&self, &sku),
        {
            #[allow(unused_imports)]
            use private::Fallback as _;
            private::checked(
                private::OutcomeProbe::<Option<Money>>::new().cache_outcome(),
            )
        },
    )
}
/**Keeps a value for these arguments as if the body had returned it.

# Errors

The store's; that the arguments make no key; and that serde cannot write the value.*/
#[allow(
    unused,
    single_use_lifetimes,
    unused_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn price_prime<__Given>(&self, sku: Sku, value: &__Given) -> private::Result<()>
where
    private::Returns<Option<Money>>: private::Stores<__Given, Whole = Option<Money>>,
{
    private::prime(
        private::CallOptions::DEFAULT,
        Self::__price_key(&self, &sku),
        {
            #[allow(unused_imports)]
            use private::Fallback as _;
            private::checked(
                private::OutcomeProbe::<Option<Money>>::new().cache_outcome(),
            )
        },
        private::Returns::<Option<Money>>::new(),
        value,
    )
}
///The key of these arguments as it stands in the store; empty where they make none, because then nothing is kept.
#[allow(
    unused,
    single_use_lifetimes,
    unused_lifetimes,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#[inline]
fn price_key(&self, sku: Sku) -> String {
    private::key(Self::__price_key(&self, &sku))
}
