fn price(&self, sku: u64) -> Money {
    let options = private::CallOptions::DEFAULT
        .race_ttl(private::Duration::new(10u64, 0u32));
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
    match private::blocking::lookup(options, key, private::outcome!(Money)) {
        private::Lookup::Hit(whole) => whole,
        private::Lookup::Compute(computation) => {
            let copy_0 = private::own(self);
            private::require_task(&sku);
            private::blocking::recompute(
                computation,
                move || -> Money {
                    let this = copy_0.get();
                    let _ = &this;
                    { this.prices[sku] }
                },
            )
        }
    }
}
