//! A function whose body may run in a task that outlives the call.
//!
//! ```text
//! fn load(id: &str) -> User { body }
//!
//! fn load(id: &str) -> User {
//!     let key = …;
//!     match look(terms, key, outcome) {
//!         Lookup::Hit(whole) => whole,
//!         Lookup::Compute(computation) => {
//!             let copy = own(id);
//!             renew(asked, move || -> User { let id = copy.get(); { body } })
//!         }
//!     }
//! }
//! ```
//!
//! An `async fn` awaits `lookup_async`, and gives `recompute_async` an `async move` block. The body stands there once, so
//! that its statics and closures are one, and serves both ways: in place, and in a task.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{FnArg, Pat, Signature};

use super::{async_block, beside, block, place_of, private, rename, returned, store_if, terms};
use crate::beside::{Beside, Parameter};
use crate::lent::Lent;
use crate::plan::Plan;
use crate::signature::{Argument, Function};

/// The signature. What is lent keeps its `mut` for the body's own binding, which would be unused here.
pub(super) fn signature(sig: &Signature, lent: &[Lent]) -> Signature {
    let mut sig = sig.clone();
    let is_lent = |name: &Ident| lent.iter().any(|lent| lent.name == *name);
    for argument in &mut sig.inputs {
        match argument {
            FnArg::Receiver(receiver) if is_lent(&Ident::from(receiver.self_token)) => receiver.mutability = None,
            FnArg::Typed(argument) => match &mut *argument.pat {
                Pat::Ident(pat) if is_lent(&pat.ident) => pat.mutability = None,
                _ => {}
            },
            FnArg::Receiver(_) => {}
        }
    }
    sig
}

/// The two halves of a call, placed at the return type as that of other functions.
pub(super) fn call(function: &Function, plan: &Plan, lent: &[Lent]) -> TokenStream {
    let output = returned(&function.sig);
    let place = place_of(&function.sig);
    let (private, terms, outcome) = (private(plan, place), terms::terms(plan), store_if::outcome_of(function, plan));
    let copies = lent.iter().enumerate().map(|(number, lent)| copied(lent, number, plan));
    let checks = checks(&going(function, plan, lent), plan);
    let body = match &plan.beside {
        Some(beside) => run(function, plan, beside, lent),
        None => body(function, plan, &output, lent),
    };
    let (look, renew) = match function.sig.asyncness {
        Some(_) => (
            quote_spanned!(place=> #private::lookup_async(#terms, key, #outcome).await),
            quote_spanned!(place=> #private::recompute_async(computation, #body).await),
        ),
        None => (
            quote_spanned!(place=> #private::lookup(#terms, key, #outcome)),
            quote_spanned!(place=> #private::recompute(computation, #body)),
        ),
    };
    let call = quote_spanned! {Span::mixed_site()=>
        match #look {
            #private::Lookup::Hit(whole) => whole,
            #private::Lookup::Compute(computation) => {
                #(#copies)*
                #(#checks)*
                #renew
            }
        }
    };
    store_if::whole(plan, call)
}

/// The body as what a task can run: it holds what it uses, and borrows from copies what was lent.
fn body(function: &Function, plan: &Plan, output: &TokenStream, lent: &[Lent]) -> TokenStream {
    let statements = block(&function.body, |statements| match lent.iter().any(|lent| lent.name == "self") {
        true => rename::without_self(statements.clone()),
        false => statements.clone(),
    });
    let borrowed = lent.iter().enumerate().map(|(number, lent)| borrowed(lent, number));
    let block = quote_spanned!(Span::mixed_site()=> { #(#borrowed)* #statements });
    match (function.sig.asyncness, &plan.store_if) {
        (Some(_), None) => async_block(function, output, &block),
        (None, None) => quote_spanned!(Span::mixed_site()=> move || -> #output #block),
        (Some(_), Some(_)) => {
            let run = async_block(function, output, &block);
            let judged = store_if::judged(function, plan, quote_spanned!(Span::mixed_site()=> #run.await));
            quote_spanned!(Span::mixed_site()=> async move { #judged })
        }
        (None, Some(_)) => {
            let run = quote_spanned!(Span::mixed_site()=> (move || -> #output #block)());
            let judged = store_if::judged(function, plan, run);
            quote_spanned!(Span::mixed_site()=> move || #judged)
        }
    }
}

/// The body beside the function, as what a task can run.
fn run(function: &Function, plan: &Plan, beside: &Beside, lent: &[Lent]) -> TokenStream {
    let (owner, place) = (beside::owner(function, beside), place_of(&function.sig));
    let run = beside::run(&owner, function, beside, |Parameter { name, .. }| {
        match lent.iter().position(|lent| lent.name == *name) {
            Some(number) => {
                let copy = copy(number);
                quote_spanned!(place=> #copy.get())
            }
            None => name.to_token_stream(),
        }
    });
    match function.sig.asyncness {
        Some(_) => {
            let judged = store_if::judged(function, plan, quote_spanned!(place=> #run.await));
            quote_spanned!(place=> async move { #judged })
        }
        None => {
            let judged = store_if::judged(function, plan, run);
            quote_spanned!(place=> move || #judged)
        }
    }
}

/// The arguments that are not lent, by which the body has them.
fn going(function: &Function, plan: &Plan, lent: &[Lent]) -> Vec<Ident> {
    let names: Vec<Ident> = match &plan.beside {
        Some(beside) => beside.parameters.iter().map(|parameter| parameter.name.clone()).collect(),
        None => function.arguments().into_iter().filter(Argument::is_meant).map(|argument| argument.name).collect(),
    };
    names.into_iter().filter(|name| !lent.iter().any(|lent| lent.name == *name)).collect()
}

/// What is not lent goes as it is: if it cannot, the compiler underlines the argument.
fn checks(going: &[Ident], plan: &Plan) -> Vec<TokenStream> {
    let check = going.iter().map(|name| {
        let place = name.span().resolved_at(Span::mixed_site());
        let private = private(plan, place);
        quote_spanned! {place=>
            #[allow(clippy::used_underscore_binding)]
            #private::require_task(&#name);
        }
    });
    check.collect()
}

/// If it cannot be copied, or the copy cannot go, the compiler underlines the argument.
fn copied(lent: &Lent, number: usize, plan: &Plan) -> TokenStream {
    let (name, copy) = (&lent.name, copy(number));
    let place = lent.name.span().resolved_at(Span::mixed_site());
    let private = private(plan, place);
    quote_spanned! {place=>
        #[allow(clippy::used_underscore_binding)]
        let #copy = #private::own(#name);
    }
}

fn borrowed(lent: &Lent, number: usize) -> TokenStream {
    let (mutability, copy) = (lent.mutability, copy(number));
    let name = if lent.name == "self" { rename::this(lent.name.span()) } else { lent.name.clone() };
    quote_spanned! {Span::mixed_site()=>
        // The body may not use what the key does.
        #[allow(unused_variables, clippy::shadow_unrelated)]
        let #mutability #name = #copy.get();
    }
}

fn copy(number: usize) -> Ident {
    Ident::new(&format!("copy_{number}"), Span::mixed_site())
}
