//! What is written: a function whose body is a call into the runtime, and what stands beside it.
//!
//! ```text
//! fn load(id: u64) -> User { body }
//!
//! fn load(id: u64) -> User {
//!     let key = load::__key(&id);
//!     blocking(Terms::DEFAULT.expires_in(…), key, kept(Probe::<User>::new().cache_outcome()),
//!         &mut once(|| load::uncached(id)))
//! }
//! ```
//!
//! An `async fn` becomes `waiting(…, pin!(Some(load::uncached(id)))).await`. The body lies in the caller's frame in both
//! cases; the runtime makes a closure a future that is ready. Where its `uncached` and `__key` stand tells `companions`.
//!
//! With `companions = false` key and body stand in the function itself, the body as `(|| -> User { body })()`: the closure
//! gives `return` and `?` their meaning and keeps `.await` out of it. In an `async fn` it is an `async move` block.
//!
//! With `background` the body becomes a closure or a future that holds what it uses: see `background`.
//!
//! Names made here are hygienic (`mixed_site`), and every path is absolute.

mod attributes;
mod background;
mod beside;
mod companions;
mod debug;
mod each;
mod elided;
mod key;
mod rename;
mod store_if;
mod terms;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, ReturnType, Signature};

use crate::args::Kind;
use crate::fallback;
use crate::plan::Plan;
use crate::signature::{Body, Function};

/// Expands one of our attributes.
pub(crate) fn attribute(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    let function = match Function::parse(kind, item.clone()) {
        Ok(function) => function,
        Err(error) => return fallback::item(item, &error),
    };
    let name = function.sig.ident.clone();
    let expansion = match Plan::new(kind, args, &function) {
        Ok(plan) if kind == Kind::Cached => cached(&function, &plan),
        Ok(plan) => counter(function, &plan),
        Err(error) => fallback::function(kind, function, &error),
    };
    debug::show(&name, &expansion);
    expansion
}

fn cached(function: &Function, plan: &Plan) -> TokenStream {
    let (attrs, sig, inner, beside) = match &plan.beside {
        Some(beside) => {
            let mut attrs = attributes::all(&function.attrs);
            attrs.extend(companions::paragraph(function, beside));
            attrs.insert(0, beside::quiet());
            let sig = beside::signature(&function.sig, beside);
            (attrs, sig, Vec::new(), Some(companions::items(function, plan, beside)))
        }
        None => {
            let Body::Present { attrs: inner, .. } = &function.body else {
                unreachable!("a cached function has a body")
            };
            (function.attrs.clone(), function.sig.clone(), inner.clone(), None)
        }
    };
    let (vis, warnings) = (&function.vis, key::warnings(&plan.key));
    let (sig, call) = match (&plan.each, &plan.background) {
        (Some(each), _) => {
            (each::signature(&sig, each), each::call("Missing", &owner(function, plan), function, plan, each))
        }
        (None, Some(lent)) => {
            (background::signature(&sig, lent), keyed(function, plan, &background::call(function, plan, lent)))
        }
        (None, None) => (sig, keyed(function, plan, &call(function, plan))),
    };
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)* #vis #sig {
            #(#inner)*
            #warnings
            #call
        }
        #beside
    }
}

/// A call after its key.
fn keyed(function: &Function, plan: &Plan, call: &TokenStream) -> TokenStream {
    let key = match &plan.beside {
        Some(beside) => beside::key(&owner(function, plan), function, beside, beside::lent),
        None => key::key(plan, None),
    };
    quote_spanned! {Span::mixed_site()=>
        let key = #key;
        #call
    }
}

/// What the function's companions belong to, if it has any.
fn owner(function: &Function, plan: &Plan) -> TokenStream {
    plan.beside.as_ref().map(|beside| beside::owner(function, beside)).unwrap_or_default()
}

fn counter(function: Function, plan: &Plan) -> TokenStream {
    let (warnings, key, terms) = (key::warnings(&plan.key), key::key(plan, None), terms::terms(plan));
    let (handle, private) = (counter_type(&function.sig, plan.runtime.as_ref()), private(plan, Span::mixed_site()));
    let make = match function.sig.asyncness {
        Some(_) => quote!(async_counter),
        None => quote!(counter),
    };
    let names: Vec<_> = function.arguments().into_iter().map(|argument| argument.name).collect();
    let Function { attrs, vis, sig, .. } = with_handle(function, &handle);
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)* #vis #sig {
            // There is no body to use what is skipped.
            #(let _ = &#names;)*
            #warnings
            let key = #key;
            #private::#make(#terms, key)
        }
    }
}

