macro_support::cached_function! {
    [#[doc = r" Loads a user."] #[doc =
    "\n\nIts results are cached. Its companions are the functions of the type [`load`](type@load)."]
    pub fn load(id : u64) -> Result < User, Error >] [] [#[doc =
    "The companions of the cached function [`load`](fn@load)."] pub enum load] [impl
    load] blocking[] [] [macro_support::CallOptions::DEFAULT
    .expires_after(macro_support::Duration::new(300u64, 0u32))
    .race_ttl(macro_support::Duration::new(10u64, 0u32))] [] call refresh[load::__key(&
    id)] [macro_support::outcome!(Result < User, Error >), & mut macro_support::once(||
    load::load(id))] [] [] [pub] [uncached refresh invalidate peek prime key tags __key]
    [] [] [id : u64] [id : u64,] [id : u64,] [] [Result < User, Error >] [Result < User,
    Error >] peek[User] [None] [load::__key(& id)] [macro_support::outcome!(Result <
    User, Error >)] [fn load(id : u64) -> Result < User, Error > { let _ = & id;
    Ok(database() ? .user(id)) }] [load::load(id)] [id : & u64]
    [macro_support::template_key(& ["user:", ""], & [id], None,
    macro_support::FunctionPath::PLAIN, & [])] [] []
}
