macro_support::cached_function! {
    [fn price(& mut self, sku : Sku) -> Option < Money >] [let outcome =
    macro_support::checked(macro_support::ValueProbe:: < Option < Money > > ::new()
    .cache_outcome()); let near = match macro_support::near(false, None,
    macro_support::TemplateParts::new(& (& self.id, & sku.number,)).cache_key(|| ()), &
    outcome) { ::core::result::Result::Ok(result) => return result,
    ::core::result::Result::Err(slot) => slot, }; let options =
    macro_support::CallOptions::of(& "price"); let key =
    Self::__price_in_the_impl_of_a_trait_needs_companions_eq_false(& self, & sku); match
    macro_support::blocking::begin(options, key, outcome, near) {
    macro_support::Begun::Hit(result) => result, macro_support::Begun::Compute(running)
    => running.finish(Self::price_uncached(self, sku)), }] [] [] [] [] [] [] [] []
    [where] [& mut self, sku : Sku] [Option < Money >]
    [__price_in_the_impl_of_a_trait_needs_companions_eq_false & self, sku :
    macro_support::Ref < '_, Sku >,] [macro_support::template_key(& ["shop:", ":price:",
    ""], & [& self.id, & sku.number], None, macro_support::FunctionPath::beside(& || (),
    & { fn here() {} here }, ::core::module_path!(), true,
    "::__price_in_the_impl_of_a_trait_needs_companions_eq_false", "::price"), & [])]
    [#[doc = "Runs the body and does not touch the cache."] fn price_uncached(& mut self,
    mut sku : Sku) -> Option < Money > { let _ = & sku; sku.trim(); self.prices.get(&
    sku) }] [] [price_refresh let outcome =
    macro_support::checked(macro_support::ValueProbe:: < Option < Money > > ::new()
    .cache_outcome()); let options = macro_support::CallOptions::of(& "price"); let key =
    Self::__price_in_the_impl_of_a_trait_needs_companions_eq_false(& self, & sku); match
    macro_support::blocking::begin_refresh(options, key, outcome) {
    macro_support::Begun::Hit(result) => result, macro_support::Begun::Compute(running)
    => running.finish(Self::price_uncached(self, sku)), }] [macro_support::blocking]
    [None] [macro_support::checked(macro_support::Always:: < Option < Money > > ::new())]
    [key] [Self::__price_in_the_impl_of_a_trait_needs_companions_eq_false(& self, & sku)]
    [& self, sku : Sku,] [price_invalidate invalidate] [price_peek peek_whole] [Option <
    Money >] [price_prime prime] [& self, sku : Sku, value : & __Given]
    [macro_support::Result < () >] [Option < Money >] [options]
    [macro_support::CallOptions::of(& "price")] [value] [price_key] [] [price_stats
    macro_support::CallOptions::of(& "price")] [& self]
}
