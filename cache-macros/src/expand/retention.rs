//! The closures that decide about a value, `store_if` and `expires_in`: the body returns its result together with their
//! answers.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::Expansion;

impl Expansion<'_> {
    /// The result of a body with the answers of the closures, if there are any. They are arguments of a call, which tells
    /// them the type of the value.
    pub(super) fn judged(&self, whole: TokenStream) -> TokenStream {
        let Some(closure) = self.closure_about_value() else { return whole };
        let place = closure.span().resolved_at(Span::mixed_site());
        let (support, outcome) = (self.support(place), self.outcome(&self.returned()));
        let [store_if, expires_in] = self.closures_about_value();
        quote_spanned!(place=> #support::retained(#outcome, #whole, #store_if, #expires_in))
    }

    /// Both closures, or what stands for one that is not given.
    pub(super) fn closures_about_value(&self) -> [TokenStream; 2] {
        let support = self.support(Span::mixed_site());
        let store_if = self.plan.args.store_if.as_ref().map(Expr::to_token_stream);
        let expires_in = self.plan.args.lifetime_of_value().map(Expr::to_token_stream);
        [
            store_if.unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> #support::always)),
            expires_in.unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> #support::usual_lifetime)),
        ]
    }

    /// The outcome of a call.
    pub(super) fn outcome_of_call(&self) -> TokenStream {
        let (support, outcome) = (self.support(self.place), self.outcome(&self.returned()));
        match self.closure_about_value() {
            Some(_) => quote_spanned!(self.place=> #support::with_retention(#outcome)),
            None => outcome,
        }
    }

    /// Takes the result of the body out of the result of a call, which contains the answers as well.
    pub(super) fn whole(&self) -> Option<TokenStream> {
        self.closure_about_value().map(|_| quote!(.whole))
    }

    /// The first closure that is given.
    pub(super) fn closure_about_value(&self) -> Option<&Expr> {
        let args = &self.plan.args;
        args.store_if.as_ref().or_else(|| args.lifetime_of_value())
    }
}
