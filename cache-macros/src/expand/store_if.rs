//! The condition `store_if`: the body returns its result together with the condition's answer.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::Expansion;

impl Expansion<'_> {
    /// The result of a body with the condition's answer, if there is a condition. The condition is an argument of a call,
    /// which tells it the type of the value.
    pub(super) fn judged(&self, whole: TokenStream) -> TokenStream {
        let Some(store_if) = &self.plan.args.store_if else { return whole };
        let place = store_if.span().resolved_at(Span::mixed_site());
        let (support, outcome) = (self.support(place), self.outcome(&self.returned()));
        quote_spanned!(place=> #support::conditional(#outcome, #whole, #store_if))
    }

    /// The outcome of a call.
    pub(super) fn outcome_of_call(&self) -> TokenStream {
        let (support, outcome) = (self.support(self.place), self.outcome(&self.returned()));
        match &self.plan.args.store_if {
            Some(_) => quote_spanned!(self.place=> #support::with_condition(#outcome)),
            None => outcome,
        }
    }

    /// Takes the result of the body out of the result of a call, which contains the condition's answer as well.
    pub(super) fn whole(&self) -> Option<TokenStream> {
        self.plan.args.store_if.as_ref().map(|_| quote!(.whole))
    }
}
