macro_support::cached_function! {
    [fn largest < 'a, T : Ord, const N : usize > (values : & 'a[T], argument_1 : (T, T))
    -> Cow < 'a, T > where T : Storable,] [largest::__call:: < T, N, false > (values,
    argument_1)] [#[doc =
    "The companions of the cached function [`largest`](fn@largest)."] enum largest {}]
    [impl largest] [uncached largest::largest:: < T, N > (values, argument_1)] [] [] []
    [] ['a, T : Ord, const N : usize,] [where T : Storable,] [values : & 'a[T],
    argument_1 : (T, T)] [Cow < 'a, T >] [__key values : macro_support::Ref < '_, & 'a[T]
    >, argument_1 : macro_support::Ref < '_, (T, T) >,] [let (low, _) = argument_1; let _
    = low; macro_support::DefaultKey::new(macro_support::FunctionPath::beside(& || (), &
    { fn here() {} here }, ::core::module_path!(), false, "::__key", ""), None,
    ::core::line!(), ::core::column!()).arg("values", * values).arg("low", low).finish()]
    [fn largest < 'a, T : Ord, const N : usize > (values : & 'a[T], (low, _) : (T, T)) ->
    Cow < 'a, T > where T : Storable, { let _ = & values; let _ = & low; values.iter()
    .max().unwrap_or(low).into() }] [fn __call < 'a, T : Ord, const N : usize, const
    REFRESH : ::core::primitive::bool > (values : & 'a[T], argument_1 : (T, T)) -> Cow <
    'a, T > where T : Storable, { let outcome =
    macro_support::checked(macro_support::UnkeptProbe:: < Cow < 'a, T > > ::new()
    .cache_outcome()); let near = macro_support::NearSlot::none(); let options =
    macro_support::CallOptions::of(& "largest"); let key = largest::__key:: < T, N > (&
    values, & argument_1); match macro_support::blocking::begin_either:: < REFRESH, _ >
    (options, key, outcome, near) { macro_support::Begun::Hit(result) => result,
    macro_support::Begun::Compute(running) => running.finish(largest::largest:: < T, N >
    (values, argument_1)), } }] [refresh largest::__call:: < T, N, true > (values,
    argument_1)] [macro_support::blocking] [None]
    [macro_support::checked(macro_support::UnkeptProbe:: < Cow < 'a, T > > ::new()
    .cache_outcome())] [key] [largest::__key:: < T, N > (& values, & argument_1)] [values
    : & 'a[T], argument_1 : (T, T),] [invalidate invalidate] [peek peek_whole] [Cow < 'a,
    T >] [prime prime] [values : & 'a[T], argument_1 : (T, T), value : & __Given]
    [macro_support::Result < () >] [Cow < 'a, T >] [options]
    [macro_support::CallOptions::of(& "largest")] [value] [key] [] [stats
    macro_support::CallOptions::of(& "largest")] []
}