/// The call into the runtime, placed at the return type: there the compiler complains of one that cannot be kept.
fn call(function: &Function, plan: &Plan) -> TokenStream {
    let output = returned(&function.sig);
    let place = place_of(&function.sig);
    let (outcome, terms) = (store_if::outcome_of(function, plan), terms::terms(plan));
    let body = body(function, plan, &output);
    let private = private(plan, place);
    let call = match function.sig.asyncness {
        Some(_) => quote_spanned!(place=> #private::call_async(#terms, key, #outcome, #body).await),
        None => quote_spanned!(place=> #private::call(#terms, key, #outcome, #body)),
    };
    store_if::whole(plan, call)
}

/// The body as the runtime takes it.
fn body(function: &Function, plan: &Plan, output: &TokenStream) -> TokenStream {
    if let Some(beside) = &plan.beside {
        return lent_body(beside::run(&owner(function, plan), function, beside, beside::passed), function, plan);
    }
    let block = block(&function.body, TokenStream::clone);
    let run = match function.sig.asyncness {
        Some(_) => async_block(function, output, &block),
        None => quote_spanned!(Span::mixed_site()=> (|| -> #output #block)()),
    };
    lent_body(run, function, plan)
}

/// A run of the body as the runtime takes it, in the caller's frame: as a closure, or as the future of an `async fn`, which
/// may be dropped half-way and before the call is over.
fn lent_body(run: TokenStream, function: &Function, plan: &Plan) -> TokenStream {
    let pinned = |body| quote_spanned!(Span::mixed_site()=> ::core::pin::pin!(::core::option::Option::Some(#body)));
    match function.sig.asyncness {
        Some(_) if plan.store_if.is_none() => pinned(run),
        Some(_) => {
            let judged = store_if::judged(function, plan, quote_spanned!(Span::mixed_site()=> #run.await));
            pinned(quote_spanned!(Span::mixed_site()=> async { #judged }))
        }
        None => {
            let judged = store_if::judged(function, plan, run);
            let private = private(plan, Span::mixed_site());
            quote_spanned!(Span::mixed_site()=> &mut #private::once(|| #judged))
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

/// The body of an `async fn` as a future that holds what it uses.
fn async_block(function: &Function, output: &TokenStream, block: &TokenStream) -> TokenStream {
    // An async block's type cannot be written; the branch that is never taken tells it to the compiler, which has to
    // know it before it meets a `?` in the body.
    let told = quote_spanned! {place_of(&function.sig)=>
        if let ::core::option::Option::Some(never) = ::core::option::Option::None::<#output> {
            #[allow(unreachable_code)]
            return never;
        }
    };
    quote_spanned! {Span::mixed_site()=>
        async move {
            #told
            #[allow(clippy::diverging_sub_expression)]
            let value: #output = #block;
            #[allow(unreachable_code)]
            value
        }
    }
}

/// Which part of the return type is stored: `Ok` of a `Result`, by whatever name it goes.
fn outcome(plan: &Plan, output: &TokenStream, place: Span) -> TokenStream {
    let private = private(plan, place);
    quote_spanned! {place=> {
        #[allow(unused_imports)]
        use #private::Fallback as _;
        #private::checked(#private::OutcomeProbe::<#output>::new().cache_outcome())
    }}
}

fn returned(sig: &Signature) -> TokenStream {
    match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    }
}

/// Where the return type stands, with the hygiene of this macro.
fn place_of(sig: &Signature) -> Span {
    let place = match &sig.output {
        ReturnType::Default => sig.ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    place.resolved_at(Span::mixed_site())
}

fn private(plan: &Plan, place: Span) -> TokenStream {
    let runtime = runtime(plan.runtime.as_ref(), place);
    quote_spanned!(place=> #runtime::macro_support)
}

fn runtime(named: Option<&Path>, place: Span) -> TokenStream {
    named.map_or_else(|| quote_spanned!(place=> ::cache_runtime), ToTokens::to_token_stream)
}

/// What a counter returns.
pub(crate) fn counter_type(sig: &Signature, named: Option<&Path>) -> TokenStream {
    let runtime = runtime(named, Span::mixed_site());
    match sig.asyncness {
        Some(_) => quote!(#runtime::AsyncCounter),
        None => quote!(#runtime::Counter),
    }
}

/// The counter's function with the type of its handle. It is the handle that is asynchronous, not the way to it.
pub(crate) fn with_handle(mut function: Function, handle: &TokenStream) -> Function {
    function.sig.asyncness = None;
    function.sig.output = syn::parse_quote!(-> #handle);
    function
}
