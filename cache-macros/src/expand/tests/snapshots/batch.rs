macro_support::cached_function! {
    [fn load_all(ids : & [u64]) -> HashMap < u64, User >] [] [#[doc =
    "The companions of the cached function [`load_all`](fn@load_all)."] enum load_all {}]
    [impl load_all] [macro_support::blocking] [] [] [options elements key]
    [macro_support::CallOptions::of(& "load_all")] []
    [macro_support::copied_elements(macro_support::names(& ids[..], | id |
    macro_support::EntryName { key : load_all::__key(id), tags : ::std::vec::Vec::new()
    }), ids)] [batch batch] (options, elements, (macro_support::OutcomeProbe:: < HashMap
    < u64, User > > ::new().cache_outcome(),
    macro_support::checked(macro_support::Always:: < User > ::new())), | missing :
    ::std::vec::Vec < _ > | load_all::load_all(& missing), (macro_support::always,
    macro_support::usual_lifetime)) [] [invalidate peek prime value] [None]
    [macro_support::checked(macro_support::Always:: < User > ::new())] [] [] [uncached
    refresh invalidate peek prime key tags __key] [] [where] [ids : & [u64]] [id : u64,]
    [id : u64, value : & __Given] [] [] [HashMap < u64, User >] [User] [User]
    [load_all::__key(& id)] [fn load_all(ids : & [u64]) -> HashMap < u64, User > {
    database().users(ids) }] [load_all::load_all(ids)] [id : macro_support::Ref < '_, u64
    >,] [macro_support::template_key(& ["user:", ""], & [id], None,
    macro_support::FunctionPath::PLAIN, & [])] [] []
}
