fn price(&self, sku: u64) -> Money {
    let outcome = macro_support::checked(
        macro_support::OutcomeProbe::<Money>::new().cache_outcome(),
    );
    let near = match macro_support::near(
        false,
        None,
        macro_support::CallKey::plain(&(&sku,), || ()),
        &outcome,
    ) {
        ::core::result::Result::Ok(result) => return result,
        ::core::result::Result::Err(slot) => slot,
    };
    let options = macro_support::CallOptions::of(&"price")
        .race_ttl(macro_support::Duration::new(10u64, 0u32));
    let key = macro_support::template_key(
        &["price:", ""],
        &[&sku],
        None,
        macro_support::FunctionPath::of(
            &|| (),
            &{
                fn here() {}
                here
            },
            ::core::module_path!(),
            true,
            false,
        ),
        &[],
    );
    match macro_support::blocking::lookup(options, key, outcome, near) {
        macro_support::Lookup::Hit(hit) => hit.whole(),
        macro_support::Lookup::Compute(computation) => {
            let copy_0 = macro_support::own(self);
            macro_support::require_task(&sku);
            macro_support::blocking::recompute(
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
