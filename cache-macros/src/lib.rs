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
mod companions;
mod counter;
mod did_you_mean;
mod errors;
mod expand;
mod fallback;
mod key;
mod plan;
mod return_type;
mod rules;
mod signature;
mod tags;
mod template;
mod time;

use proc_macro::TokenStream;

use crate::args::MacroKind;

/// Keeps what a function returns, and returns it again for the same key.
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
/// # What is kept
///
/// Any type that serde can write and read back, and that owns its data. Of a `Result` the `Ok` is kept and the `Err`
/// is not, whatever the type is called (`io::Result`, an alias of your own); nothing is asked of the error's type.
/// `None` is a value and is kept.
///
/// The function never fails and never panics because of the cache: where the store cannot be asked, the body runs.
///
/// # Where it may stand
///
/// On plain and `async` functions, generic and borrowing ones, and on methods, also in an `impl` of a trait. Not on
/// `const`, `unsafe` and `extern` functions. In an `async fn` nothing blocks, and the future stays `Send` if the
/// body's is.
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
///
/// struct Shop {
///     id: u32,
/// }
///
/// impl Shop {
///     #[cached(key = "shop:{self.id}:price:{sku}", expires_in = 60)]
///     fn price(&self, sku: &str) -> Option<u64> {
///         (sku == "tea").then_some(350)
///     }
/// }
/// # let _scope = cache_runtime::testing::scope(cache_runtime::Cache::memory());
/// # assert_eq!(Shop { id: 1 }.price("tea"), Some(350));
/// # let _ = fetch(&Client, "/", "en");
/// ```
///
/// # Arguments
///
/// | argument | meaning |
/// |---|---|
/// | `key = "user:{id}"` | the key: see below |
/// | `each = ids` | each element of this argument has a key and a value of its own: see below |
/// | `expires_in = …` | how long a value lives: seconds (`300`), `"5m"`, `"1h 30m"`, `"2 days"`, `never`, or an expression of type [`Duration`](std::time::Duration), which may use the arguments. Without it the cache's own |
/// | `race_ttl = …` | for so long after expiry one caller computes anew and the others get the old value at once; written as `expires_in`, without `never` |
/// | `shared` | on a cold key one caller among all processes computes, and the others wait for its value |
/// | `background` | with `race_ttl`: in that window everybody gets the old value at once, and a task computes anew: see below |
/// | `stale_if_error = …` | for so long after expiry the old value stands in for an `Err` of the body; written as `race_ttl`. On a function that returns no `Result` it does nothing |
/// | `jitter = 0.1` | each value lives up to 10 % longer or shorter, so that what was stored together does not expire together; the windows stay as long as they are |
/// | `version = 2` | a number or a text that is part of the key: a new one forgets all old values |
/// | `skip(a, b)` | arguments that are not part of the key: a connection, a logger |
/// | `store_if = \|value\| …` | the value is stored only if this is true of it: see below |
/// | `tags = ["user:{id}"]` | labels, written as a key is: `cache.delete_tag("user:42")` forgets all that carries one, also what is computed at that moment. A hit asks for the tags of the value, in one more look at the store |
/// | `cache = "sessions"` | a named cache of the configuration in place of the default one |
/// | `companions = false` | nothing stands beside the function: see below |
/// | `crate = my_cache` | where the library is, if it goes by another name |
///
/// # Companions the function
///
/// Companions `fn load_user` stands a type of the same name, with its visibility and generics, whose functions ask for what
/// the function keeps:
///
/// ```
/// # use cache_runtime::{Cache, cached, testing};
/// #[cached(key = "user:{id}", expires_in = 300, skip(greeting))]
/// fn load_user(id: u64, greeting: &str) -> Result<String, std::num::ParseIntError> {
///     Ok(format!("{greeting} {id}"))
/// }
///
/// # let _scope = testing::scope(Cache::memory());
/// assert_eq!(load_user(42, "hi"), Ok("hi 42".to_owned()));
/// assert_eq!(load_user::peek(42)?.as_deref(), Some("hi 42")); // looks, and never runs the body
/// assert!(load_user::invalidate(42)?); // forgets it, and tells whether there was anything
/// load_user::prime(42, &"ho 42".to_owned())?; // keeps a value without running the body
/// assert_eq!(load_user::refresh(42, "hey"), Ok("hey 42".to_owned())); // runs the body now, and keeps what it returns
/// assert_eq!(load_user::uncached(42, "hm"), Ok("hm 42".to_owned())); // runs the body and leaves the cache alone
/// assert_eq!(load_user::key(42), "user:42"); // the key as it stands in the store
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// - What asks by the key takes the arguments that the key is made of, in their order; what is skipped is left out.
///   (An `impl Trait` is always asked for, because its type is a part of the key.) `prime` takes those too that
///   a lifetime is computed of, and `refresh` and `uncached` take all.
/// - They hold to what the attribute says: its cache, and for `prime` and `refresh` its lifetime and windows. `peek` does
///   not see what has expired, not even in a window.
/// - `peek` gives the `Ok` of a `Result`; where that hides behind an alias of another name, such as `Res<User>`, the alias
///   itself, which is `Ok`. `prime` takes either: the `Ok`, or the whole of what the function returns, of which it keeps
///   no `Err`.
/// - `invalidate`, `peek` and `prime` return the store's error, because they are asked by hand. Where the arguments make no
///   key (a `Display` that fails, an empty text) nothing is kept, they say so, and `key` is the empty text.
///   A key over 250 bytes stands in the store shortened, and one that begins with `@` with `@/` in front: so does `key`.
/// - Of an `async fn` all but `key` are `async`.
///
/// In an `impl` or a trait no type can stand, so a method has functions with its name in front:
/// `shop.price_invalidate("tea")`. They take `self` by reference, `refresh` and `uncached` as the method does. A function
/// without `self` whose signature says `Self` counts as a method.
///
/// Write `companions = false` where
///
/// - a type, module or import of the function's name exists (`mod stats; fn stats()`), or it is called as a type that you
///   use in the same place (`str`); or a method has one of those names already;
/// - the `impl` is one of a trait, or the trait is used as `dyn`;
/// - the function belongs to an `impl` and has neither `self` nor `Self` in its signature: an attribute cannot see
///   where it stands.
///
/// # Keys
///
/// In a template `{argument}` stands for the argument's [`Display`](std::fmt::Display), `{argument.field}`,
/// `{pair.0}` and `{self.field}` for a field's, and `{{` and `}}` for braces. What a pattern names may stand there as
/// well. The key is taken before the body may change an argument.
///
/// - The text is the key: `load_user(42)` above is `user:42`, and `cache.get("user:42")` finds it.
/// - Distinct values give distinct keys: with two placeholders or more, what separates them is escaped inside the
///   values. So two placeholders with nothing between them do not compile.
/// - In a generic function, in an `impl` or trait that is generic, in a trait's default method, and where an argument is
///   an `impl Trait`, skipped or not, the names of the types are part of the key; with `version`, that too.
/// - A closure's type has no name of its own: two closures of one caller look alike. Do not cache a function whose
///   result depends on a closure among its arguments (`impl Fn`, `F: Fn`).
/// - An argument that is neither in the key nor skipped is a warning, because calls that differ only in it share a
///   value. One whose name begins with `_` is not.
///
/// Without `key`, the key holds the function's path and all its arguments, which then have to be `Serialize`. A method
/// needs a key, or `skip(self)`. Functions of one name in two blocks of one function, or written there by one macro,
/// have the same path: give each a `key`. The key of a function that is written inside of a closure or of an `async`
/// function holds its line and column too, so that its values are forgotten when it moves.
///
/// ```
/// use cache_runtime::cached;
/// use std::time::Duration;
///
/// fn lifetime(days: u64) -> Duration {
///     Duration::from_secs(days * 24 * 60 * 60)
/// }
///
/// #[cached(expires_in = lifetime(days), race_ttl = 30, version = 2)]
/// fn report(days: u64, regions: &[&str]) -> Vec<String> {
///     regions.iter().map(|region| format!("{region}: {days}")).collect()
/// }
/// # let _scope = cache_runtime::testing::scope(cache_runtime::Cache::memory());
/// # assert_eq!(report(1, &["north"]), report(1, &["north"]));
/// ```
///
/// # Many at once
///
/// With `each = ids` the argument `ids`, a `&[T]` or a `Vec<T>`, holds many elements, each of which has a key and a value
/// of its own. All are looked for at once, the body runs once and gets those that are missing, and what it gives is written
/// at once. In the key stands a name for one element, which is one that no argument has: `{id}`, or a field of it,
/// `{sku.number}`. The same name may stand in `tags`: then each value carries its own.
///
/// ```
/// # use cache_runtime::{Cache, cached, testing};
/// use std::collections::HashMap;
///
/// #[cached(each = ids, key = "user:{id}", tags = ["user:{id}", "users"], expires_in = 300)]
/// fn load_users(ids: &[u64]) -> HashMap<u64, String> {
///     ids.iter().map(|id| (*id, format!("user {id}"))).collect() // one query for all of them
/// }
///
/// # let _scope = testing::scope(Cache::memory());
/// assert_eq!(load_users(&[1, 2]).len(), 2); // asks the body for 1 and 2
/// assert_eq!(load_users(&[1, 2, 3]).len(), 3); // asks it for 3
/// assert_eq!(load_users::peek(3)?.as_deref(), Some("user 3"));
/// cache_runtime::cache().delete_tag("user:3")?; // forgets all that is known of 3, and nothing of 1 and 2
/// assert_eq!((load_users::peek(2)?.is_some(), load_users::peek(3)?), (true, None));
/// # Ok::<(), cache_runtime::Error>(())
/// ```
///
/// - The function returns a `HashMap` of the values that there are, by their elements; or a `Vec` of one value for each
///   element, in their order; or a `Result` of either, whose `Err` reaches the caller and keeps nothing.
/// - For a `HashMap` an element that is asked for twice is computed once. Elements are `Clone`, values need not be.
/// - An element whose `Display` makes no key is computed each time, and keeps no other one out.
/// - Companions that ask by the key, and `prime`, take one element in the place of all; `refresh` and `uncached` take
///   all. `store_if` is asked of each value. Values that are written together expire together.
/// - Callers that miss the same elements at the same moment do not wait for each other, so `shared` does not go with it, nor
///   do `background` and `stale_if_error`.
///
/// A body that returns a `Vec` of another length than it was asked for panics, with cache or without: nobody could say
/// which value is whose.
///
/// # Only some values
///
/// `store_if` is a closure, or the path of a function, that is asked with a reference to what would be stored: of a `Result`
/// with its `Ok`. Where it says no, the caller gets the value, as do those who waited for it, and nothing is stored. It
/// may use arguments that the body does not consume. `prime` does not ask it.
///
/// ```
/// # use cache_runtime::{Cache, cached, testing};
/// #[cached(key = "search:{words}", store_if = |found| !found.is_empty())]
/// fn search(words: &str) -> Result<Vec<u64>, std::io::Error> {
///     Ok(if words == "tea" { vec![42] } else { Vec::new() })
/// }
///
/// # let _scope = testing::scope(Cache::memory());
/// assert_eq!(search("tea")?, [42]);
/// assert_eq!(search::peek("tea")?, Some(vec![42]));
/// assert!(search("coffee")?.is_empty());
/// assert_eq!(search::peek("coffee")?, None); // it may be there tomorrow
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # In the background
///
/// With `background` nobody waits for a new value while there is an old one in its window. The first caller gives the
/// body to a task, and takes the old value like all others. The task outlives the call. It is the only one for its key
/// in this process; if it fails or panics, the log says so, and the next attempt waits for as long as the window, or
/// for 30 seconds if that is shorter. Without an old value in its window the body runs as it does otherwise.
///
/// ```
/// use cache_runtime::{Cache, cached, testing};
/// use std::time::Duration;
///
/// #[cached(key = "report:{region}", expires_in = "5m", race_ttl = "1h", background)]
/// fn report(region: &str) -> String {
///     format!("of {region}") // takes minutes
/// }
///
/// # let _scope = testing::scope(Cache::memory());
/// assert_eq!(report("north"), "of north"); // computed
/// testing::advance(Duration::from_secs(301));
/// assert_eq!(report("north"), "of north"); // the old one, while a thread computes the next
/// ```
///
/// - The body of a plain function runs on a thread of a small pool, that of an `async fn` on the caller's tokio runtime
///   if there is one and the cargo feature `tokio` is on, else on such a thread. So in a program on tokio turn that
///   feature on: without it a body that waits by tokio's timers or sockets panics in the background.
/// - Arguments go into the task, so they are `Send + 'static` once owned. What is borrowed is copied when the body is to
///   run: `&str` as a `String`, `&T` by `Clone`, `&self` by `Self: Clone`. What stays borrowed inside (`&[&str]`,
///   `Option<&str>`) and what is lent mutably cannot go. In a method without companions, `"{self}"` in a text is written
///   `"{}", self`.
///
/// # Errors of the compiler
///
/// They stand at the argument, placeholder or type that is wrong; all errors of a function are told at once.
#[proc_macro_attribute]
pub fn cached(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(MacroKind::Cached, args.into(), item.into()).into()
}

/// Makes a function give the counter that its arguments name.
///
/// The function has no body and no return type: the macro writes both. It returns a `cache_runtime::Counter`, and an
/// `async fn` an `AsyncCounter`, whose methods are awaited and which is itself there at once.
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
/// assert_eq!(page_views(42).get()?, Some(6));
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
/// | `key = "page:views:{page_id}"` | the key, as for [`macro@cached`]; without it the function's path and all its arguments |
/// | `expires_in = …` | how long a counter lives, from its first increment on: seconds, `"5m"`, `never`, or an expression of type [`Duration`](std::time::Duration). Without it the cache's own |
/// | `version = 2` | a number or a text that is part of the key |
/// | `skip(a, b)` | arguments that are not part of the key |
/// | `cache = "sessions"` | a named cache of the configuration in place of the default one |
/// | `crate = my_cache` | where the library is, if it goes by another name |
#[proc_macro_attribute]
pub fn counter(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(MacroKind::Counter, args.into(), item.into()).into()
}
