//! Writes the expansion: the function, whose body is now a call into the runtime, and its companions.
//!
//! ```text
//! fn load(id: u64) -> User { body }
//!
//! macro_support::cached_function! { … }   // of which the runtime makes:
//!
//! fn load(id: u64) -> User {
//!     macro_support::blocking::call(options, load::__key(&id), outcome, &mut once(|| load::load(id)))
//! }
//! enum load {}
//! impl load {
//!     fn load(id: u64) -> User { body }
//!     fn __key(id: &u64) -> Result<String> { template_key(…) }
//!     fn invalidate(id: u64) -> Result<bool> { macro_support::blocking::invalidate(…, load::__key(&id)) }
//!     …
//! }
//! ```
//!
//! `companions` writes the arguments of that macro. An `async fn` becomes `asynchronous::call(…, pin!(Some(load::load(id))))`
//! and is awaited. In both modes the body lies in the caller's frame.
//!
//! With `companions = false` the key and the body stay in the function itself. The body becomes a closure or an async
//! closure, in which `return` and `?` have their meaning. With `background` it becomes one that owns its arguments: see
//! `background`.
//!
//! Names made here are hygienic (`mixed_site`), and every path is absolute. A lint reports nothing at such tokens, so the
//! expansion contains no `allow`, which a `forbid` of the user's would refuse.

mod attributes;
mod background;
mod batch;
mod companions;
mod debug;
mod forwarding;
mod key;
mod options;
mod rename_self;
mod static_lifetimes;
mod store_if;
#[cfg(test)]
mod tests;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Signature};

use crate::args::MacroKind;
use crate::counter::{handle_type, with_handle};
use crate::fallback;
use crate::plan::Plan;
use crate::signature::{Body, Function, runtime_path};

/// Expands an attribute.
pub(crate) fn attribute(kind: MacroKind, args: TokenStream, item: TokenStream) -> TokenStream {
    let function = match Function::parse(kind, item.clone()) {
        Ok(function) => function,
        Err(error) => return fallback::item(item, &error),
    };
    let name = function.sig.ident.clone();
    let expansion = match Plan::new(kind, args, &function) {
        Ok(plan) if kind == MacroKind::Cached => cached(&function, &plan),
        Ok(plan) => counter(function, &plan),
        Err(error) => fallback::function(kind, function, &error),
    };
    debug::show(&name, &expansion);
    expansion
}

fn cached(function: &Function, plan: &Plan) -> TokenStream {
    match &plan.companions {
        Some(companions) => companions::with_companions(function, plan, companions),
        None => alone(function, plan),
    }
}

/// A function without companions.
fn alone(function: &Function, plan: &Plan) -> TokenStream {
    let Body::Present { attrs: inner, .. } = &function.body else { unreachable!("a cached function has a body") };
    let Function { attrs, vis, sig, .. } = function;
    let warnings = key::warnings(&plan.key);
    let (sig, call) = match (&plan.batch, &plan.background) {
        (Some(batch), _) => (batch::signature(sig, batch), batch::call(function, plan, batch)),
        (None, Some(borrowed)) => {
            (background::signature(sig, plan, borrowed), background::call(function, plan, borrowed))
        }
        (None, None) => (sig.clone(), call(function, plan)),
    };
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)* #vis #sig {
            #(#inner)*
            #warnings
            #call
        }
    }
}

fn counter(function: Function, plan: &Plan) -> TokenStream {
    let (warnings, key, options) = (key::warnings(&plan.key), key::key(plan, None), options::options(plan));
    let handle = handle_type(&function.sig, plan.runtime.as_ref());
    let mode = mode(&function.sig, plan, Span::mixed_site());
    let names: Vec<_> = function.arguments().into_iter().map(|argument| argument.name).collect();
    let Function { attrs, vis, sig, .. } = with_handle(function, &handle);
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)* #vis #sig {
            // There is no body that could use a skipped argument.
            #(let _ = &#names;)*
            #warnings
            #mode::counter(#options, #key)
        }
    }
}

/// The call of the runtime, placed at the return type: there the compiler reports a type that cannot be stored.
fn call(function: &Function, plan: &Plan) -> TokenStream {
    let place = place_of(&function.sig);
    let (mode, wait) = (mode(&function.sig, plan, place), wait(&function.sig));
    let (arguments, whole) = (arguments(function, plan), store_if::whole(plan));
    let call = quote_spanned! {place=>
        let result = #mode::call(options, key, #arguments) #wait;
        result #whole
    };
    after_key(function, plan, &call)
}

/// The options and the key, before the body may change an argument; then a call that uses both. They are statements of
/// their own, so that their temporaries do not live across an `.await`.
fn after_key(function: &Function, plan: &Plan, call: &TokenStream) -> TokenStream {
    let (options, key, place) = (options::options(plan), key_of_call(function, plan), place_of(&function.sig));
    quote_spanned! {place=>
        let options = #options;
        let key = #key;
        #call
    }
}

