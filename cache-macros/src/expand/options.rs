//! The arguments of the attribute about cache, times and tags, as options of a call.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::Expansion;
use super::key::displayed;
use super::path::RuntimePath;
use crate::args::Near;
use crate::tags::Tag;
use crate::time::Time;

impl Expansion<'_> {
    /// The `CallOptions` of a call.
    pub(super) fn options(&self) -> TokenStream {
        let (options, tags) = (self.options_of_batch(), self.with_tags());
        quote_spanned!(Span::mixed_site()=> #options #tags)
    }

    /// The tags as the last option, if there are any.
    pub(super) fn with_tags(&self) -> Option<TokenStream> {
        (!self.plan.tags.is_empty()).then(|| option("tags", self.tags()))
    }

    /// The `CallOptions` of a batch, whose elements have tags of their own. Arguments that are not given are left out.
    pub(super) fn options_of_batch(&self) -> TokenStream {
        let (support, args) = (self.support(Span::mixed_site()), &self.plan.args);
        let expires_in = args.expires_in.as_ref().and_then(|time| match time {
            Time::Never => Some(option("never_expires", TokenStream::new())),
            Time::FromValue(_) => Some(option("lifetime_of_value", TokenStream::new())),
            time => Some(option("expires_after", duration(time, &support)?)),
        });
        let window = |name, time: &Option<Time>| Some(option(name, duration(time.as_ref()?, &support)?));
        let race_ttl = window("race_ttl", &args.race_ttl);
        let stale_if_error = window("stale_if_error", &args.stale_if_error);
        let jitter = args.jitter.map(|share| option("jitter", share.to_token_stream()));
        let shared = args.shared.then(|| option("shared", TokenStream::new()));
        let near = args.near.as_ref().and_then(|near| match near {
            Near::Off => Some(option("near", quote_spanned!(Span::mixed_site()=> #support::Duration::ZERO))),
            Near::AtMost(time) => Some(option("near", duration(time, &support)?)),
        });
        let given = [expires_in, race_ttl, stale_if_error, jitter, shared, near].into_iter().flatten();
        let named = self.options_of_name();
        quote_spanned!(Span::mixed_site()=> #named #(#given)*)
    }

    /// The `CallOptions` that say which function it is, and in which cache.
    pub(super) fn options_of_name(&self) -> TokenStream {
        let (support, name) = (self.support(Span::mixed_site()), self.function.sig.ident.unraw().to_string());
        let cache = self.plan.args.cache.as_ref().map(|name| option("cache_named", name.to_token_stream()));
        quote_spanned!(Span::mixed_site()=> #support::CallOptions::of(&#name) #cache)
    }

    /// The tags as a `Vec`.
    pub(super) fn tags(&self) -> TokenStream {
        if self.plan.tags.is_empty() {
            return quote_spanned!(Span::mixed_site()=> ::std::vec::Vec::new());
        }
        let support = self.support(Span::mixed_site());
        let tags = self.plan.tags.iter().map(|Tag { text, pieces, values }| {
            let values = values.iter().map(|value| displayed(value, text.span(), false));
            quote_spanned!(Span::mixed_site()=> #support::template_text(&[#(#pieces),*], &[#(#values),*]))
        });
        quote_spanned!(Span::mixed_site()=> #support::vec([#(#tags),*]))
    }
}

pub(super) fn option(name: &str, value: TokenStream) -> TokenStream {
    let name = Ident::new(name, Span::mixed_site());
    quote_spanned!(Span::mixed_site()=> .#name(#value))
}

/// The text as an `Option`.
pub(super) fn optional(text: Option<impl ToTokens>) -> TokenStream {
    match text {
        Some(text) => quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#text)),
        None => quote_spanned!(Span::mixed_site()=> ::core::option::Option::None),
    }
}

/// A `Duration`; `None` for a time that is none or comes from the value.
pub(super) fn duration(time: &Time, support: &RuntimePath) -> Option<TokenStream> {
    match time {
        Time::Never | Time::FromValue(_) => None,
        Time::After(duration) => {
            let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
            Some(quote_spanned!(Span::mixed_site()=> #support::Duration::new(#seconds, #nanos)))
        }
        // Placed at the expression, where the compiler reports a wrong type.
        Time::Computed(expression) => {
            let place = expression.span().resolved_at(Span::mixed_site());
            Some(quote_spanned!(place=> #support::duration(#expression)))
        }
    }
}
