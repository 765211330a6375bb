//! A function of many elements: one read of all, one run of the body for those that are missing, one write.
//!
//! ```text
//! fn load(ids: &[u64]) -> HashMap<u64, User> { body }
//!
//! fn load(ids: &[u64]) -> HashMap<u64, User> {
//!     let keys = ids.iter().map(|id| load::__key(id)).collect();
//!     each(terms, ids.to_vec(), keys, outcome, |missing| load::uncached(&missing), |_| true)
//! }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{FnArg, Pat, Signature};

use super::{async_block, beside, block, key, place_of, private, returned, terms};
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

/// The call into the runtime, of the function itself or of another one by `name`.
pub(super) fn call(name: &str, owner: &TokenStream, function: &Function, plan: &Plan, each: &Each) -> TokenStream {
    let place = place_of(&function.sig);
    let (private, output) = (private(plan, place), returned(&function.sig));
    let (terms, outcome) = (terms::terms(plan), outcome_of_all(plan, &output, place));
    let (keys, missing) = (keys(owner, function, plan, each), Ident::new("missing", Span::mixed_site()));
    let run = run(owner, function, plan, each, &missing);
    let elements = elements(plan, each);
    let store_if = match &plan.store_if {
        Some(store_if) => quote_spanned!(Span::mixed_site()=> #store_if),
        None => quote_spanned!(Span::mixed_site()=> |_| true),
    };
    let (name, waits) = match function.sig.asyncness {
        Some(_) => (format!("{name}_waiting"), Some(quote_spanned!(place=> .await))),
        None => (name.to_owned(), None),
    };
    let name = Ident::new(&name, place);
    quote_spanned!(place=> #private::#name(#terms, #keys, #elements, #outcome, #run, #store_if) #waits)
}

/// All elements, to be asked for one by one. What is no `Clone` is told of here.
fn elements(plan: &Plan, each: &Each) -> TokenStream {
    let (argument, place) = (&each.argument, each.argument.span().resolved_at(Span::mixed_site()));
    let private = private(plan, place);
    match each.is_vec {
        true => quote_spanned!(place=> #private::vec(#argument)),
        false => quote_spanned!(place=> #private::to_vec(#argument)),
    }
}

/// Not asked whether it can be kept: what is kept is the value of each.
fn outcome_of_all(plan: &Plan, output: &TokenStream, place: Span) -> TokenStream {
    let private = private(plan, place);
    quote_spanned! {place=> {
        #[allow(unused_imports)]
        use #private::ElsePlain as _;
        #private::Probe::<#output>::new().cache_outcome()
    }}
}

/// The key of each.
fn keys(owner: &TokenStream, function: &Function, plan: &Plan, each: &Each) -> TokenStream {
    let (argument, element) = (&each.argument, &each.element);
    let key = match &plan.beside {
        Some(beside) => beside::key(owner, function, beside, |parameter| match parameter.one {
            Some(_) => quote_spanned!(Span::mixed_site()=> #element),
            None => beside::lent(parameter),
        }),
        None => key::key(plan, None),
    };
    quote_spanned!(Span::mixed_site()=> #argument.iter().map(|#element| #key).collect())
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
