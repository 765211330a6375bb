macro_support::cached_function! {
    [#[doc = r" Loads a user."] #[doc =
    "\n\nIts results are cached. Its companions are the functions of the type [`load`](type@load)."]
    pub fn load(id : u64) -> Result < User, Error >] [] [#[doc =
    "The companions of the cached function [`load`](fn@load)."] pub enum load {}] [impl
    load] [macro_support::blocking] [] [] [options key key]
    [macro_support::CallOptions::of(& "load")
    .expires_after(macro_support::Duration::new(300u64, 0u32))
    .race_ttl(macro_support::Duration::new(10u64, 0u32))] [] [load::__key(& id)] [call
    refresh] (options, key, macro_support::checked(macro_support::OutcomeProbe:: < Result
    < User, Error > > ::new().cache_outcome()), & mut Some(|| load::load(id))) []
    [invalidate peek prime value] [None]
    [macro_support::checked(macro_support::OutcomeProbe:: < Result < User, Error > >
    ::new().cache_outcome())] [] [pub] [uncached refresh invalidate peek prime key tags
    __key] [] [where] [id : u64] [id : u64,] [id : u64, value : & __Given] [] [] [Result
    < User, Error >] [Result < User, Error >] [User] [load::__key(& id)] [fn load(id :
    u64) -> Result < User, Error > { let _ = & id; Ok(database() ? .user(id)) }]
    [load::load(id)] [id : macro_support::Ref < '_, u64 >,]
    [macro_support::template_key(& ["user:", ""], & [id], None,
    macro_support::FunctionPath::PLAIN, & [])] [] []
}
