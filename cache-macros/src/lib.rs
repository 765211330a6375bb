//! The attribute macros of `cache-runtime`, which re-exports them: depend on that crate, not on this one.
//!
//! How an attribute is processed: `args` parses its arguments and `signature` the function, `plan` checks both (with `rules`,
//! `return_type`, and `key` with `template`), and `expand` writes the expansion. If something is wrong, `fallback` returns
//! the function with the errors.
//!
//! `CACHE_MACROS_DEBUG=load_user cargo build` shows the expansion of the function `load_user`, if its crate is compiled.

mod args;
mod batch;
mod borrowed;
mod cacheable;
mod companions;
mod counter;
mod did_you_mean;
mod errors;
mod expand;
mod fallback;
mod free_names;
mod key;
mod own_name;
mod place;
mod plan;
mod return_type;
mod rules;
mod signature;
mod tags;
mod template;
mod time;

use proc_macro::TokenStream;

use crate::args::MacroKind;

/// Stores what a function returns, and returns it again for the same key.
///
/// ```
/// use cache_runtime::{Cache, cached, testing};
///
/// #[cached(key = "user:{id}", expires_in = 300)]
/// fn load_user(id: u64) -> String {
///     format!("user {id}") // a slow query
/// }
///
/// # let cache = Cache::memory();
/// # let _scope = testing::scope(cache.clone());
/// assert_eq!(load_user(42), "user 42"); // runs the body
/// assert_eq!(load_user(42), "user 42"); // does not
/// assert_eq!(cache.get::<String>("user:42")?.as_deref(), Some("user 42"));
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # What is stored
///
/// Any type that serde can write and read back, and that owns its data. Of a `Result` the `Ok` is stored and the `Err`
/// is not, whatever the name of the type (`io::Result`, an alias of your own). The error needs nothing from serde.
/// `None` is a value and is stored.
///
/// The function never fails or panics because of the cache: when the backend is down, the body runs.
///
/// # Which functions
///
/// Plain and `async` functions, generic and borrowing ones, and methods, also in an `impl` of a trait. It does not work on
/// `const`, `unsafe` and `extern` functions. An `async fn` never blocks, and its future is `Send` if that of the body and
/// the stored value are.
///
/// A function may also return a boxed future, `Pin<Box<dyn Future<Output = T> + Send>>`: its output is cached. So a method
/// below `#[async_trait]` can be annotated. Such a function has no companions, and neither `background` nor `each`.
///
/// ```
/// # use cache_runtime::cached;
/// # struct Client;
/// # #[derive(Debug)] struct FetchError;
/// # impl Client { async fn get(&self, url: &str) -> Result<String, FetchError> { Ok(url.to_owned()) } }
/// #[cached(key = "page:{url}:{lang}", expires_in = "5m", skip(client))]
/// async fn fetch(client: &Client, url: &str, lang: &str) -> Result<String, FetchError> {
///     let page = client.get(url).await?;
///     Ok(format!("{lang}: {page}"))
/// }
/// # let _ = fetch(&Client, "/", "en");
/// ```
///
/// A method writes `{self.id}` for what its result depends on: `#[cached(key = "shop:{self.id}:price:{sku}")]`.
///
/// # Arguments
///
/// | argument | meaning |
/// |---|---|
/// | `key = "user:{id}"` | the key template: see below |
/// | `each = ids` | each element of this argument has an entry of its own: see below |
/// | `expires_in = …` | time to live: seconds (`300`), `"5m"`, `"1h 30m"`, `"2 days"`, `never`, an expression of type [`Duration`](std::time::Duration), which may use the arguments, as in `lifetime(days)`, or a closure of the value: see below; default: that of the cache |
/// | `race_ttl = …` | stale-while-revalidate: for this long after expiry one caller recomputes while the others are served the stale value; written as `expires_in`, without `never` |
/// | `shared` | on a cold key one caller among all processes computes, and the others wait for its value |
/// | `background` | with `race_ttl`: no caller waits, a background task recomputes: see below |
/// | `stale_if_error = …` | for this long after expiry an `Err` of the body is replaced by the stale value; written as `race_ttl`. It has no effect on a function that returns no `Result` |
/// | `jitter = 0.1` | each value lives up to 10 % longer or shorter, so that values stored together do not expire together; the windows do not change |
/// | `version = 2` | a number or a string that is part of the key; a new one forgets all old values |
/// | `skip(a, b)` | arguments that are not part of the key, such as a connection or a logger |
/// | `store_if = \|value\| …` | store the value only if this is true: see below |
/// | `tags = ["user:{id}"]` | labels, written as a key is: `cache.delete_tag("user:42")` forgets every entry with that tag, also those being computed at that moment. A hit reads the tags of the entry, which is one more read of the backend |
/// | `cache = "sessions"` | a named cache of the configuration |
/// | `near = "5s"` | the value is kept in this process, and served without asking the store, for so long at most; `near = false`: not at all. Without it, until anything changes it |
/// | `companions = false` | generate no companions: see below |
/// | `crate = my_cache` | the path of this library, if you renamed it |
///
/// # Companions
///
/// Each cached function gets a companion type of the same name, visibility and generics, with functions to inspect and
/// invalidate its entries. The type has no values.
///
/// ```
/// # use cache_runtime::{Cache, cached, testing};
/// #[cached(key = "user:{id}", expires_in = 300, skip(greeting), tags = ["users"])]
/// fn load_user(id: u64, greeting: &str) -> Result<String, std::num::ParseIntError> {
///     Ok(format!("{greeting} {id}"))
/// }
///
/// # let _scope = testing::scope(Cache::memory());
/// assert_eq!(load_user(42, "hi"), Ok("hi 42".to_owned()));
/// assert_eq!(load_user::peek(42)?.as_deref(), Some("hi 42")); // reads the entry and never runs the body
/// assert!(load_user::invalidate(42)?); // forgets the entry; `true` if there was one
/// load_user::prime(42, &"ho 42".to_owned())?; // stores a value without running the body
/// assert_eq!(load_user::refresh(42, "hey"), Ok("hey 42".to_owned())); // runs the body now and stores the result
/// assert_eq!(load_user::uncached(42, "hm"), Ok("hm 42".to_owned())); // runs the body and does not touch the cache
/// assert_eq!(load_user::key(42), "user:42"); // the key, as `cache.get` takes it
/// assert_eq!(load_user::tags(42), ["users"]); // the tags as they are stored, if the attribute has `tags`
/// assert_eq!(load_user::stats().calls, 1); // what was counted: hits, misses by reason, time saved
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// - Companions that ask by key take the arguments of the key, in order, without those that are skipped. (An `impl Trait`
///   is never left out, because its type is part of the key.) `tags` and `prime` also take those that a tag uses, `prime`
///   those that a lifetime uses, and `refresh` and `uncached` take all.
/// - Companions use the cache of the attribute, and `prime` and `refresh` its lifetime and windows. `peek` does not see an
///   expired entry, not even in a window.
/// - `peek` returns the `Ok` of a `Result`; if an alias such as `Res<User>` hides it, the alias itself, which is `Ok`.
///   `prime` takes either: the `Ok`, or what the function returns, of which it stores no `Err`.
/// - `invalidate`, `peek` and `prime` return the error of the backend. Arguments that make no key (a `Display` that fails,
///   an empty text) are an error of these three, and `key` is then empty; nothing is cached for them.
/// - By the text of `key` the cache finds the entry: `cache.exists(&load_user::key(42))`. In the store a key over 250 bytes
///   is shortened, and one that begins with `@` has `@/` in front.
/// - Of an `async fn` all but `key`, `tags` and `stats` are `async`.
///
/// An `impl` or a trait cannot contain a type, so a method gets functions with its name in front:
/// `shop.price_invalidate("tea")`. They take `self` by reference (`shop.price_stats()` too), `refresh` and `uncached` as the method
/// does. A function of an `impl` without `self` counts as a method, `Shop::price_invalidate("tea")`; in an `impl` of a trait it has no
/// companions. Where the macro cannot see that, because the lines are not indented, or another macro wrote them, it counts as
/// a method if its signature contains `Self`.
///
/// Write `companions = false` if
///
/// - a type, module or import of the function's name exists (`mod stats; fn stats()`), or the function has the name of a
///   crate or type that you use in the same place (`str`); or a method has one of these names already;
/// - the method belongs to an `impl` of a trait, or the trait is used as `dyn`;
/// - the compiler says that an `enum` is not supported in an `impl`.
///
/// # Your own attributes
///
/// | attribute | where it applies |
/// |---|---|
/// | `#[doc]`, `#[must_use]`, `#[inline]`, `#[cold]`, `#[deprecated]` | the function |
/// | `#[cfg]` | the function and all of its companions |
/// | `#[allow]`, `#[expect]`, `#[warn]`, `#[deny]`, `#[forbid]` | the function, its body and its companions. An `expect` becomes an `allow`, since a part need not trigger the lint |
/// | `#[target_feature]` | the function, its body and its companions |
/// | `#[track_caller]` | the function and its companions: a panic in the body, and [`Location::caller()`](std::panic::Location::caller), report the call of the function. In `refresh`, and with `each`, `background` or `companions = false`, they report the attribute or the body instead |
/// | `#[instrument]` and other attribute macros below `#[cached]` | the function without its body: the span contains the lookup, and a hit has one too |
/// | attribute macros above `#[cached]` | the function as you wrote it, so what they change in the body is cached with it |
///
/// Backtraces show the body as `load_user::load_user`, and that of a method as `Shop::price_uncached`.
/// `prime` takes the value in addition to the key's arguments: with seven of those clippy counts eight
/// (`too_many_arguments`), unless you allow it above the function.
///
/// # Keys
///
/// In a template `{argument}` is replaced by the argument's [`Display`](std::fmt::Display), `{argument.field}`,
/// `{pair.0}` and `{self.field}` by that of a field, and `{{` and `}}` by braces. The names in a pattern can be used as well.
/// The key is made before the body may change an argument.
///
/// - The text is the key: `load_user(42)` above is `user:42`, and `cache.get("user:42")` finds it.
/// - Distinct values give distinct keys: with two placeholders or more, the characters that separate them are escaped inside
///   the values. Therefore two placeholders with nothing between them do not compile.
/// - The names of the types are part of the key in a generic function, in a generic `impl` or trait, in a trait's default
///   method, and if an argument is an `impl Trait`, skipped or not. With `version`, so is that.
/// - Two types may have one name: local types in two blocks, types of two versions of a crate. In a process a name belongs to
///   the type that is used first; for the other nothing is cached, and the log says so. A closure has no name, so a key with
///   one is another key in each build.
/// - Functions may share a key on purpose (a blocking and an `async` one, or one and many). If they return different types,
///   each treats the other's value as a miss; the log names both.
/// - An argument that is neither in the key nor skipped is a warning, because calls that differ only in it share a
///   value. An argument whose name begins with `_` is not.
///
/// Without `key`, the key contains the function's path and all its arguments, which have to be `Serialize`. A method
/// needs a key, or `skip(self)`. Blocks have no names, so the key of a function inside another function, and of a function in
/// an `impl` whose signature has neither `self` nor `Self`, contains its line and column too: its values are forgotten when it
/// moves. If one macro writes two functions of one name there, only the first one used is cached. The key lacks the fields of
/// an argument that serde skips (`#[serde(skip)]`); the log warns where the size of a struct shows it.
///
/// # Batches
///
/// With `each = ids` each element of the argument `ids`, a `&[T]` or a `Vec<T>`, has an entry of its own. One read looks up
/// all elements, the body runs once for the missing ones, and one write stores what it returns. In the key and in `tags` a
/// new name stands for one element: `{id}`, or a field of it, `{sku.number}`.
///
/// ```
/// # use cache_runtime::{Cache, cached, testing};
/// use std::collections::HashMap;
///
/// #[cached(each = ids, key = "user:{id}", expires_in = 300)]
/// fn load_users(ids: &[u64]) -> HashMap<u64, String> {
///     ids.iter().map(|id| (*id, format!("user {id}"))).collect() // one query for all of them
/// }
///
/// # let _scope = testing::scope(Cache::memory());
/// assert_eq!(load_users(&[1, 2]).len(), 2); // asks the body for 1 and 2
/// assert_eq!(load_users(&[1, 2, 3]).len(), 3); // asks it for 3
/// # assert_eq!(load_users::peek(3).unwrap().as_deref(), Some("user 3"));
/// ```
///
/// - The function returns a `HashMap` of the existing values, by element; or a `Vec` of one value for each element, in order;
///   or a `Result` of either, whose `Err` goes to the caller and stores nothing. A `Vec` of another length is a panic.
/// - Companions that ask by key, and `prime`, take one element instead of all; `refresh` and `uncached` take all. `store_if`
///   is asked about each value.
/// - `each` cannot be combined with `shared`, `background` and `stale_if_error`. The guide's page `batches` has the rest.
///
/// # Conditional caching
///
/// `store_if` is a closure, or the path of a function: `store_if = |found| !found.is_empty()`. It gets a reference to the
/// value; of a `Result`, to the `Ok`. If it returns `false`, the caller and everybody who waited for the same computation
/// get the value, and nothing is stored. It may use arguments that the body does not consume. `prime` does not ask it.
///
/// # Lifetimes from values
///
/// `expires_in` may be a closure that gets a reference to the value, of a `Result` to the `Ok`, and returns a
/// [`Duration`](std::time::Duration) or a `cache_runtime::Ttl`: the life of a token, or a short one for what was not found.
/// It decides wherever a value is stored, also in `refresh`, in the background and in `prime`, where it gets the value as it
/// would be read back. A value whose lifetime is zero is returned and not stored, and what was there is forgotten. `jitter`
/// applies. With `each` it is asked about each value, and there is one write for each lifetime.
///
/// ```
/// # use cache_runtime::{Cache, Ttl, cached, testing};
/// use std::time::Duration;
///
/// #[cached(key = "user:{id}", expires_in = |user| match user {
///     Some(_) => Duration::from_secs(3600),
///     None => Duration::from_secs(10), // it may be registered soon
/// })]
/// fn find_user(id: u64) -> Option<String> {
///     (id == 42).then(|| "Ada".to_owned())
/// }
///
/// # let cache = Cache::memory();
/// # let _scope = testing::scope(cache.clone());
/// assert_eq!((find_user(42).as_deref(), find_user(7)), (Some("Ada"), None));
/// testing::advance(Duration::from_secs(11));
/// assert!(cache.exists("user:42")? && !cache.exists("user:7")?);
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # In the background
///
/// With `background` no caller waits for a new value while a stale one is in its window. The first caller starts a task that
/// runs the body, and is served the stale value as all others are. The task outlives the call, and is the only one for its
/// key in this process. If it fails or panics, that is logged, and the next attempt waits for as long as the window, but at
/// most 30 seconds. Without a stale value in its window the body runs in the call. The guide's page `stampedes` has an example.
///
/// - The body runs on a small pool of threads; that of an `async fn` on the caller's tokio runtime, if the cargo feature
///   `tokio` is on. Without it a body that uses tokio's timers or sockets panics in the background.
/// - Arguments are `Send + 'static` once owned. Borrowed ones are copied: `&str` as a `String`, `&T` by `Clone`. References
///   inside of other types (`&[&str]`) and mutable ones do not compile. In a method without companions, write `"{}", self`
///   instead of `"{self}"` in a format string.
///
/// # Compile errors
///
/// An error points at the argument, placeholder or type that is wrong. All errors of a function are reported at once.
#[proc_macro_attribute]
pub fn cached(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(MacroKind::Cached, args.into(), item.into()).into()
}

