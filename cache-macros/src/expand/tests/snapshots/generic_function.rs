macro_support::cached_function! {
    [fn largest < 'a, T : Ord, const N : usize > (values : & 'a[T], argument_1 : (T, T))
    -> Cow < 'a, T > where T : Storable,] [] [#[doc =
    "The companions of the cached function [`largest`](fn@largest)."] enum largest {}]
    [impl largest] [macro_support::blocking] [] [] [options key key]
    [macro_support::CallOptions::of(& "largest")] [] [largest::__key:: < T, N > (&
    values, & argument_1)] [call refresh] (options, key,
    macro_support::checked(macro_support::OutcomeProbe:: < Cow < 'a, T > > ::new()
    .cache_outcome()), & mut Some(|| largest::largest:: < T, N > (values, argument_1)))
    [] [invalidate peek_whole prime value] [None]
    [macro_support::checked(macro_support::OutcomeProbe:: < Cow < 'a, T > > ::new()
    .cache_outcome())] [] [] [uncached refresh invalidate peek prime key tags __key] ['a,
    T : Ord, const N : usize,] [where T : Storable,] [values : & 'a[T], argument_1 : (T,
    T)] [values : & 'a[T], argument_1 : (T, T),] [values : & 'a[T], argument_1 : (T, T),
    value : & __Given] [] [] [Cow < 'a, T >] [Cow < 'a, T >] [Cow < 'a, T >]
    [largest::__key:: < T, N > (& values, & argument_1)] [fn largest < 'a, T : Ord, const
    N : usize > (values : & 'a[T], (low, _) : (T, T)) -> Cow < 'a, T > where T :
    Storable, { let _ = & values; let _ = & low; values.iter().max().unwrap_or(low)
    .into() }] [largest::largest:: < T, N > (values, argument_1)] [values :
    macro_support::Ref < '_, & 'a[T] >, argument_1 : macro_support::Ref < '_, (T, T) >,]
    [let (low, _) = argument_1; let _ = low;
    macro_support::DefaultKey::new(macro_support::FunctionPath::beside(& || (), & { fn
    here() {} here }, ::core::module_path!(), false, "::__key", ""), None,
    ::core::line!(), ::core::column!()).arg("values", * values).arg("low", low).finish()]
    [] []
}
