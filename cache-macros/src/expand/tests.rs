mod snapshots;

use proc_macro2::TokenStream;
use quote::quote;

use super::attribute;
use crate::args::MacroKind;

fn cached(args: TokenStream, item: TokenStream) -> String {
    attribute(MacroKind::Cached, args, item).to_string()
}

fn limited(args: TokenStream, item: TokenStream) -> String {
    attribute(MacroKind::Limited, args, item).to_string()
}

fn counter(args: TokenStream, item: TokenStream) -> String {
    attribute(MacroKind::Counter, args, item).to_string()
}

#[test]
fn a_renamed_library_is_named_nowhere_by_its_own_name() {
    let args = quote!(expires_in = 5, race_ttl = "1s", crate = my::cache);
    let expansions = [
        cached(
            args.clone(),
            quote!(
                fn load<T>(id: u8) -> T {
                    body()
                }
            ),
        ),
        cached(
            args,
            quote!(
                async fn load(id: u8) -> Result<u8, ()> {
                    body().await
                }
            ),
        ),
        cached(
            quote!(key = "{self.id}", race_ttl = 5, background, crate = my::cache),
            quote!(
                async fn load(&self, name: &str) -> u8 {
                    self.load(name).await
                }
            ),
        ),
        counter(
            quote!(key = "views:{id}", expires_in = 5, crate = my::cache),
            quote!(
                fn views(id: u8);
            ),
        ),
        limited(
            quote!(key = "{id}", to = 5, within = 60, crate = my::cache),
            quote!(
                async fn send(id: u8) -> Result<(), Error> {
                    body().await
                }
            ),
        ),
        counter(
            quote!(crate = my::cache),
            quote!(
                async fn views(id: u8);
            ),
        ),
    ];
    for expansion in expansions {
        assert!(!expansion.contains("cache_runtime") && !expansion.contains("compile_error"), "{expansion}");
        assert!(expansion.contains("my :: cache"), "{expansion}");
    }
}

#[test]
fn an_argument_that_is_not_given_is_not_written() {
    let expansion = cached(
        quote!(key = "user:{id}"),
        quote!(
            fn load(id: u8) -> u8 {
                id
            }
        ),
    );
    assert!(expansion.contains("CallOptions :: of (& \"load\")"), "{expansion}");
    for unsaid in ["expires_in", "race_ttl", "stale_if_error", "jitter", "version"] {
        assert!(!expansion.contains(unsaid), "{expansion}");
    }
}

#[test]
fn attributes_visibility_and_signature_stay_as_they_are() {
    let signature = quote!(
        /// Loads.
        #[inline]
        pub(crate) async fn load<'a, T: Copy + 'a, const N: usize>(mut id: T, (a, b): (&'a u8, [u8; N])) -> Vec<T>
        where
            T: Send,
    );
    let expansion = cached(quote!(key = "{id}:{a}", skip(b), companions = false), quote!(#signature { body }));
    assert!(expansion.starts_with(&signature.to_string()), "{expansion}");
}

#[test]
fn a_function_with_companions_has_names_instead_of_patterns() {
    let function = quote!(
        #[cold]
        #[expect(unused_mut)]
        pub(crate) fn load<T: Copy>(#[allow(unused)] mut id: T, (a, b): (u8, u8)) -> T {
            body
        }
    );
    let expansion = cached(quote!(key = "{id}:{a}", skip(b)), function);
    let own = "# [cold] # [allow (unused_mut)] pub (crate) fn load < T : Copy > \
               (# [allow (unused)] id : T , argument_1 : (u8 , u8)) -> T]";
    assert!(expansion.contains(own), "{expansion}");
    let body = "# [allow (unused_mut)] fn load < T : Copy > \
                (# [allow (unused)] mut id : T , (a , b) : (u8 , u8)) -> T { let _ = & id ; let _ = & a ; body }";
    assert!(expansion.contains(body), "{expansion}");
    assert_eq!(expansion.matches("cold").count(), 1, "only levels of lints are copied: {expansion}");
}

#[test]
fn the_documentation_names_the_companions() {
    let (documented, bare) = (quote!(#[doc = "Loads."]), quote!());
    let expansion = |doc| cached(quote!(key = "all"), quote!(#doc fn load() -> u8 { 1 }));
    assert!(expansion(documented).contains("Its companions are the functions of the type [`load`](type@load)"));
    assert!(!expansion(bare).contains("Its companions"), "a function without documentation gets none");
    let method = cached(
        quote!(key = "all", skip(self)),
        quote!(
            /// Loads.
            fn load(&self) -> u8 {
                1
            }
        ),
    );
    assert!(method.contains("Its companions are `load_invalidate`"), "{method}");
}

#[test]
fn an_error_gives_the_function_back() {
    let function = quote!(
        pub fn load(id: u8) -> u8 {
            id
        }
    );
    let expansion = cached(quote!(keey = "user:{id}"), function.clone());
    assert!(expansion.starts_with(&function.to_string()) && expansion.contains("compile_error"), "{expansion}");
    let expansion = counter(
        quote!(keey = "views"),
        quote!(
            pub async fn views(id: u8);
        ),
    );
    assert!(
        expansion.contains("pub fn views (id : u8) -> :: cache_runtime :: AsyncCounter { loop { } }"),
        "{expansion}"
    );
}

#[test]
fn a_default_key_names_every_argument() {
    let expansion = cached(
        quote!(),
        quote!(
            fn load(id: u8, name: &str) -> u8 {
                body
            }
        ),
    );
    assert!(expansion.contains(r#". arg ("id" , id) . arg ("name" , * name)"#), "{expansion}");
}

#[test]
fn an_argument_that_async_trait_has_named_is_meant() {
    let expansion = cached(
        quote!(key = "{id}", skip(self), companions = false),
        quote!(
            async fn load(&self, id: u8, __arg2: (u8, u8), __unused: u8) -> u8 {
                id
            }
        ),
    );
    assert!(
        expansion.contains("calls that differ only in `__arg2`") && !expansion.contains("in `__unused`"),
        "{expansion}"
    );
}

#[test]
fn every_combination_of_two_arguments_is_read() {
    let words = [
        quote!(key = "{id}"),
        quote!(expires_in = never),
        quote!(race_ttl = std::time::Duration::MAX),
        quote!(background),
        quote!(stale_if_error = "1h"),
        quote!(jitter = 0.1),
        quote!(version = "two"),
        quote!(skip(other)),
        quote!(cache = "sessions"),
        quote!(companions = false),
        quote!(crate = ::my_cache),
    ];
    for (at, first) in words.iter().enumerate() {
        for second in &words[at + 1..] {
            // In the background only with a window.
            let window = (first.to_string() == "background" || second.to_string() == "background")
                && !first.to_string().starts_with("race_ttl");
            let window = window.then(|| quote!(race_ttl = 5,));
            let expansion = cached(
                quote!(#window #first, #second,),
                quote!(
                    fn load(id: u8, other: u8) -> u8 {
                        id
                    }
                ),
            );
            assert!(!expansion.contains("compile_error"), "{first}, {second}: {expansion}");
        }
    }
}
