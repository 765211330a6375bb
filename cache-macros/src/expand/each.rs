//! A function of many elements: one read of all, one run of the body for those that are missing, one write.
//!
//! ```text
//! fn load(ids: &[u64]) -> HashMap<u64, User> { body }
//!
//! fn load(ids: &[u64]) -> HashMap<u64, User> {
//!     let names = ids.iter().map(|id| Name { key: load::__key(id), tags: … }).collect();
//!     each(RunFor::Missing, terms, to_vec(names, ids), outcomes, |missing| load::uncached(&missing), |_| true)
//! }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Pat, Signature};

use super::{async_block, beside, block, elided, key, place_of, private, returned, terms};
use crate::beside::Parameter;
use crate::each::Each;
use crate::plan::Plan;
use crate::signature::Function;

/// The function's signature. What is passed on is not changed here.
pub(super) fn signature(sig: &Signature, each: &Each) -> Signature {
    let mut sig = sig.clone();
    for input in &mut sig.inputs {
        if let FnArg::Typed(argument) = input
            && let Pat::Ident(name) = &mut *argument.pat
            && name.ident == each.argument
        {
            name.mutability = None;
        }
    }
    sig
}

/// The call into the runtime, which runs the body for those `elements`: the name of a `RunFor`.
pub(super) fn call(elements: &str, owner: &TokenStream, function: &Function, plan: &Plan, each: &Each) -> TokenStream {
    let place = place_of(&function.sig);
    let (private, output) = (private(plan, place), returned(&function.sig));
    let (terms, whole, value) = (terms::terms_of_all(plan), outcome_of_all(plan, &output, place), outcome(plan, each));
    let (run_for, missing) = (Ident::new(elements, place), Ident::new("missing", Span::mixed_site()));
    let run = run(owner, function, plan, each, &missing);
    let elements = taken(&names(owner, function, plan, each), plan, each);
    let store_if = match &plan.store_if {
        Some(store_if) => quote_spanned!(Span::mixed_site()=> #store_if),
        None => quote_spanned!(Span::mixed_site()=> |_| true),
    };
    let outcomes = quote_spanned!(place=> (#whole, #value));
    let arguments = quote!(#private::RunFor::#run_for, #terms, #elements, #outcomes, #run, #store_if);
    match function.sig.asyncness {
        Some(_) => quote_spanned!(place=> #private::batch_async(#arguments).await),
        None => quote_spanned!(place=> #private::batch(#arguments)),
    }
}

/// All elements under their names, to be asked for one by one. What is no `Clone` is told of here.
fn taken(names: &TokenStream, plan: &Plan, each: &Each) -> TokenStream {
    let (argument, place) = (&each.argument, each.argument.span().resolved_at(Span::mixed_site()));
    let private = private(plan, place);
    match each.is_vec {
        true => quote_spanned!(place=> #private::elements(#names, #argument)),
        false => quote_spanned!(place=> #private::copied_elements(#names, #argument)),
    }
}

/// Not asked whether it can be kept: what is kept is the value of each.
fn outcome_of_all(plan: &Plan, output: &TokenStream, place: Span) -> TokenStream {
    let private = private(plan, place);
    quote_spanned! {place=> {
        #[allow(unused_imports)]
        use #private::Fallback as _;
        #private::OutcomeProbe::<#output>::new().cache_outcome()
    }}
}

/// The outcome of each. What cannot be kept is told of here, once for all that asks for it. A value is kept as it is, even
/// if it is a `Result`.
pub(super) fn outcome(plan: &Plan, each: &Each) -> TokenStream {
    let place = each.value.span().resolved_at(Span::mixed_site());
    let (private, value) = (private(plan, place), elided::owned(each.value.to_token_stream()));
    quote_spanned! {place=>
        #private::checked(#private::Fallback::cache_outcome(&#private::OutcomeProbe::<#value>::new()))
    }
}

/// The key and the tags of each.
fn names(owner: &TokenStream, function: &Function, plan: &Plan, each: &Each) -> TokenStream {
    let (argument, element) = (&each.argument, &each.element);
    let key = match &plan.beside {
        Some(beside) => beside::key(owner, function, beside, |parameter| match parameter.one {
            Some(_) => quote_spanned!(Span::mixed_site()=> #element),
            None => beside::lent(parameter),
        }),
        None => key::key(plan, None),
    };
    let (private, tags) = (private(plan, Span::mixed_site()), terms::tags(plan));
    quote_spanned! {Span::mixed_site()=>
        #argument.iter().map(|#element| #private::EntryName { key: #key, tags: #tags }).collect()
    }
}

/// The body, of those that are missing.
fn run(owner: &TokenStream, function: &Function, plan: &Plan, each: &Each, missing: &Ident) -> TokenStream {
    let lent = match each.is_vec {
        true => quote_spanned!(Span::mixed_site()=> #missing),
        false => quote_spanned!(Span::mixed_site()=> &#missing),
    };
    let waits = function.sig.asyncness.map(|_| quote_spanned!(Span::mixed_site()=> .await));
    let run = match &plan.beside {
        Some(beside) => {
            let pass =
                |parameter: &Parameter| if parameter.one.is_some() { lent.clone() } else { beside::passed(parameter) };
            let run = beside::run(owner, function, beside, pass);
            quote_spanned!(Span::mixed_site()=> #run #waits)
        }
        None => in_place(function, each, &lent),
    };
    match function.sig.asyncness {
        Some(_) => quote_spanned!(Span::mixed_site()=> move |#missing: ::std::vec::Vec<_>| async move { #run }),
        None => quote_spanned!(Span::mixed_site()=> |#missing: ::std::vec::Vec<_>| #run),
    }
}

fn in_place(function: &Function, each: &Each, lent: &TokenStream) -> TokenStream {
    let output = returned(&function.sig);
    let block = block(&function.body, TokenStream::clone);
    let (mutability, argument) = (each.mutability, &each.argument);
    let own = quote_spanned!(Span::mixed_site()=> let #mutability #argument = #lent;);
    match function.sig.asyncness {
        Some(_) => {
            let run = async_block(function, &output, &block);
            quote_spanned!(Span::mixed_site()=> { #own #run.await })
        }
        None => quote_spanned!(Span::mixed_site()=> { #own (|| -> #output #block)() }),
    }
}
