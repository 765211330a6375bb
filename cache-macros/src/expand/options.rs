//! The arguments of the attribute about cache, times and tags, as options of a call.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::key::displayed;
use super::support;
use crate::plan::Plan;
use crate::tags::Tag;
use crate::time::Time;

/// The `CallOptions` of a call.
pub(super) fn options(plan: &Plan) -> TokenStream {
    let (options, tags) = (options_of_batch(plan), with_tags(plan));
    quote_spanned!(Span::mixed_site()=> #options #tags)
}

/// The tags as the last option, if there are any.
pub(super) fn with_tags(plan: &Plan) -> Option<TokenStream> {
    (!plan.tags.is_empty()).then(|| option("tags", tags(plan)))
}

/// The `CallOptions` of a batch, whose elements have tags of their own. Arguments that are not given are left out.
pub(super) fn options_of_batch(plan: &Plan) -> TokenStream {
    let support = support(plan, Span::mixed_site());
    let cache = plan.cache.as_ref().map(|name| option("cache_named", name.to_token_stream()));
    let expires_in = plan.expires_in.as_ref().map(|time| match duration(time, &support) {
        Some(duration) => option("expires_after", duration),
        None => option("never_expires", TokenStream::new()),
    });
    let window = |name, time: &Option<Time>| Some(option(name, duration(time.as_ref()?, &support)?));
    let race_ttl = window("race_ttl", &plan.race_ttl);
    let stale_if_error = window("stale_if_error", &plan.stale_if_error);
    let jitter = plan.jitter.map(|share| option("jitter", share.to_token_stream()));
    let shared = plan.shared.then(|| option("shared", TokenStream::new()));
    let given = [cache, expires_in, race_ttl, stale_if_error, jitter, shared].into_iter().flatten();
    quote_spanned!(Span::mixed_site()=> #support::CallOptions::DEFAULT #(#given)*)
}

fn option(name: &str, value: TokenStream) -> TokenStream {
    let name = Ident::new(name, Span::mixed_site());
    quote_spanned!(Span::mixed_site()=> .#name(#value))
}

/// The tags as a `Vec`.
pub(super) fn tags(plan: &Plan) -> TokenStream {
    if plan.tags.is_empty() {
        return quote_spanned!(Span::mixed_site()=> ::std::vec::Vec::new());
    }
    let support = support(plan, Span::mixed_site());
    let tags = plan.tags.iter().map(|Tag { text, pieces, values }| {
        let values = values.iter().map(|value| displayed(value, text.span(), false));
        quote_spanned!(Span::mixed_site()=> #support::tag(&[#(#pieces),*], &[#(#values),*]))
    });
    quote_spanned!(Span::mixed_site()=> ::std::vec::Vec::from([#(#tags),*]))
}

/// The name of the cache.
pub(super) fn cache(plan: &Plan) -> TokenStream {
    match &plan.cache {
        Some(name) => quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#name)),
        None => quote_spanned!(Span::mixed_site()=> ::core::option::Option::None),
    }
}

/// A `Duration`; `None` for `never`.
fn duration(time: &Time, support: &TokenStream) -> Option<TokenStream> {
    match time {
        Time::Never => None,
        Time::After(duration) => Some(constant(*duration, support)),
        // Placed at the expression, where the compiler reports a wrong type.
        Time::Computed(expression) => {
            let place = expression.span().resolved_at(Span::mixed_site());
            Some(quote_spanned!(place=> #support::duration(#expression)))
        }
    }
}

fn constant(duration: Duration, support: &TokenStream) -> TokenStream {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    quote_spanned!(Span::mixed_site()=> #support::Duration::new(#seconds, #nanos))
}