/// Declares an atomic counter whose key is made of the function's arguments.
///
/// The function has no body and no return type: the macro writes both. It returns a `cache_runtime::Counter`, and an
/// `async fn` an `AsyncCounter`, whose methods are awaited; the function itself is not.
///
/// ```
/// use cache_runtime::counter;
///
/// #[counter(key = "page:views:{page_id}", expires_in = 3600)]
/// fn page_views(page_id: u64);
///
/// #[counter(key = "page:likes:{page_id}")]
/// async fn page_likes(page_id: u64);
///
/// # let _scope = cache_runtime::testing::scope(cache_runtime::Cache::memory());
/// assert_eq!(page_views(42).increment()?, 1);
/// assert_eq!(page_views(42).increment_by(5)?, 6);
///
/// async fn like(page_id: u64) -> Result<i64, cache_runtime::Error> {
///     page_likes(page_id).increment().await
/// }
/// # let _ = like(1);
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// # Arguments
///
/// | argument | meaning |
/// |---|---|
/// | `key = "page:views:{page_id}"` | the key template, as for [`macro@cached`]; without it, the function's path and all its arguments |
/// | `expires_in = …` | time to live, counted from the first increment: seconds, `"5m"`, `never`, or an expression of type [`Duration`](std::time::Duration); default: that of the cache |
/// | `version = 2` | a number or a string that is part of the key |
/// | `skip(a, b)` | arguments that are not part of the key |
/// | `cache = "sessions"` | a named cache of the configuration |
/// | `crate = my_cache` | the path of this library, if you renamed it |
#[proc_macro_attribute]
pub fn counter(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(MacroKind::Counter, args.into(), item.into()).into()
}

