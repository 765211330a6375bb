private::cached_function! {
    [fn price(& mut self, sku : Sku) -> Option < Money >] [] [] [] blocking[] []
    [private::CallOptions::DEFAULT] [] call refresh[Self::__price_key(& self, & sku)]
    [private::outcome!(Option < Money >), & mut private::once(||
    Self::price_uncached(self, sku))] [] [] [] [price_uncached price_refresh
    price_invalidate price_peek price_prime price_key price_tags __price_key] [] [] [&
    mut self, sku : Sku] [& self, sku : Sku,] [& self, sku : Sku,] [] [Option < Money >]
    [Option < Money >] peek_whole[Option < Money >] [None] [Self::__price_key(& self, &
    sku)] [private::outcome!(Option < Money >)] [#[doc =
    "Runs the body and does not touch the cache."] fn price_uncached(& mut self, mut sku
    : Sku) -> Option < Money > { let _ = & sku; sku.trim(); self.prices.get(& sku) }] []
    [& self, sku : & Sku] [private::template_key(& ["shop:", ":price:", ""], & [& self
    .id, & sku.number], None, private::FunctionPath::beside(& || (), & { fn here() {}
    here }, "::__price_key", "::price"), & [])] [] []
}
