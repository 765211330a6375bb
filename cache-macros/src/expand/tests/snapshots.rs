//! Expansions of typical functions, for readers: `snapshots/NAME.rs` contains one, with short paths.
//!
//! `SNAPSHOTS=overwrite cargo test -p cache-macros` writes them again; then read the difference.

use std::path::Path;
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::quote;

use crate::args::MacroKind;
use crate::expand::attribute;

/// Paths that are written in full for the compiler, and how a person would write them.
const SHORT: [(&str, &str); 4] = [
    (":: cache_runtime :: macro_support", "macro_support"),
    (":: core :: option :: Option ::", ""),
    (":: core :: option :: Option", "Option"),
    (":: std :: string :: String", "String"),
];

fn check(name: &str, expansion: TokenStream) {
    let expansion = SHORT.iter().fold(expansion.to_string(), |text, (path, short)| text.replace(path, short));
    let text = prettyplease::unparse(&syn::parse_file(&expansion).expect("an expansion is Rust"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/expand/tests/snapshots").join(name).with_extension("rs");
    if env::var_os("SNAPSHOTS").is_some_and(|asked| asked == "overwrite") {
        fs::write(&path, &text).expect("the snapshot can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(text == kept, "the expansion of `{name}` is another; it is now\n{text}");
}

fn cached(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(MacroKind::Cached, args, item)
}

#[test]
fn a_function() {
    let function = quote!(
        /// Loads a user.
        pub fn load(id: u64) -> Result<User, Error> {
            Ok(database()?.user(id))
        }
    );
    check("function", cached(quote!(key = "user:{id}", expires_in = 300, race_ttl = 10), function));
}

#[test]
fn an_async_function() {
    let function = quote!(
        async fn fetch(client: &Client, url: &str) -> Result<Page, FetchError> {
            client.get(url).await
        }
    );
    check(
        "async_function",
        cached(quote!(key = "page:{url}", skip(client), store_if = |page| page.is_whole()), function),
    );
}

#[test]
fn a_method() {
    let function = quote!(
        fn price(&mut self, mut sku: Sku) -> Option<Money> {
            sku.trim();
            self.prices.get(&sku)
        }
    );
    check("method", cached(quote!(key = "shop:{self.id}:price:{sku.number}"), function));
}

#[test]
fn a_generic_function() {
    let function = quote!(
        fn largest<'a, T: Ord, const N: usize>(values: &'a [T], (low, _): (T, T)) -> Cow<'a, T>
        where
            T: Storable,
        {
            values.iter().max().unwrap_or(low).into()
        }
    );
    check("generic_function", cached(quote!(), function));
}

#[test]
fn a_function_of_many_elements() {
    let function = quote!(
        fn load_all(ids: &[u64]) -> HashMap<u64, User> {
            database().users(ids)
        }
    );
    check("batch", cached(quote!(each = ids, key = "user:{id}"), function));
}

#[test]
fn a_function_without_companions() {
    let function = quote!(
        fn price(&self, sku: u64) -> Money {
            self.prices[sku]
        }
    );
    let args = quote!(key = "price:{sku}", race_ttl = 10, background, skip(self), companions = false);
    check("without_companions", cached(args, function));
}

#[test]
fn a_counter() {
    let function = quote!(
        pub fn page_views(page_id: u64);
    );
    check("counter", attribute(MacroKind::Counter, quote!(key = "page:views:{page_id}", expires_in = 3600), function));
}

#[test]
fn a_limited_function() {
    let function = quote!(
        pub fn log_in(ip: IpAddr, password: &str) -> Result<User, LoginError> {
            users()?.find(password)
        }
    );
    let args = quote!(key = "login:{ip}", to = 5, within = 60, ban = "1h", only_failures);
    check("limited", attribute(MacroKind::Limited, args, function));
}

#[test]
fn a_limited_async_method() {
    let function = quote!(
        async fn order(&self, customer: u64) -> Result<Order, OrderError> {
            self.orders.place(customer).await
        }
    );
    let args = quote!(key = "order:{customer}", to = self.budget, within = "1m", algorithm = gcra, when_away = closed);
    check("limited_method", attribute(MacroKind::Limited, args, function));
}
