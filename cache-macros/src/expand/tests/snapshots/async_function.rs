macro_support::cached_function! {
    [async fn fetch(client : & Client, url : & str) -> Result < Page, FetchError >] [let
    outcome = macro_support::checked(macro_support::OutcomeProbe:: < Result < Page,
    FetchError > > ::new().cache_outcome()); let near = match macro_support::near(false,
    None, macro_support::CallKey::plain(& (& url,), ::core::marker::PhantomData:: < fetch
    >), & outcome) { ::core::result::Result::Ok(result) => return result,
    ::core::result::Result::Err(slot) => slot, }; let options =
    macro_support::CallOptions::of(& "fetch"); let key = fetch::__key(& url);
    macro_support::asynchronous::call(options, key,
    macro_support::with_retention(outcome), near, ::core::pin::pin!(Some(async {
    macro_support::retained(macro_support::returned(macro_support::checked(macro_support::UnkeptProbe::
    < Result < Page, FetchError > > ::new().cache_outcome()), fetch::fetch(client, url).
    await), | page | page.is_whole(), macro_support::usual_lifetime) }))). await .whole]
    [#[doc = "The companions of the cached function [`fetch`](fn@fetch)."] enum fetch {}]
    [impl fetch] [uncached fetch::fetch(client, url)] [] [] [async] [. await] [] [where]
    [client : & Client, url : & str] [Result < Page, FetchError >] [__key url :
    macro_support::Ref < '_, & str >,] [macro_support::template_text(& ["page:", ""], &
    [url])] [async fn fetch(client : & Client, url : & str) -> Result < Page, FetchError
    > { let _ = & url; client.get(url). await }] [] [refresh let outcome =
    macro_support::checked(macro_support::OutcomeProbe:: < Result < Page, FetchError > >
    ::new().cache_outcome()); let options = macro_support::CallOptions::of(& "fetch");
    let key = fetch::__key(& url); macro_support::asynchronous::refresh(options, key,
    macro_support::with_retention(outcome), ::core::pin::pin!(Some(async {
    macro_support::retained(macro_support::returned(macro_support::checked(macro_support::UnkeptProbe::
    < Result < Page, FetchError > > ::new().cache_outcome()), fetch::fetch(client, url).
    await), | page | page.is_whole(), macro_support::usual_lifetime) }))). await .whole]
    [macro_support::asynchronous] [None]
    [macro_support::checked(macro_support::UnkeptProbe:: < Result < Page, FetchError > >
    ::new().cache_outcome())] [key] [fetch::__key(& url)] [url : & str,] [invalidate
    invalidate] [peek peek] [Page] [prime prime] [url : & str, value : & __Given] [impl
    ::core::future::Future < Output = macro_support::Result < () >>] [Result < Page,
    FetchError >] [options] [macro_support::CallOptions::of(& "fetch")] [value] [key] []
    [stats macro_support::CallOptions::of(& "fetch")] []
}
