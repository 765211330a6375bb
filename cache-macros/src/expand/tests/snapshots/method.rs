macro_support::cached_function! {
    [fn price(& mut self, sku : Sku) -> Option < Money >] [] [] [] blocking[] []
    [macro_support::CallOptions::DEFAULT] [] call refresh[Self::__price_key(& self, &
    sku)] [macro_support::outcome!(Option < Money >), & mut macro_support::once(||
    Self::price_uncached(self, sku))] [] [] [] [price_uncached price_refresh
    price_invalidate price_peek price_prime price_key price_tags __price_key] [] [] [&
    mut self, sku : Sku] [& self, sku : Sku,] [& self, sku : Sku,] [] [Option < Money >]
    [Option < Money >] peek_whole[Option < Money >] [None] [Self::__price_key(& self, &
    sku)] [macro_support::outcome!(Option < Money >)] [#[doc =
    "Runs the body and does not touch the cache."] fn price_uncached(& mut self, mut sku
    : Sku) -> Option < Money > { let _ = & sku; sku.trim(); self.prices.get(& sku) }] []
    [& self, sku : & Sku] [macro_support::template_key(& ["shop:", ":price:", ""], & [&
    self.id, & sku.number], None, macro_support::FunctionPath::beside(& || (), & { fn
    here() {} here }, "::__price_key", "::price"), & [])] [] []
}