/// The arguments of a call, and of a refresh, after options and key: outcome and body.
fn arguments(function: &Function, plan: &Plan) -> TokenStream {
    let (outcome, body) = (store_if::outcome_of_call(function, plan), body(function, plan));
    quote!(#outcome, #body)
}

/// The key of this call.
fn key_of_call(function: &Function, plan: &Plan) -> TokenStream {
    match &plan.companions {
        Some(companions) => forwarding::key(function, companions, forwarding::borrowed),
        None => key::key(plan, None),
    }
}

/// The body as the runtime takes it.
fn body(function: &Function, plan: &Plan) -> TokenStream {
    let run = match &plan.companions {
        Some(companions) => forwarding::run(function, companions, forwarding::passed),
        None => run_in_place(function, plan, &block(&function.body, TokenStream::clone)),
    };
    body_in_frame(run, function, plan)
}

/// A run of a block that is the body: its value, or its future.
fn run_in_place(function: &Function, plan: &Plan, block: &TokenStream) -> TokenStream {
    let closure = closure(function, block, &quote!());
    match function.sig.asyncness {
        Some(_) => {
            let support = support(plan, Span::mixed_site());
            quote_spanned!(Span::mixed_site()=> #support::run_async(#closure))
        }
        None => quote_spanned!(Span::mixed_site()=> (#closure)()),
    }
}

/// The body as a closure, or an async closure that owns its arguments. Its return type is written, so that the compiler
/// knows it before it meets a `?` in the body.
fn closure(function: &Function, block: &TokenStream, ownership: &TokenStream) -> TokenStream {
    let output = returned(&function.sig);
    match function.sig.asyncness {
        Some(_) => quote_spanned!(Span::mixed_site()=> async move || -> #output #block),
        None => quote_spanned!(Span::mixed_site()=> #ownership || -> #output #block),
    }
}

/// A run of the body as the runtime takes it, in the caller's frame: as a closure, or as the future of an `async fn`, which
/// may be dropped half-way and before the call is over.
fn body_in_frame(run: TokenStream, function: &Function, plan: &Plan) -> TokenStream {
    let pinned = |body| quote_spanned!(Span::mixed_site()=> ::core::pin::pin!(::core::option::Option::Some(#body)));
    match function.sig.asyncness {
        Some(_) if plan.store_if.is_none() => pinned(run),
        Some(_) => {
            let judged = store_if::judged(function, plan, quote_spanned!(Span::mixed_site()=> #run.await));
            pinned(quote_spanned!(Span::mixed_site()=> async { #judged }))
        }
        None => {
            let judged = store_if::judged(function, plan, run);
            let support = support(plan, Span::mixed_site());
            quote_spanned!(Span::mixed_site()=> &mut #support::once(|| #judged))
        }
    }
}

/// The braces of a body, and its statements after a change.
fn block(body: &Body, change: impl FnOnce(&TokenStream) -> TokenStream) -> TokenStream {
    let Body::Present { brace, statements, .. } = body else { unreachable!("a cached function has a body") };
    let mut block = TokenStream::new();
    brace.surround(&mut block, |inside| inside.extend(change(statements)));
    block
}

/// Which part of the return type is stored: of a `Result` the `Ok`, whatever its name.
fn outcome(plan: &Plan, output: &TokenStream, place: Span) -> TokenStream {
    let support = support(plan, place);
    quote_spanned!(place=> #support::outcome!(#output))
}

fn returned(sig: &Signature) -> TokenStream {
    match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    }
}

/// The position of the return type, with the hygiene of this macro.
fn place_of(sig: &Signature) -> Span {
    let place = match &sig.output {
        ReturnType::Default => sig.ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    place.resolved_at(Span::mixed_site())
}

/// The runtime's module for expansions.
fn support(plan: &Plan, place: Span) -> TokenStream {
    let runtime = runtime_path(plan.runtime.as_ref(), place);
    quote_spanned!(place=> #runtime::macro_support)
}

/// The name of the module for the mode of a function.
fn mode_name(sig: &Signature, place: Span) -> Ident {
    Ident::new(if sig.asyncness.is_some() { "asynchronous" } else { "blocking" }, place)
}

/// The module for the mode of a function.
fn mode(sig: &Signature, plan: &Plan, place: Span) -> TokenStream {
    let (support, mode) = (support(plan, place), mode_name(sig, place));
    quote_spanned!(place=> #support::#mode)
}

/// `.await` in an `async fn`.
fn wait(sig: &Signature) -> Option<TokenStream> {
    sig.asyncness.map(|_| quote_spanned!(place_of(sig)=> .await))
}
