//! Writes the expansion: the function, whose body is now a call into the runtime, and its companions.
//!
//! ```text
//! fn load(id: u64) -> User { body }
//!
//! macro_support::cached_function! { … }   // of which the runtime makes:
//!
//! fn load(id: u64) -> User { load::__call::<false>(id) }
//! enum load {}
//! impl load {
//!     fn load(id: u64) -> User { body }
//!     fn __key(id: &u64) -> Result<String> { template_text(…) }
//!     fn __call<const REFRESH: bool>(id: u64) -> User {
//!         match blocking::begin_either::<REFRESH, _>(options, load::__key(&id), outcome, near) {
//!             Begun::Hit(result) => result,
//!             Begun::Compute(running) => running.finish(load::load(id)),
//!         }
//!     }
//!     fn refresh(id: u64) -> User { load::__call::<true>(id) }
//!     fn invalidate(id: u64) -> Result<bool> { macro_support::blocking::invalidate(…, load::__key(&id)) }
//!     …
//! }
//! ```
//!
//! An `async fn` becomes `asynchronous::call(…, pin!(Some(load::load(id))))` and is awaited: in the function itself, since a
//! future inside a future would hold the arguments twice, and so it is in a method. In both modes the body lies in the
//! caller's frame.
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
mod limited;
mod near;
mod options;
mod path;
mod rename_self;
mod retention;
mod static_lifetimes;
#[cfg(test)]
mod tests;

use std::convert::identity;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Pat, PatType, Signature};

use self::path::RuntimePath;
use crate::args::MacroKind;
use crate::counter::with_handle;
use crate::fallback;
use crate::plan::Plan;
use crate::return_type;
use crate::signature::{Body, Function};

/// Expands an attribute.
pub(crate) fn attribute(kind: MacroKind, args: TokenStream, item: TokenStream) -> TokenStream {
    let function = match Function::parse(kind, item.clone()) {
        Ok(function) => function,
        Err(error) => return fallback::item(item, &error),
    };
    let name = function.sig.ident.clone();
    let expansion = match Plan::new(kind, args, &function) {
        Ok(plan) if kind == MacroKind::Counter => counter(function, &plan),
        Ok(plan) if kind == MacroKind::Limited => Expansion::new(&function, &plan).limited(),
        Ok(plan) => match (Expansion::new(&function, &plan), &plan.companions) {
            (expansion, Some(companions)) => expansion.with_companions(companions),
            (expansion, None) => expansion.alone(),
        },
        Err(error) => fallback::function(kind, function, &error),
    };
    debug::show(&name, &expansion);
    expansion
}

fn counter(function: Function, plan: &Plan) -> TokenStream {
    let expansion = Expansion::new(&function, plan);
    let (warnings, key, options) = (expansion.warnings(), expansion.make_key(None), expansion.options());
    let mode = expansion.support(Span::mixed_site()).then(expansion.mode_name(), Span::mixed_site());
    let names: Vec<_> = function.arguments().into_iter().map(|argument| argument.name).collect();
    let Function { attrs, vis, sig, .. } = with_handle(function, plan.args.runtime.as_ref());
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)* #vis #sig {
            // There is no body that could use a skipped argument.
            #(let _ = &#names;)*
            #warnings
            #mode::counter(#options, #key)
        }
    }
}

/// A function and its plan. The files of this folder write their parts of its expansion.
struct Expansion<'a> {
    function: &'a Function,
    plan: &'a Plan,
    /// The position of the type that is stored, with the hygiene of this macro: there the compiler reports one that cannot be.
    /// With `background` or `each` that of the whole return type, which may be wrong in another part.
    place: Span,
    support: RuntimePath,
}

impl<'a> Expansion<'a> {
    fn new(function: &'a Function, plan: &'a Plan) -> Self {
        let result = function.result();
        let stored = result.and_then(return_type::ok).filter(|_| plan.background.is_none() && plan.batch.is_none());
        let place = stored.or(result).map_or_else(|| function.sig.ident.span(), Spanned::span);
        let support = RuntimePath::support(plan.args.runtime.as_ref(), Span::mixed_site());
        Expansion { function, plan, place: place.resolved_at(Span::mixed_site()), support }
    }

