//! The tokens of what was said about cache and times.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::key::displayed;
use super::private;
use crate::plan::Plan;
use crate::tags::Tag;
use crate::time::Time;

/// The `Terms` of a call.
pub(super) fn terms(plan: &Plan) -> TokenStream {
    let said = terms_of_all(plan);
    if plan.tags.is_empty() {
        return said;
    }
    let tags = tags(plan);
    quote_spanned!(Span::mixed_site()=> #said.tags(#tags))
}

/// The `Terms` of a call for many elements, each of which has tags of its own. What was not said is left to the runtime.
pub(super) fn terms_of_all(plan: &Plan) -> TokenStream {
    let private = private(plan, Span::mixed_site());
    let cache = plan.cache.as_ref().map(|name| said("cache_named", name.to_token_stream()));
    let expires_in = plan.expires_in.as_ref().map(|time| said("expires_in", ttl(time, &private)));
    let window = |name, time: &Option<Time>| Some(said(name, duration(time.as_ref()?, &private)?));
    let race_ttl = window("race_ttl", &plan.race_ttl);
    let stale_if_error = window("stale_if_error", &plan.stale_if_error);
    let jitter = plan.jitter.map(|share| said("jitter", share.to_token_stream()));
    let shared = plan.shared.then(|| said("shared", TokenStream::new()));
    let said = [cache, expires_in, race_ttl, stale_if_error, jitter, shared].into_iter().flatten();
    quote_spanned!(Span::mixed_site()=> #private::CallOptions::DEFAULT #(#said)*)
}

fn said(name: &str, value: TokenStream) -> TokenStream {
    let name = proc_macro2::Ident::new(name, Span::mixed_site());
    quote_spanned!(Span::mixed_site()=> .#name(#value))
}

/// The tags, as a `Vec`.
pub(super) fn tags(plan: &Plan) -> TokenStream {
    if plan.tags.is_empty() {
        return quote_spanned!(Span::mixed_site()=> ::std::vec::Vec::new());
    }
    let private = private(plan, Span::mixed_site());
    let tags = plan.tags.iter().map(|Tag { text, pieces, values }| {
        let values = values.iter().map(|value| displayed(value, text.span(), false));
        quote_spanned!(Span::mixed_site()=> #private::tag(&[#(#pieces),*], &[#(#values),*]))
    });
    quote_spanned!(Span::mixed_site()=> ::std::vec::Vec::from([#(#tags),*]))
}

/// The cache alone.
pub(super) fn cache(plan: &Plan) -> TokenStream {
    match &plan.cache {
        Some(name) => quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#name)),
        None => quote_spanned!(Span::mixed_site()=> ::core::option::Option::None),
    }
}

fn ttl(time: &Time, private: &TokenStream) -> TokenStream {
    match duration(time, private) {
        Some(duration) => quote_spanned!(Span::mixed_site()=> #private::Ttl::After(#duration)),
        None => quote_spanned!(Span::mixed_site()=> #private::Ttl::Never),
    }
}

/// `None` is never.
fn duration(time: &Time, private: &TokenStream) -> Option<TokenStream> {
    match time {
        Time::Never => None,
        Time::After(duration) => Some(constant(*duration, private)),
        // Placed at the expression, where the compiler is to complain of another type.
        Time::Computed(expression) => {
            let place = expression.span().resolved_at(Span::mixed_site());
            Some(quote_spanned!(place=> #private::duration(#expression)))
        }
    }
}

fn constant(duration: Duration, private: &TokenStream) -> TokenStream {
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    quote_spanned!(Span::mixed_site()=> #private::Duration::new(#seconds, #nanos))
}
