//! The attribute macros of `cache-runtime`, which re-exports them: depend on that crate, not on this one.

mod args;
mod expand;
mod fallback;
mod key;
mod mistakes;
mod nearest;
mod plan;
mod returns;
mod rules;
mod signature;
mod template;
mod time;

use proc_macro::TokenStream;

use crate::args::Kind;

/// Cached
#[proc_macro_attribute]
pub fn cached(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Kind::Cached, args.into(), item.into()).into()
}

/// Counter
#[proc_macro_attribute]
pub fn counter(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Kind::Counter, args.into(), item.into()).into()
}
