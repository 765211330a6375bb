macro_support::cached_function! {
    [#[doc = r" Loads a user."] #[doc =
    "\n\nIts results are cached. Its companions are the functions of the type [`load`](type@load)."]
    pub fn load(id : u64) -> Result < User, Error >] [load::__call:: < false > (id)]
    [#[doc = "The companions of the cached function [`load`](fn@load)."] pub enum load
    {}] [impl load] [uncached load::load(id)] [] [pub] [] [] [] [where] [id : u64]
    [Result < User, Error >] [__key id : macro_support::Ref < '_, u64 >,]
    [macro_support::template_text(& ["user:", ""], & [id])] [fn load(id : u64) -> Result
    < User, Error > { let _ = & id; Ok(database() ? .user(id)) }] [fn __call < const
    REFRESH : ::core::primitive::bool > (id : u64) -> Result < User, Error > { let
    outcome = macro_support::checked(macro_support::OutcomeProbe:: < Result < User, Error
    > > ::new().cache_outcome()); let near = match macro_support::near(REFRESH, None,
    macro_support::CallKey::plain(& (& id,), ::core::marker::PhantomData:: < load >), &
    outcome) { ::core::result::Result::Ok(result) => return result,
    ::core::result::Result::Err(slot) => slot, }; let options =
    macro_support::CallOptions::of(& "load")
    .expires_after(macro_support::Duration::new(300u64, 0u32))
    .race_ttl(macro_support::Duration::new(10u64, 0u32)); let key = load::__key(& id);
    match macro_support::blocking::begin_either:: < REFRESH, _ > (options, key, outcome,
    near) { macro_support::Begun::Hit(result) => result,
    macro_support::Begun::Compute(running) => running.finish(load::load(id)), } }]
    [refresh load::__call:: < true > (id)] [macro_support::blocking] [None]
    [macro_support::checked(macro_support::UnkeptProbe:: < Result < User, Error > >
    ::new().cache_outcome())] [key] [load::__key(& id)] [id : u64,] [invalidate
    invalidate] [peek peek] [User] [prime prime] [id : u64, value : & __Given]
    [macro_support::Result < () >] [Result < User, Error >] [options]
    [macro_support::CallOptions::of(& "load")
    .expires_after(macro_support::Duration::new(300u64, 0u32))
    .race_ttl(macro_support::Duration::new(10u64, 0u32))] [value] [key] [] [stats
    macro_support::CallOptions::of(& "load")] []
}
