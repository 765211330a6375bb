//! A body whose result is judged before it is stored, and the calls of it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::{outcome, place_of, private, returned};
use crate::plan::Plan;
use crate::signature::Function;

/// The result with the judgement on it, if there is to be one. The condition stands in a call, which tells it its type.
pub(super) fn judged(function: &Function, plan: &Plan, whole: TokenStream) -> TokenStream {
    let Some(store_if) = &plan.store_if else { return whole };
    let outcome = outcome(plan, &returned(&function.sig), place_of(&function.sig));
    let place = store_if.span().resolved_at(Span::mixed_site());
    let private = private(plan, place);
    quote_spanned!(place=> #private::conditional(#outcome, #whole, #store_if))
}

/// The outcome of a call.
pub(super) fn outcome_of(function: &Function, plan: &Plan) -> TokenStream {
    let place = place_of(&function.sig);
    let outcome = outcome(plan, &returned(&function.sig), place);
    if plan.store_if.is_none() {
        return outcome;
    }
    let private = private(plan, place);
    quote_spanned!(place=> #private::with_condition(#outcome))
}

/// What a call gives its caller.
pub(super) fn whole(plan: &Plan, call: TokenStream) -> TokenStream {
    match &plan.store_if {
        Some(_) => quote_spanned! {Span::mixed_site()=>
            let judged = #call;
            judged.whole
        },
        None => call.into_token_stream(),
    }
}
