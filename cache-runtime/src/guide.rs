//! The guide: one page for each idea, with examples that run.
//!
//! Start with [annotated functions](macros) and [configuration]. Read [failure] before you deploy.
//!
//! | page | it answers |
//! |---|---|
//! | [`macros`] | How do I memoize a function? What does each argument of `#[cached]` and `#[counter]` mean? |
//! | [`handle`] | How do I call `get`, `set` and `get_or_set` myself? What is a namespace? |
//! | [`asynchronous`] | What is different in async code? Does anything block my executor? |
//! | [`keys`] | When do two calls share an entry? |
//! | [`values`] | What can be stored, in which encoding? What happens when a struct changes? |
//! | [`expiry`] | TTL, stale-while-revalidate, stale-if-error, jitter |
//! | [`stampedes`] | How does single-flight protect a database from a cache stampede? |
//! | [`near`] | What is kept in this process, and how is it known to be unchanged? |
//! | [`invalidation`] | How do I forget one entry, or everything that carries a tag? |
//! | [`batches`] | How do I load many entries with one query? |
//! | [`models`] | Keys that change when a model does |
//! | [`fragments`] | Fragment caching: pieces of a page under the keys of models |
//! | [`russian_dolls`] | Fragments in fragments |
//! | [`touches`] | How does a parent get a new version when a child changes? |
//! | [`templates`] | A `cache` tag in templates, adapters for template engines |
//! | [`conditional_get`] | How do I answer 304 before a page is rendered? `ETag`, `Cache-Control`, guarded writes |
//! | [`response_cache`] | A cache in front of a server's handlers, shared by all clients (RFC 9111) |
//! | [`http_clients`] | A cache for the responses that a program gets: tower, reqwest |
//! | [`assets`] | Static files with fingerprints in their names, kept by browsers for a year |
//! | [`counters`] | Atomic counters |
//! | [`limits`] | Rate limits: which algorithm, for whom, and what happens without the store? |
//! | [`configuration`] | `config/storage.toml`, environment variables, addresses, cargo features |
//! | [`testing`] | How do I test cached functions without sleeping? |
//! | [`sqlite`] | The SQLite backend: files, eviction, pragmas, other SQLite libraries |
//! | [`processes`] | What holds across processes? What happens during a deploy? |
//! | [`redis`] | The Redis backend: one server, TLS, cluster, sentinel |
//! | [`stores`] | How do I write a backend of my own? |
//! | [`failure`] | What happens when the backend is down? Circuit breaker, events, logs |
//! | [`statistics`] | Does the cache help? Hits, misses by reason, time saved |
//! | [`performance`] | What do a hit, a miss and a write cost? |
//! | [`migrating`] | What corresponds to the names in `cached`, moka and Proper? |
//! | [`rails`] | What corresponds to `Rails.cache`, `cache do` and `touch: true`? |

macro_rules! pages {
    ($($page:ident)*) => {$(
        pub mod $page {
            #![doc = include_str!(concat!("guide/", stringify!($page), ".md"))]
        }
    )*};
}
pages! {
    macros handle asynchronous keys values expiry stampedes near invalidation batches models fragments
    russian_dolls templates touches assets counters limits
    configuration testing sqlite processes redis stores failure statistics performance migrating rails
}

#[cfg(feature = "http")]
pages! { conditional_get response_cache http_clients }
