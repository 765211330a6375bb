//! A batch function: one read for all elements, one run of the body for the missing ones, one write.
//!
//! ```text
//! fn load(ids: &[u64]) -> HashMap<u64, User> { body }
//!
//! fn load(ids: &[u64]) -> HashMap<u64, User> {
//!     let names = names(&ids[..], |id| EntryName { key: load::__key(id), tags: … });
//!     batch(options, copied_elements(names, ids), outcomes, |missing| load::load(&missing), (always, usual_lifetime))
//! }
//! ```

use std::convert::identity;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;

use super::{Expansion, forwarding, static_lifetimes};
use crate::batch::Batch;
use crate::companions::Parameter;

impl Expansion<'_> {
    /// The call of the runtime.
    pub(super) fn batch_call(&self, batch: &Batch) -> TokenStream {
        self.batch_call_with(batch, &self.options_of_batch())
    }

    /// The same with these options.
    pub(super) fn batch_call_with(&self, batch: &Batch, options: &TokenStream) -> TokenStream {
        let (mode, wait) = (self.mode(), self.wait());
        let (elements, arguments) = (self.elements(batch), self.batch_arguments(batch));
        quote_spanned! {self.place=>
            let options = #options;
            let elements = #elements;
            #mode::batch #arguments #wait
        }
    }

    /// The arguments of a call, and of a refresh, in parentheses.
    pub(super) fn batch_arguments(&self, batch: &Batch) -> TokenStream {
        let (support, output) = (self.support(self.place), self.returned());
        // Not checked whether it can be stored, because only the elements are stored.
        let whole = quote_spanned!(self.place=> #support::UnkeptProbe::<#output>::new().cache_outcome());
        let (value, run) = (self.outcome_of_element(batch), self.run_for_missing(batch));
        let [store_if, expires_in] = self.closures_about_value("each_expiring", &value);
        quote_spanned!(self.place=> (options, elements, (#whole, #value), #run, (#store_if, #expires_in)))
    }

    /// All elements with the names of their entries. Placed at the argument, where the compiler reports a missing `Clone`.
    pub(super) fn elements(&self, batch: &Batch) -> TokenStream {
        let Batch { argument, element, is_vec, .. } = batch;
        let key = match &self.plan.companions {
            Some(companions) => self.key(companions, |parameter| match parameter.element {
                Some(_) => element.to_token_stream(),
                None => forwarding::borrowed(parameter),
            }),
            None => self.make_key(None),
        };
        let (support, tags) = (self.support(Span::mixed_site()), self.tags());
        let names = quote_spanned! {Span::mixed_site()=>
            #support::names(&#argument[..], |#element| #support::EntryName { key: #key, tags: #tags })
        };
        let place = argument.span().resolved_at(Span::mixed_site());
        let (support, function) = (self.support(place), if *is_vec { "elements" } else { "copied_elements" });
        let function = Ident::new(function, place);
        quote_spanned!(place=> #support::#function(#names, #argument))
    }

    /// The outcome of an element, which is stored as it is, even if it is a `Result`. Placed at its type, where the compiler
    /// reports one that cannot be stored.
    pub(super) fn outcome_of_element(&self, batch: &Batch) -> TokenStream {
        let place = batch.value.span().resolved_at(Span::mixed_site());
        let (support, value) = (self.support(place), static_lifetimes::named(&batch.value));
        quote_spanned!(place=> #support::checked(#support::Always::<#value>::new()))
    }

    /// The body as a closure that takes the missing elements.
    fn run_for_missing(&self, batch: &Batch) -> TokenStream {
        let (missing, wait) = (Ident::new("missing", Span::mixed_site()), self.wait());
        let borrow = (!batch.is_vec).then(|| quote_spanned!(Span::mixed_site()=> &));
        let passed = quote_spanned!(Span::mixed_site()=> #borrow #missing);
        let run = match &self.plan.companions {
            Some(companions) => {
                let run = self.run(companions, |parameter: &Parameter| match parameter.element {
                    Some(_) => passed.clone(),
                    None => forwarding::passed(parameter),
                });
                quote_spanned!(Span::mixed_site()=> #run #wait)
            }
            None => {
                let run = self.run_in_place(&self.block(identity));
                let (mutability, argument) = (batch.mutability, &batch.argument);
                quote_spanned!(Span::mixed_site()=> { let #mutability #argument = #passed; #run #wait })
            }
        };
        match self.is_async() {
            true => quote_spanned!(Span::mixed_site()=> move |#missing: ::std::vec::Vec<_>| async move { #run }),
            false => quote_spanned!(Span::mixed_site()=> |#missing: ::std::vec::Vec<_>| #run),
        }
    }
}
