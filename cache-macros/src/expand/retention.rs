//! The closures that decide about a value, `store_if` and `expires_in`: the body returns its result together with their
//! answers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::Expansion;

impl Expansion<'_> {
    /// The result of a body with the answers of the closures, if there are any. They are arguments of a call, which tells
    /// them the type of the value.
    pub(super) fn judged(&self, whole: TokenStream) -> TokenStream {
        let Some(closure) = self.closure_about_value() else { return whole };
        let outcome = self.outcome(&self.returned());
        let [store_if, expires_in] = self.closures_about_value("expiring", &outcome);
        let support = self.support(self.place);
        let returned = quote_spanned!(self.place=> #support::returned(#outcome, #whole));
        self.call_at(closure, "retained", &quote!(#returned, #store_if, #expires_in))
    }

    /// Both closures, or what stands for one that is not given. `expiring` is the function of the runtime that takes the
    /// one for the lifetime.
    pub(super) fn closures_about_value(&self, expiring: &str, outcome: &TokenStream) -> [TokenStream; 2] {
        let support = self.support(Span::mixed_site());
        let store_if = self.plan.args.store_if.as_ref().map(Expr::to_token_stream);
        let expires_in = self.lifetime_of_value(expiring, outcome);
        [
            store_if.unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> #support::always)),
            expires_in.unwrap_or_else(|| quote_spanned!(Span::mixed_site()=> #support::usual_lifetime)),
        ]
    }

    /// The closure for the lifetime, which learns from an outcome what it is given.
    pub(super) fn lifetime_of_value(&self, expiring: &str, outcome: &TokenStream) -> Option<TokenStream> {
        let (closure, support) = (self.plan.args.lifetime_of_value()?, self.support(self.place));
        let stored = quote_spanned!(self.place=> #support::stored_type(#outcome));
        Some(self.call_at(closure, expiring, &quote!(#stored, #closure)))
    }

    /// A call of a function of the runtime, placed at the whole closure, which the compiler then underlines. It knows the place
    /// of an expression by that of its first and its last token.
    fn call_at(&self, closure: &Expr, function: &str, arguments: &TokenStream) -> TokenStream {
        let tokens = closure.to_token_stream().into_iter();
        let end = tokens.last().map_or_else(|| closure.span(), |last| last.span()).resolved_at(Span::mixed_site());
        let support = self.support(closure.span().resolved_at(Span::mixed_site()));
        let function = Ident::new(function, end);
        quote_spanned!(end=> #support::#function(#arguments))
    }

    /// The outcome of a call, of which a statement before it says what is stored.
    pub(super) fn outcome_of_call(&self) -> TokenStream {
        let support = self.support(self.place);
        match self.closure_about_value() {
            Some(_) => quote_spanned!(self.place=> #support::with_retention(outcome)),
            None => quote_spanned!(self.place=> outcome),
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
