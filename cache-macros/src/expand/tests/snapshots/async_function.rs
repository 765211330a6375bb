macro_support::cached_function! {
    [async fn fetch(client : & Client, url : & str) -> Result < Page, FetchError >] []
    [#[doc = "The companions of the cached function [`fetch`](fn@fetch)."] enum fetch]
    [impl fetch] asynchronous[async] [. await] [macro_support::CallOptions::DEFAULT] []
    call refresh[fetch::__key(& url)]
    [macro_support::with_condition(macro_support::outcome!(Result < Page, FetchError >)),
    ::core::pin::pin!(Some(async {
    macro_support::conditional(macro_support::outcome!(Result < Page, FetchError >),
    fetch::fetch(client, url). await, | page | page.is_whole()) }))] [.whole] [] []
    [uncached refresh invalidate peek prime key tags __key] [] [] [client : & Client, url
    : & str] [url : & str,] [url : & str,] [] [Result < Page, FetchError >] [Result <
    Page, FetchError >] peek[Page] [None] [fetch::__key(& url)]
    [macro_support::outcome!(Result < Page, FetchError >)] [async fn fetch(client : &
    Client, url : & str) -> Result < Page, FetchError > { let _ = & url; client.get(url).
    await }] [fetch::fetch(client, url). await] [url : & & str]
    [macro_support::template_key(& ["page:", ""], & [url], None,
    macro_support::FunctionPath::PLAIN, & [])] [] []
}
