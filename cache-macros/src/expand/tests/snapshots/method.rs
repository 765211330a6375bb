macro_support::cached_function! {
    [fn price(& mut self, sku : Sku) -> Option < Money >] [let near = { let mut call =
    macro_support::CallKey::of_val(& || ()); macro_support::TemplateParts::new(& (& self
    .id, & sku.number,)).cache_parts(& mut call); match macro_support::near(false, None,
    & mut call, macro_support::FitProbe:: < Option < Money > > ::new().cache_fit()) {
    ::core::result::Result::Ok(result) => return result,
    ::core::result::Result::Err(slot) => slot, } }; let options =
    macro_support::CallOptions::of(& "price"); let key =
    Self::__price_in_the_impl_of_a_trait_needs_companions_eq_false(& self, & sku);
    macro_support::blocking::call(options, key,
    macro_support::checked(macro_support::OutcomeProbe:: < Option < Money > > ::new()
    .cache_outcome()), near, & mut Some(|| Self::price_uncached(self, sku)))] [] [] [] []
    [] [] [] [] [where] [& mut self, sku : Sku] [Option < Money >]
    [__price_in_the_impl_of_a_trait_needs_companions_eq_false & self, sku :
    macro_support::Ref < '_, Sku >,] [macro_support::template_key(& ["shop:", ":price:",
    ""], & [& self.id, & sku.number], None, macro_support::FunctionPath::beside(& || (),
    & { fn here() {} here }, ::core::module_path!(), true,
    "::__price_in_the_impl_of_a_trait_needs_companions_eq_false", "::price"), & [])]
    [#[doc = "Runs the body and does not touch the cache."] fn price_uncached(& mut self,
    mut sku : Sku) -> Option < Money > { let _ = & sku; sku.trim(); self.prices.get(&
    sku) }] [] [price_refresh let options = macro_support::CallOptions::of(& "price");
    let key = Self::__price_in_the_impl_of_a_trait_needs_companions_eq_false(& self, &
    sku); macro_support::blocking::refresh(options, key,
    macro_support::checked(macro_support::OutcomeProbe:: < Option < Money > > ::new()
    .cache_outcome()), & mut Some(|| Self::price_uncached(self, sku)))]
    [macro_support::blocking] [None]
    [macro_support::checked(macro_support::OutcomeProbe:: < Option < Money > > ::new()
    .cache_outcome())] [key]
    [Self::__price_in_the_impl_of_a_trait_needs_companions_eq_false(& self, & sku)] [&
    self, sku : Sku,] [price_invalidate invalidate] [price_peek peek_whole] [Option <
    Money >] [price_prime prime] [& self, sku : Sku, value : & __Given]
    [macro_support::Result < () >] [Option < Money >] [options]
    [macro_support::CallOptions::of(& "price")] [value] [price_key] []
}
