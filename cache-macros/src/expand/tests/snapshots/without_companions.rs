fn price(&self, sku: u64) -> Money {
    let key = private::template_key(
        &["price:", ""],
        &[&sku],
        None,
        private::FunctionPath::of(
            &|| (),
            &{
                fn here() {}
                here
            },
            false,
        ),
        &[],
    );
    match private::lookup(
        private::CallOptions::DEFAULT.race_ttl(private::Duration::new(10u64, 0u32)),
        key,
        {
            #[allow(unused_imports)]
            use private::Fallback as _;
            private::checked(private::OutcomeProbe::<Money>::new().cache_outcome())
        },
    ) {
        private::Lookup::Hit(whole) => whole,
        private::Lookup::Compute(computation) => {
            #[allow(clippy::used_underscore_binding)]
            let copy_0 = private::own(self);
            #[allow(clippy::used_underscore_binding)] private::require_task(&sku);
            private::recompute(
                computation,
                move || -> Money {
                    #[allow(unused_variables, clippy::shadow_unrelated)]
                    let this = copy_0.get();
                    { this.prices[sku] }
                },
            )
        }
    }
}
