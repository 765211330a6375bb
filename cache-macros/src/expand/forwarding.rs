//! How a function and its companions call each other: by which names, and with which arguments.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{FnArg, Pat, PatIdent, Signature};

use super::Expansion;
use crate::companions::{Besides, Companions, Parameter};
use crate::key::TypeArgument;
use crate::own_name::COMPANIONS;
use crate::signature::Function;

/// The hidden function that makes the key, for the function and for all companions.
pub(super) const KEY: &str = "__key";

/// The hidden function that calls the runtime, for the function and for `refresh`.
pub(super) const CALL: &str = "__call";

/// The function's signature with names instead of patterns, because its arguments are passed on.
pub(super) fn signature(sig: &Signature, companions: &Companions) -> Signature {
    let mut sig = sig.clone();
    for (input, Parameter { name, .. }) in sig.inputs.iter_mut().zip(&companions.parameters) {
        match input {
            FnArg::Receiver(receiver) => receiver.mutability = None,
            FnArg::Typed(argument) => *argument.pat = plain(name),
        }
    }
    sig
}

fn plain(name: &Ident) -> Pat {
    Pat::Ident(PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident: name.clone(), subpat: None })
}

/// The name of a companion of a type or, with that of the method in front, of a method.
pub(super) fn companion_name(function: &Function, companions: &Companions, which: &str) -> Ident {
    let method = function.sig.ident.unraw();
    match which.strip_prefix("__") {
        _ if !companions.in_impl => Ident::new(which, Span::mixed_site()),
        // In the `impl` of a trait the compiler says that the trait has no such method, and so shows what to do.
        Some(_) => {
            format_ident!("__{method}_in_the_impl_of_a_trait_needs_companions_eq_false", span = Span::mixed_site())
        }
        None => format_ident!("{method}_{which}", span = Span::mixed_site()),
    }
}

/// The name of the companion type. It has this macro's hygiene, so that no lint reports its lower case.
pub(super) fn type_name(function: &Function) -> Ident {
    let mut name = function.sig.ident.clone();
    name.set_span(name.span().resolved_at(Span::mixed_site()));
    name
}

/// The name of the function that has the user's body. Backtraces show it, so it is the function's own where a second
/// function of that name can be declared: in the companion type.
pub(super) fn body_name(function: &Function, companions: &Companions) -> Ident {
    let name = type_name(function);
    match companions.in_impl {
        true => companion_name(function, companions, companions.body),
        false if COMPANIONS.iter().any(|companion| name == companion) => format_ident!("__{name}"),
        false => name,
    }
}

/// A reference to an argument, or to one of its elements.
pub(super) fn borrowed(Parameter { name, element, .. }: &Parameter) -> TokenStream {
    let name = element.as_ref().map_or(name, |(element, _)| element);
    quote!(&#name)
}

/// An argument as it is passed on.
pub(super) fn passed(parameter: &Parameter) -> TokenStream {
    parameter.name.to_token_stream()
}

impl Expansion<'_> {
    /// A call of the function that makes the key. `borrow` writes each argument.
    pub(super) fn key(&self, companions: &Companions, borrow: impl Fn(&Parameter) -> TokenStream) -> TokenStream {
        let name = companion_name(self.function, companions, KEY);
        self.call(name, None, companions, companions.keyed(Besides::Nothing).map(borrow))
    }

    /// A call of the user's body: its value, or the future of an `async fn`. `pass` writes each argument.
    pub(super) fn run(&self, companions: &Companions, pass: impl Fn(&Parameter) -> TokenStream) -> TokenStream {
        self.call(body_name(self.function, companions), None, companions, companions.parameters.iter().map(pass))
    }

    /// A call of the function that calls the runtime.
    pub(super) fn call_or_refresh(&self, companions: &Companions, refresh: bool) -> TokenStream {
        let name = companion_name(self.function, companions, CALL);
        let refresh = quote_spanned!(self.place=> #refresh);
        self.call(name, Some(refresh), companions, companions.parameters.iter().map(passed))
    }

    /// A call, placed at the return type, where the compiler reports errors of it, but for one that finds no such function: that
    /// is reported at the name. The type arguments are written, because
    /// only the body may mention them, and after them one more; lifetimes are inferred.
    fn call(
        &self,
        mut name: Ident,
        last_type: Option<TokenStream>,
        companions: &Companions,
        arguments: impl Iterator<Item = TokenStream>,
    ) -> TokenStream {
        let mut owner = if companions.in_impl { format_ident!("Self") } else { type_name(self.function) };
        owner.set_span(self.place);
        // What a task returns must not borrow, which is reported at the whole call.
        name.set_span(if self.plan.background.is_some() { self.place } else { self.name_place() });
        let types = self.plan.types.iter().filter_map(|argument| match argument {
            TypeArgument::Type(name) | TypeArgument::Const(name) => Some(name.to_token_stream()),
            TypeArgument::Of(_) => None,
        });
        let types: Vec<TokenStream> = types.chain(last_type).collect();
        let types = (!types.is_empty()).then(|| quote!(::<#(#types),*>));
        quote_spanned!(self.place=> #owner::#name #types(#(#arguments),*))
    }
}
