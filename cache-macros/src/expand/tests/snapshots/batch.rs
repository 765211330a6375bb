macro_support::cached_function! {
    [fn load_all(ids : & [u64]) -> HashMap < u64, User >] [] [#[doc =
    "The companions of the cached function [`load_all`](fn@load_all)."] enum load_all]
    [impl load_all] blocking[] [] [macro_support::CallOptions::DEFAULT] [] batch
    refresh_batch[macro_support::copied_elements(ids.iter().map(| id |
    macro_support::EntryName { key : load_all::__key(id), tags : ::std::vec::Vec::new()
    }).collect(), ids)] [(macro_support::OutcomeProbe:: < HashMap < u64, User > > ::new()
    .cache_outcome(), macro_support::checked(macro_support::Always:: < User > ::new())),
    | missing : ::std::vec::Vec < _ > | load_all::load_all(& missing), | _ | true] [] []
    [] [uncached refresh invalidate peek prime key tags __key] [] [] [ids : & [u64]] [id
    : u64,] [id : u64,] [] [HashMap < u64, User >] [User] peek[User] [None]
    [load_all::__key(& id)] [macro_support::checked(macro_support::Always:: < User >
    ::new())] [fn load_all(ids : & [u64]) -> HashMap < u64, User > { database()
    .users(ids) }] [load_all::load_all(ids)] [id : & u64] [macro_support::template_key(&
    ["user:", ""], & [id], None, macro_support::FunctionPath::PLAIN, & [])] [] []
}
