//! A function whose body may run in a task that outlives the call.
//!
//! ```text
//! fn load(id: &str) -> User { body }
//!
//! fn load(id: &str) -> User {
//!     match blocking::lookup(options, key, outcome) {
//!         Lookup::Hit(whole) => whole,
//!         Lookup::Compute(computation) => {
//!             let copy_0 = own(id);
//!             blocking::recompute(computation, move || load::load(copy_0.get()))
//!         }
//!     }
//! }
//! ```
//!
//! An `async fn` gives `recompute` an async block. The body exists once, so that its statics and closures are one, and runs
//! in place or in a task.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{FnArg, Pat, Signature};

use super::{after_key, block, closure, forwarding, mode, place_of, rename_self, store_if, support, wait};
use crate::borrowed::BorrowedArgument;
use crate::companions::{Companions, Parameter};
use crate::plan::Plan;
use crate::signature::{Argument, Function};

/// The signature of a function without companions. The body has its own binding of what is borrowed, so the argument is
/// not `mut`, and a name that begins with `_` is this macro's own.
pub(super) fn signature(sig: &Signature, plan: &Plan, borrowed: &[BorrowedArgument]) -> Signature {
    let mut sig = sig.clone();
    let is_borrowed = |name: &Ident| borrowed.iter().any(|borrowed| borrowed.name == *name);
    for argument in &mut sig.inputs {
        match argument {
            FnArg::Receiver(receiver) if is_borrowed(&Ident::from(receiver.self_token)) => receiver.mutability = None,
            FnArg::Typed(argument) => match &mut *argument.pat {
                Pat::Ident(pat) if is_borrowed(&pat.ident) => {
                    pat.mutability = None;
                    pat.ident = outer_name(&pat.ident, plan);
                }
                _ => {}
            },
            FnArg::Receiver(_) => {}
        }
    }
    sig
}

/// The name by which a function without companions has a borrowed argument.
fn outer_name(name: &Ident, plan: &Plan) -> Ident {
    let mut outer = name.clone();
    // No lint finds that such an argument is used, unless the attribute names it.
    if name.to_string().starts_with('_') && !plan.uses(name) {
        outer.set_span(name.span().resolved_at(Span::mixed_site()));
    }
    outer
}

/// The two halves of a call, placed at the return type as the call of other functions.
pub(super) fn call(function: &Function, plan: &Plan, borrowed: &[BorrowedArgument]) -> TokenStream {
    let place = place_of(&function.sig);
    let (support, mode, wait) = (support(plan, place), mode(&function.sig, plan, place), wait(&function.sig));
    let outcome = store_if::outcome_of_call(function, plan);
    let copies = borrowed.iter().enumerate().map(|(number, borrowed)| copied(borrowed, number, plan));
    let checks = checks(&moved(function, plan, borrowed), plan);
    let body = match &plan.companions {
        Some(companions) => run(function, plan, companions, borrowed),
        None => body(function, plan, borrowed),
    };
    let (whole, computation) = (Ident::new("whole", Span::mixed_site()), Ident::new("computation", Span::mixed_site()));
    let judged = store_if::whole(plan);
    let lookup = quote_spanned!(place=> #mode::lookup(options, key, #outcome) #wait);
    let recompute = quote_spanned!(place=> #mode::recompute(#computation, #body) #wait);
    let call = quote_spanned! {Span::mixed_site()=>
        match #lookup {
            #support::Lookup::Hit(#whole) => #whole #judged,
            #support::Lookup::Compute(#computation) => {
                #(#copies)*
                #(#checks)*
                #recompute #judged
            }
        }
    };
    after_key(function, plan, &call)
}

