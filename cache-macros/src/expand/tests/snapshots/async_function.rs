macro_support::cached_function! {
    [async fn fetch(client : & Client, url : & str) -> Result < Page, FetchError >] []
    [#[doc = "The companions of the cached function [`fetch`](fn@fetch)."] enum fetch {}]
    [impl fetch] [macro_support::asynchronous] [async] [. await] [options key key]
    [macro_support::CallOptions::of(& "fetch")] [] [fetch::__key(& url)] [call refresh]
    (options, key,
    macro_support::with_retention(macro_support::checked(macro_support::OutcomeProbe:: <
    Result < Page, FetchError > > ::new().cache_outcome())), ::core::pin::pin!(Some(async
    { macro_support::retained(macro_support::checked(macro_support::OutcomeProbe:: <
    Result < Page, FetchError > > ::new().cache_outcome()), fetch::fetch(client, url).
    await, | page | page.is_whole(), macro_support::usual_lifetime) }))) [.whole]
    [invalidate peek prime value] [None]
    [macro_support::checked(macro_support::OutcomeProbe:: < Result < Page, FetchError > >
    ::new().cache_outcome())] [] [] [uncached refresh invalidate peek prime key tags
    __key] [] [where] [client : & Client, url : & str] [url : & str,] [url : & str, value
    : & __Given] [] [] [Result < Page, FetchError >] [Result < Page, FetchError >] [Page]
    [fetch::__key(& url)] [async fn fetch(client : & Client, url : & str) -> Result <
    Page, FetchError > { let _ = & url; client.get(url). await }] [fetch::fetch(client,
    url). await] [url : macro_support::Ref < '_, & str >,] [macro_support::template_key(&
    ["page:", ""], & [url], None, macro_support::FunctionPath::PLAIN, & [])] [] []
}