    /// A function without companions.
    fn alone(&self) -> TokenStream {
        let Function { attrs, vis, body, .. } = self.function;
        let Body::Present { attrs: inner, .. } = body else { unreachable!("a cached function has a body") };
        let call = match (&self.plan.batch, &self.plan.background) {
            (Some(batch), _) => self.batch_call(batch),
            (None, Some(borrowed)) => self.background_call(borrowed),
            (None, None) => self.usual_call(),
        };
        let call = match self.function.boxed_output() {
            Some(_) => quote_spanned!(Span::mixed_site()=> ::std::boxed::Box::pin(async move { #call })),
            None => call,
        };
        let sig = self.signature_alone();
        let warnings = self.warnings();
        quote_spanned! {Span::mixed_site()=>
            #(#attrs)* #vis #sig {
                #(#inner)*
                #warnings
                #call
            }
        }
    }

    /// The signature of a function without companions. Where the body has its own binding of an argument, because it is
    /// borrowed or holds the elements of a batch, the argument is not `mut`.
    fn signature_alone(&self) -> Signature {
        let mut sig = self.function.sig.clone();
        let is_borrowed = |name: &Ident| {
            self.plan.background.as_ref().is_some_and(|borrowed| background::position(borrowed, name).is_some())
        };
        let holds_elements = |name: &Ident| self.plan.batch.as_ref().is_some_and(|batch| batch.argument == *name);
        for argument in &mut sig.inputs {
            match argument {
                FnArg::Receiver(receiver) if is_borrowed(&receiver.self_token.into()) => receiver.mutability = None,
                FnArg::Typed(PatType { pat, .. }) => match &mut **pat {
                    Pat::Ident(pat) if holds_elements(&pat.ident) => pat.mutability = None,
                    Pat::Ident(pat) if is_borrowed(&pat.ident) => {
                        (pat.mutability, pat.ident) = (None, self.outer_name(&pat.ident));
                    }
                    _ => {}
                },
                FnArg::Receiver(_) => {}
            }
        }
        sig
    }

    /// The call of most functions.
    fn usual_call(&self) -> TokenStream {
        let (mode, outcome) = (self.mode(), self.outcome_of_call());
        let call = match self.is_async() {
            true => self.awaited(&quote_spanned!(self.place=> #mode::call), &quote_spanned!(self.place=> near,)),
            false => self.begun(&quote_spanned!(self.place=> #mode::begin(options, key, #outcome, near))),
        };
        self.after_key(&quote!(false), &call)
    }

    /// The outcome, the look near, the options and the key, before the body may change an argument; then a call that uses them.
    /// They are statements of their own, so that their temporaries do not live across an `.await`.
    fn after_key(&self, is_refresh: &TokenStream, call: &TokenStream) -> TokenStream {
        let (outcome, near, options) = (self.outcome_statement(), self.near(is_refresh), self.options());
        let key = match &self.plan.companions {
            Some(companions) => self.key(companions, forwarding::borrowed),
            None => self.make_key(None),
        };
        quote_spanned! {self.place=>
            #outcome
            #near
            let options = #options;
            let key = #key;
            #call
        }
    }

    /// A call that the runtime has begun, and the body in the frame of the caller.
    fn begun(&self, begin: &TokenStream) -> TokenStream {
        let (support, whole, run) = (self.support(self.place), self.whole(), self.judged(self.body_of_call()));
        // In a closure of its own, so that the compiler's advice about a moved argument does not change the signature.
        let run = match self.closure_about_value() {
            Some(_) if !attributes::tracks_caller(&self.function.attrs) => {
                quote_spanned!(Span::mixed_site()=> (|| #run)())
            }
            _ => run,
        };
        quote_spanned! {self.place=>
            match #begin {
                #support::Begun::Hit(result) => result #whole,
                #support::Begun::Compute(running) => running.finish(#run) #whole,
            }
        }
    }

    /// A call of an `async fn`. Its body is a future in the frame of the caller, which may be dropped half-way and before the
    /// call is over.
    fn awaited(&self, function: &TokenStream, near: &TokenStream) -> TokenStream {
        let (run, outcome, whole) = (self.body_of_call(), self.outcome_of_call(), self.whole());
        let body = match self.closure_about_value() {
            // The code before a boxed future belongs to the body.
            None if self.function.boxed_output().is_some() => {
                quote_spanned!(Span::mixed_site()=> async { #run.await })
            }
            None => run,
            Some(_) => {
                let judged = self.judged(quote_spanned!(Span::mixed_site()=> #run.await));
                quote_spanned!(Span::mixed_site()=> async { #judged })
            }
        };
        let body = quote_spanned!(Span::mixed_site()=> ::core::pin::pin!(::core::option::Option::Some(#body)));
        quote_spanned!(self.place=> #function(options, key, #outcome, #near #body).await #whole)
    }

    /// A run of the body: its value, or its future.
    fn body_of_call(&self) -> TokenStream {
        match &self.plan.companions {
            Some(companions) => self.run(companions, forwarding::passed),
            None => self.run_in_place(&self.block(identity)),
        }
    }

    /// A run of a block that is the body: its value, or its future.
    fn run_in_place(&self, block: &TokenStream) -> TokenStream {
        let (support, closure) = (self.support(Span::mixed_site()), self.closure(block, &quote!()));
        match self.function.sig.asyncness {
            Some(_) => quote_spanned!(Span::mixed_site()=> #support::asynchronous::run(#closure)),
            None => quote_spanned!(Span::mixed_site()=> (#closure)()),
        }
    }

    /// The body as a closure, or an async closure that owns its arguments. Its return type is written, so that the compiler
    /// knows it before it meets a `?` in the body.
    fn closure(&self, block: &TokenStream, ownership: &TokenStream) -> TokenStream {
        let output = self.returned();
        match (self.function.sig.asyncness, self.function.boxed_output(), &self.function.sig.output) {
            (Some(_), ..) => quote_spanned!(Span::mixed_site()=> async move || -> #output #block),
            // The block makes the future.
            (None, Some(_), future) => quote_spanned!(Span::mixed_site()=> move || #future #block),
            (None, None, _) => quote_spanned!(Span::mixed_site()=> #ownership || -> #output #block),
        }
    }

    /// The braces of the body, and its statements after a change.
    fn block(&self, change: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
        let Body::Present { brace, statements, .. } = &self.function.body else {
            unreachable!("a cached function has a body")
        };
        let mut block = TokenStream::new();
        brace.surround(&mut block, |inside| inside.extend(change(statements.clone())));
        block
    }

    /// Which part of the return type is stored: of a `Result` the `Ok`, whatever its name. Written several times, and placed
    /// so that the compiler reports only once what cannot be stored.
    fn outcome(&self, output: &TokenStream) -> TokenStream {
        let support = self.support(self.place);
        let outcome = match self.is_no_result() {
            true => quote_spanned!(self.place=> #support::Always::<#output>::new()),
            false => quote_spanned!(self.place=> #support::UnkeptProbe::<#output>::new().cache_outcome()),
        };
        quote_spanned!(self.place=> #support::checked(#outcome))
    }

    /// The statement that says what is stored by a call, and whether it is kept near.
    fn outcome_statement(&self) -> TokenStream {
        let outcome = match self.is_kept_near() {
            true => {
                let (support, output) = (self.support(self.place), self.kept_type());
                let probe = if self.is_no_result() { "ValueProbe" } else { "OutcomeProbe" };
                let probe = support.clone().then(probe, self.place);
                quote_spanned!(self.place=> #support::checked(#probe::<#output>::new().cache_outcome()))
            }
            false => self.outcome(&self.returned()),
        };
        quote_spanned!(self.place=> let outcome = #outcome;)
    }

    fn is_no_result(&self) -> bool {
        self.function.result().is_some_and(return_type::is_no_result)
    }

    fn returned(&self) -> TokenStream {
        self.function.result().map_or_else(|| quote!(()), ToTokens::to_token_stream)
    }

    /// The runtime's module for expansions.
    fn support(&self, place: Span) -> RuntimePath {
        match &self.plan.args.runtime {
            None => self.support.at(place),
            renamed => RuntimePath::support(renamed.as_ref(), place),
        }
    }

    /// The runtime's module for the mode of the function.
    fn mode(&self) -> RuntimePath {
        self.support(self.place).then(self.mode_name(), self.place)
    }

    fn mode_name(&self) -> &'static str {
        if self.is_async() { "asynchronous" } else { "blocking" }
    }

    fn is_async(&self) -> bool {
        self.function.is_async()
    }

    /// `.await` in an `async fn`.
    fn wait(&self) -> Option<TokenStream> {
        self.is_async().then(|| quote_spanned!(self.place=> .await))
    }
}
