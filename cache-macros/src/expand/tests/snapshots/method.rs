macro_support::cached_function! {
    [fn price(& mut self, sku : Sku) -> Option < Money >] [] [] []
    [macro_support::blocking] [] [] [options key key] [macro_support::CallOptions::of(&
    "price")] [] [Self::__price_in_the_impl_of_a_trait_needs_companions_eq_false(& self,
    & sku)] [call refresh] (options, key,
    macro_support::checked(macro_support::OutcomeProbe:: < Option < Money > > ::new()
    .cache_outcome()), & mut Some(|| Self::price_uncached(self, sku))) [] [invalidate
    peek_whole prime value] [None] [macro_support::checked(macro_support::OutcomeProbe::
    < Option < Money > > ::new().cache_outcome())] [] [] [price_uncached price_refresh
    price_invalidate price_peek price_prime price_key price_tags
    __price_in_the_impl_of_a_trait_needs_companions_eq_false] [] [where] [& mut self, sku
    : Sku] [& self, sku : Sku,] [& self, sku : Sku, value : & __Given] [] [] [Option <
    Money >] [Option < Money >] [Option < Money >]
    [Self::__price_in_the_impl_of_a_trait_needs_companions_eq_false(& self, & sku)]
    [#[doc = "Runs the body and does not touch the cache."] fn price_uncached(& mut self,
    mut sku : Sku) -> Option < Money > { let _ = & sku; sku.trim(); self.prices.get(&
    sku) }] [] [& self, sku : macro_support::Ref < '_, Sku >,]
    [macro_support::template_key(& ["shop:", ":price:", ""], & [& self.id, & sku.number],
    None, macro_support::FunctionPath::beside(& || (), & { fn here() {} here },
    ::core::module_path!(), true,
    "::__price_in_the_impl_of_a_trait_needs_companions_eq_false", "::price"), & [])] []
    []
}
