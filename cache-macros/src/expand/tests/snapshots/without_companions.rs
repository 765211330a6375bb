fn price(&self, sku: u64) -> Money {
    let key = private::template_key(
        &["price:", ""],
        &[&sku],
        None,
        private::Place::of(
            &|| (),
            &{
                fn here() {}
                here
            },
            false,
        ),
        &[],
    );
    match private::look(
        private::Terms::DEFAULT.race_ttl(private::Duration::new(10u64, 0u32)),
        key,
        {
            #[allow(unused_imports)]
            use private::ElsePlain as _;
            private::kept(private::Probe::<Money>::new().cache_outcome())
        },
    ) {
        private::Look::Known(whole) => whole,
        private::Look::Compute(asked) => {
            #[allow(clippy::used_underscore_binding)]
            let copy_0 = private::own(self);
            #[allow(clippy::used_underscore_binding)] private::can_go(&sku);
            private::renew(
                asked,
                move || -> Money {
                    #[allow(unused_variables, clippy::shadow_unrelated)]
                    let this = copy_0.get();
                    { this.prices[sku] }
                },
            )
        }
    }
}
