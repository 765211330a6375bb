//! A batch function: one read for all elements, one run of the body for the missing ones, one write.
//!
//! ```text
//! fn load(ids: &[u64]) -> HashMap<u64, User> { body }
//!
//! fn load(ids: &[u64]) -> HashMap<u64, User> {
//!     let names = ids.iter().map(|id| EntryName { key: load::__key(id), tags: … }).collect();
//!     batch(options, copied_elements(names, ids), outcomes, |missing| load::load(&missing), |_| true)
//! }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Pat, Signature};

use super::{block, forwarding, key, mode, options, place_of, returned, run_in_place, static_lifetimes, support, wait};
use crate::batch::Batch;
use crate::companions::Parameter;
use crate::plan::Plan;
use crate::signature::Function;

/// The function's signature. The elements are passed on and not changed here.
pub(super) fn signature(sig: &Signature, batch: &Batch) -> Signature {
    let mut sig = sig.clone();
    for input in &mut sig.inputs {
        if let FnArg::Typed(argument) = input
            && let Pat::Ident(name) = &mut *argument.pat
            && name.ident == batch.argument
        {
            name.mutability = None;
        }
    }
    sig
}

/// The call of the runtime.
pub(super) fn call(function: &Function, plan: &Plan, batch: &Batch) -> TokenStream {
    let place = place_of(&function.sig);
    let (mode, wait) = (mode(&function.sig, plan, place), wait(&function.sig));
    let (options, elements) = (options::options_of_batch(plan), elements(function, plan, batch));
    let arguments = arguments(function, plan, batch);
    quote_spanned! {place=>
        let options = #options;
        let elements = #elements;
        #mode::batch(options, elements, #arguments) #wait
    }
}

/// The arguments of a call, and of a refresh, after options and elements: outcomes, body, condition.
pub(super) fn arguments(function: &Function, plan: &Plan, batch: &Batch) -> TokenStream {
    let place = place_of(&function.sig);
    let whole = outcome_of_batch(plan, &returned(&function.sig), place);
    let (value, run) = (outcome_of_element(plan, batch), run(function, plan, batch));
    let store_if = match &plan.store_if {
        Some(store_if) => quote_spanned!(Span::mixed_site()=> #store_if),
        None => quote_spanned!(Span::mixed_site()=> |_| true),
    };
    quote_spanned!(place=> (#whole, #value), #run, #store_if)
}

/// All elements with the names of their entries. Placed at the argument, where the compiler reports a missing `Clone`.
pub(super) fn elements(function: &Function, plan: &Plan, batch: &Batch) -> TokenStream {
    let (argument, names) = (&batch.argument, names(function, plan, batch));
    let place = argument.span().resolved_at(Span::mixed_site());
    let support = support(plan, place);
    match batch.is_vec {
        true => quote_spanned!(place=> #support::elements(#names, #argument)),
        false => quote_spanned!(place=> #support::copied_elements(#names, #argument)),
    }
}

/// Not checked whether it can be stored, because only the elements are stored.
fn outcome_of_batch(plan: &Plan, output: &TokenStream, place: Span) -> TokenStream {
    let support = support(plan, place);
    quote_spanned!(place=> #support::OutcomeProbe::<#output>::new().cache_outcome())
}

/// The outcome of an element, which is stored as it is, even if it is a `Result`. Placed at its type, where the compiler
/// reports one that cannot be stored.
pub(super) fn outcome_of_element(plan: &Plan, batch: &Batch) -> TokenStream {
    let place = batch.value.span().resolved_at(Span::mixed_site());
    let (support, value) = (support(plan, place), static_lifetimes::named(batch.value.to_token_stream()));
    quote_spanned!(place=> #support::checked(#support::Always::<#value>::new()))
}

/// The key and the tags of each element.
fn names(function: &Function, plan: &Plan, batch: &Batch) -> TokenStream {
    let (argument, element) = (&batch.argument, &batch.element);
    let key = match &plan.companions {
        Some(companions) => forwarding::key(function, companions, |parameter| match parameter.element {
            Some(_) => quote_spanned!(Span::mixed_site()=> #element),
            None => forwarding::borrowed(parameter),
        }),
        None => key::key(plan, None),
    };
    let (support, tags) = (support(plan, Span::mixed_site()), options::tags(plan));
    quote_spanned! {Span::mixed_site()=>
        #argument.iter().map(|#element| #support::EntryName { key: #key, tags: #tags }).collect()
    }
}

/// The body as a closure that takes the missing elements.
fn run(function: &Function, plan: &Plan, batch: &Batch) -> TokenStream {
    let missing = Ident::new("missing", Span::mixed_site());
    let passed = match batch.is_vec {
        true => quote_spanned!(Span::mixed_site()=> #missing),
        false => quote_spanned!(Span::mixed_site()=> &#missing),
    };
    let run = match &plan.companions {
        Some(companions) => {
            let pass = |parameter: &Parameter| match parameter.element {
                Some(_) => passed.clone(),
                None => forwarding::passed(parameter),
            };
            let (run, wait) = (forwarding::run(function, companions, pass), wait(&function.sig));
            quote_spanned!(Span::mixed_site()=> #run #wait)
        }
        None => in_place(function, plan, batch, &passed),
    };
    match function.sig.asyncness {
        Some(_) => quote_spanned!(Span::mixed_site()=> move |#missing: ::std::vec::Vec<_>| async move { #run }),
        None => quote_spanned!(Span::mixed_site()=> |#missing: ::std::vec::Vec<_>| #run),
    }
}

fn in_place(function: &Function, plan: &Plan, batch: &Batch, passed: &TokenStream) -> TokenStream {
    let run = run_in_place(function, plan, &block(&function.body, TokenStream::clone));
    let (mutability, argument, wait) = (batch.mutability, &batch.argument, wait(&function.sig));
    quote_spanned!(Span::mixed_site()=> { let #mutability #argument = #passed; #run #wait })
}