/// The body as a task can run it: it owns what it uses, and borrows from copies of what is borrowed.
fn body(function: &Function, plan: &Plan, borrowed: &[BorrowedArgument]) -> TokenStream {
    let statements =
        block(&function.body, |statements| match borrowed.iter().any(|borrowed| borrowed.name == "self") {
            true => rename_self::without_self(statements.clone()),
            false => statements.clone(),
        });
    let borrows = borrowed.iter().enumerate().map(|(number, borrowed)| borrow(borrowed, number));
    let block = quote_spanned!(Span::mixed_site()=> { #(#borrows)* #statements });
    let run = closure(function, &block, &quote!(move));
    if plan.store_if.is_none() && function.sig.asyncness.is_none() {
        return run;
    }
    let support = support(plan, Span::mixed_site());
    let run = match function.sig.asyncness {
        Some(_) => quote_spanned!(Span::mixed_site()=> #support::run_async(#run)),
        None => quote_spanned!(Span::mixed_site()=> (#run)()),
    };
    detached(run, function, plan)
}

/// A run of the function with the body, as a task can do it.
fn run(function: &Function, plan: &Plan, companions: &Companions, borrowed: &[BorrowedArgument]) -> TokenStream {
    let place = place_of(&function.sig);
    let run = forwarding::run(function, companions, |Parameter { name, .. }| {
        match borrowed.iter().position(|borrowed| borrowed.name == *name) {
            Some(number) => {
                let copy = copy(number);
                quote_spanned!(place=> #copy.get())
            }
            None => name.to_token_stream(),
        }
    });
    detached(run, function, plan)
}

/// A run of the body as a closure, or a future, that owns what it uses.
fn detached(run: TokenStream, function: &Function, plan: &Plan) -> TokenStream {
    let (place, wait) = (place_of(&function.sig), wait(&function.sig));
    let judged = store_if::judged(function, plan, quote_spanned!(place=> #run #wait));
    match function.sig.asyncness {
        Some(_) => quote_spanned!(place=> async move { #judged }),
        None => quote_spanned!(place=> move || #judged),
    }
}

/// The arguments that move into the task, by the names that the body has for them.
fn moved(function: &Function, plan: &Plan, borrowed: &[BorrowedArgument]) -> Vec<Ident> {
    let names: Vec<Ident> = match &plan.companions {
        Some(companions) => companions.parameters.iter().map(|parameter| parameter.name.clone()).collect(),
        None => function.arguments().into_iter().filter(Argument::is_meant).map(|argument| argument.name).collect(),
    };
    names.into_iter().filter(|name| !borrowed.iter().any(|borrowed| borrowed.name == *name)).collect()
}

/// Checks of the arguments that move: the compiler underlines one that cannot.
fn checks(moved: &[Ident], plan: &Plan) -> Vec<TokenStream> {
    let check = moved.iter().map(|name| {
        let place = name.span().resolved_at(Span::mixed_site());
        let support = support(plan, place);
        quote_spanned!(place=> #support::require_task(&#name);)
    });
    check.collect()
}

/// The copy of a borrowed argument. The compiler underlines an argument that cannot be copied, or whose copy cannot move.
fn copied(borrowed: &BorrowedArgument, number: usize, plan: &Plan) -> TokenStream {
    let copy = copy(number);
    let place = borrowed.name.span().resolved_at(Span::mixed_site());
    let support = support(plan, place);
    let name = if plan.companions.is_none() { outer_name(&borrowed.name, plan) } else { borrowed.name.clone() };
    quote_spanned!(place=> let #copy = #support::own(#name);)
}

/// The body's own binding. The body need not use an argument that the key uses.
fn borrow(borrowed: &BorrowedArgument, number: usize) -> TokenStream {
    let (mutability, copy) = (borrowed.mutability, copy(number));
    let name = if borrowed.name == "self" { rename_self::this(borrowed.name.span()) } else { borrowed.name.clone() };
    quote_spanned! {Span::mixed_site()=>
        let #mutability #name = #copy.get();
        let _ = &#name;
    }
}

fn copy(number: usize) -> Ident {
    Ident::new(&format!("copy_{number}"), Span::mixed_site())
}
