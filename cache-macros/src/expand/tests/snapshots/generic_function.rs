macro_support::cached_function! {
    [fn largest < 'a, T : Ord, const N : usize > (values : & 'a[T], argument_1 : (T, T))
    -> Cow < 'a, T > where T : Storable,] [] [#[doc =
    "The companions of the cached function [`largest`](fn@largest)."] enum largest] [impl
    largest] blocking[] [] [macro_support::CallOptions::DEFAULT] [] call
    refresh[largest::__key:: < T, N > (& values, & argument_1)]
    [macro_support::outcome!(Cow < 'a, T >), & mut macro_support::once(||
    largest::largest:: < T, N > (values, argument_1))] [] [] [] [uncached refresh
    invalidate peek prime key tags __key] ['a, T : Ord, const N : usize,] [T : Storable,]
    [values : & 'a[T], argument_1 : (T, T)] [values : & 'a[T], argument_1 : (T, T),]
    [values : & 'a[T], argument_1 : (T, T),] [] [Cow < 'a, T >] [Cow < 'a, T >]
    peek_whole[Cow < 'a, T >] [None] [largest::__key:: < T, N > (& values, & argument_1)]
    [macro_support::outcome!(Cow < 'a, T >)] [fn largest < 'a, T : Ord, const N : usize >
    (values : & 'a[T], (low, _) : (T, T)) -> Cow < 'a, T > where T : Storable, { let _ =
    & values; let _ = & low; values.iter().max().unwrap_or(low).into() }]
    [largest::largest:: < T, N > (values, argument_1)] [values : & & 'a[T], argument_1 :
    & (T, T)] [let (low, _) = argument_1; let _ = low;
    macro_support::DefaultKey::new(macro_support::FunctionPath::beside(& || (), & { fn
    here() {} here }, "::__key", ""), None, ::core::line!(), ::core::column!())
    .arg("values", values).arg("low", low).finish()] [] []
}
