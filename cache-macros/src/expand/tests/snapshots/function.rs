private::cached_function! {
    [#[doc = r" Loads a user."] #[doc =
    "\n\nIts results are cached. Its companions are the functions of the type [`load`](type@load)."]
    pub fn load(id : u64) -> Result < User, Error >] [] [#[doc =
    "The companions of the cached function [`load`](fn@load)."] pub enum load] [impl
    load] blocking[] [] [private::CallOptions::DEFAULT
    .expires_after(private::Duration::new(300u64, 0u32))
    .race_ttl(private::Duration::new(10u64, 0u32))] [] call refresh[load::__key(& id)]
    [private::outcome!(Result < User, Error >), & mut private::once(|| load::load(id))]
    [] [] [pub] [uncached refresh invalidate peek prime key tags __key] [] [] [id : u64]
    [id : u64,] [id : u64,] [] [Result < User, Error >] [Result < User, Error >]
    peek[User] [None] [load::__key(& id)] [private::outcome!(Result < User, Error >)] [fn
    load(id : u64) -> Result < User, Error > { let _ = & id; Ok(database() ? .user(id))
    }] [load::load(id)] [id : & u64] [private::template_key(& ["user:", ""], & [id],
    None, private::FunctionPath::PLAIN, & [])] [] []
}
