//! The condition `store_if`: the body returns its result together with the condition's answer.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{outcome, place_of, returned, support};
use crate::plan::Plan;
use crate::signature::Function;

/// The result of a body with the condition's answer, if there is a condition. The condition is an argument of a call,
/// which tells it the type of the value.
pub(super) fn judged(function: &Function, plan: &Plan, whole: TokenStream) -> TokenStream {
    let Some(store_if) = &plan.store_if else { return whole };
    let outcome = outcome(plan, &returned(&function.sig), place_of(&function.sig));
    let place = store_if.span().resolved_at(Span::mixed_site());
    let support = support(plan, place);
    quote_spanned!(place=> #support::conditional(#outcome, #whole, #store_if))
}

/// The outcome of a call.
pub(super) fn outcome_of_call(function: &Function, plan: &Plan) -> TokenStream {
    let place = place_of(&function.sig);
    let outcome = outcome(plan, &returned(&function.sig), place);
    if plan.store_if.is_none() {
        return outcome;
    }
    let support = support(plan, place);
    quote_spanned!(place=> #support::with_condition(#outcome))
}

/// Takes the result of the body out of the result of a call, which contains the condition's answer as well.
pub(super) fn whole(plan: &Plan) -> Option<TokenStream> {
    plan.store_if.as_ref().map(|_| quote!(.whole))
}
