private::cached_function! {
    [fn load_all(ids : & [u64]) -> HashMap < u64, User >] [] [#[doc =
    "The companions of the cached function [`load_all`](fn@load_all)."] enum load_all]
    [impl load_all] blocking[] [] [private::CallOptions::DEFAULT] [] batch
    refresh_batch[private::copied_elements(ids.iter().map(| id | private::EntryName { key
    : load_all::__key(id), tags : ::std::vec::Vec::new() }).collect(), ids)]
    [(private::OutcomeProbe:: < HashMap < u64, User > > ::new().cache_outcome(),
    private::checked(private::Always:: < User > ::new())), | missing : ::std::vec::Vec <
    _ > | load_all::load_all(& missing), | _ | true] [] [] [] [uncached refresh
    invalidate peek prime key tags __key] [] [] [ids : & [u64]] [id : u64,] [id : u64,]
    [] [HashMap < u64, User >] [User] peek[User] [None] [load_all::__key(& id)]
    [private::checked(private::Always:: < User > ::new())] [fn load_all(ids : & [u64]) ->
    HashMap < u64, User > { database().users(ids) }] [load_all::load_all(ids)] [id : &
    u64] [private::template_key(& ["user:", ""], & [id], None,
    private::FunctionPath::PLAIN, & [])] [] []
}
