macro_support::cached_function! {
    [fn load_all(ids : & [u64]) -> HashMap < u64, User >] [let options =
    macro_support::CallOptions::of(& "load_all"); let elements =
    macro_support::copied_elements(macro_support::names(& ids[..], | id |
    macro_support::EntryName { key : load_all::__key(id), tags : ::std::vec::Vec::new()
    }), ids); macro_support::blocking::batch(options, elements,
    (macro_support::UnkeptProbe:: < HashMap < u64, User > > ::new().cache_outcome(),
    macro_support::checked(macro_support::Always:: < User > ::new())), | missing :
    ::std::vec::Vec < _ > | load_all::load_all(& missing), (macro_support::always,
    macro_support::usual_lifetime))] [#[doc =
    "The companions of the cached function [`load_all`](fn@load_all)."] enum load_all {}]
    [impl load_all] [uncached load_all::load_all(ids)] [] [] [] [] [] [where] [ids : &
    [u64]] [HashMap < u64, User >] [__key id : macro_support::Ref < '_, u64 >,]
    [macro_support::template_text(& ["user:", ""], & [id])] [fn load_all(ids : & [u64])
    -> HashMap < u64, User > { database().users(ids) }] [] [refresh let options =
    macro_support::CallOptions::of(& "load_all").refreshing(); let elements =
    macro_support::copied_elements(macro_support::names(& ids[..], | id |
    macro_support::EntryName { key : load_all::__key(id), tags : ::std::vec::Vec::new()
    }), ids); macro_support::blocking::batch(options, elements,
    (macro_support::UnkeptProbe:: < HashMap < u64, User > > ::new().cache_outcome(),
    macro_support::checked(macro_support::Always:: < User > ::new())), | missing :
    ::std::vec::Vec < _ > | load_all::load_all(& missing), (macro_support::always,
    macro_support::usual_lifetime))] [macro_support::blocking] [None]
    [macro_support::checked(macro_support::Always:: < User > ::new())] [key]
    [load_all::__key(& id)] [id : u64,] [invalidate invalidate] [peek peek] [User] [prime
    prime] [id : u64, value : & __Given] [macro_support::Result < () >] [User] [options]
    [macro_support::CallOptions::of(& "load_all")] [value] [key] [] [stats
    macro_support::CallOptions::of(& "load_all")] []
}