/// Limits how often a function runs, by its arguments.
///
/// The function returns a `Result` whose error implements `From<RateLimited>`. If the limit is used up, the body does not run,
/// and the caller gets that error. It counts in a cache, for all processes: see the guide's page `limits`.
///
/// ```
/// use cache_runtime::limit::RateLimited;
/// use cache_runtime::limited;
/// use std::net::IpAddr;
///
/// #[derive(Debug)]
/// enum LoginError {
///     WrongPassword,
///     Limited(RateLimited),
/// }
///
/// impl From<RateLimited> for LoginError {
///     fn from(limited: RateLimited) -> Self {
///         LoginError::Limited(limited)
///     }
/// }
///
/// #[limited(key = "login:{ip}", to = 2, within = 60, only_failures)]
/// fn log_in(ip: IpAddr, password: &str) -> Result<(), LoginError> {
///     if password == "secret" { Ok(()) } else { Err(LoginError::WrongPassword) }
/// }
///
/// # let _scope = cache_runtime::testing::scope(cache_runtime::Cache::memory());
/// let ip = "192.0.2.7".parse()?;
/// assert!(log_in(ip, "guess").is_err());
/// assert_eq!(log_in::remaining(ip)?, 1);
/// assert!(log_in(ip, "another").is_err());
/// assert!(matches!(log_in(ip, "secret"), Err(LoginError::Limited(_))));
///
/// assert!(log_in::reset(ip)?);
/// assert!(log_in(ip, "secret").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Arguments
///
/// | argument | meaning |
/// |---|---|
/// | `key = "login:{ip}"` | whom the limit counts together, as for [`macro@cached`]; without it, the function's path and all its arguments. Only a hash of it is stored |
/// | `to = 5` | how many calls may pass within the window: a number, or an expression of type `u64` |
/// | `within = 60` | the length of the window: seconds, `"5m"`, `never`, or an expression of type [`Duration`](std::time::Duration) |
/// | `algorithm = gcra` | `fixed_window` (default), `sliding_window` or `gcra` |
/// | `cost = 3` | what a call costs; default: 1 |
/// | `ban = "1h"` | for how long who goes over the limit is refused |
/// | `only_failures` | a call that returns `Ok` is given back |
/// | `when_away = closed` | what happens while the cache is away: `open` (default), `closed` or `local` |
/// | `version = 2` | a number or a string that is part of the key |
/// | `skip(a, b)` | arguments that are not part of the key; needed only without `key` |
/// | `cache = "sessions"` | a named cache of the configuration |
/// | `companions = false` | no type beside the function |
/// | `crate = my_cache` | the path of this library, if you renamed it |
///
/// # Companions
///
/// Beside the function stands a type of its name: `log_in::remaining(ip)` says how many calls would pass now, `log_in::reset(ip)`
/// forgets those that were counted, and `log_in::unlimited(ip, password)` runs the body without the limit. For a method they are
/// `log_in_remaining`, `log_in_reset` and `log_in_unlimited`. Those of an `async fn` are awaited.
#[proc_macro_attribute]
pub fn limited(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(MacroKind::Limited, args.into(), item.into()).into()
}

/// Implements `cache_runtime::model::Cacheable` for a struct with the fields `id` and `updated_at`.
///
/// `#[cache(id)]` and `#[cache(updated_at)]` mark other fields. Above the struct, `#[cache(name = "card")]` sets its name in
/// keys, and `#[cache(crate = my_cache)]` the path of this library, if you renamed it. The trait has an example.
#[proc_macro_derive(Cacheable, attributes(cache))]
pub fn cacheable(input: TokenStream) -> TokenStream {
    cacheable::derive(input.into()).into()
}

/// The blocking form of a line of an example that awaits, for the documentation of the runtime.
#[doc(hidden)]
#[proc_macro]
pub fn without_await(line: TokenStream) -> TokenStream {
    line.to_string().replace(".await", "").replace("async |", "|").parse().expect("it is still one literal")
}
