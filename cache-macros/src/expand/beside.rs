//! How a function and what stands beside it find each other: by names, and by the arguments that are passed on.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, GenericParam, Signature};

use super::place_of;
use crate::beside::{Beside, Parameter};
use crate::signature::Function;

/// What makes the key, for the function and for all that stands beside it.
pub(super) const KEY: &str = "__key";

/// What the body stands in.
pub(super) const BODY: &str = "uncached";

/// The function's signature with names in the place of patterns: its arguments are passed on.
pub(super) fn signature(sig: &Signature, beside: &Beside) -> Signature {
    let mut sig = sig.clone();
    for (input, Parameter { name, .. }) in sig.inputs.iter_mut().zip(&beside.parameters) {
        match input {
            FnArg::Receiver(receiver) => receiver.mutability = None,
            FnArg::Typed(argument) => *argument.pat = syn::parse_quote!(#name),
        }
    }
    sig
}

/// What the compiler and clippy say of a signature they say where the body is, once.
pub(super) fn quiet() -> Attribute {
    syn::parse_quote!(#[allow(clippy::complexity, clippy::ptr_arg, clippy::used_underscore_binding)])
}

/// The type that they belong to. It is placed at the return type, where the compiler is to complain of a call.
pub(super) fn owner(function: &Function, beside: &Beside) -> TokenStream {
    let place = place_of(&function.sig);
    let mut name = type_name(function);
    name.set_span(place);
    if beside.in_impl { quote_spanned!(place=> Self) } else { name.into_token_stream() }
}

/// The name of the type beside the function. Placed so, it is the user's, and no lint finds fault with it.
pub(super) fn type_name(function: &Function) -> Ident {
    let mut name = function.sig.ident.clone();
    name.set_span(name.span().resolved_at(Span::mixed_site()));
    name
}

/// The name of one of them.
pub(super) fn named(function: &Function, beside: &Beside, which: &str) -> Ident {
    let method = function.sig.ident.unraw();
    match which.strip_prefix("__") {
        _ if !beside.in_impl => Ident::new(which, Span::mixed_site()),
        Some(hidden) => format_ident!("__{method}_{hidden}", span = Span::mixed_site()),
        None => format_ident!("{method}_{which}", span = Span::mixed_site()),
    }
}

/// The key as `owner` makes it. `lend` writes each argument.
pub(super) fn key(
    owner: &TokenStream,
    function: &Function,
    beside: &Beside,
    lend: impl Fn(&Parameter) -> TokenStream,
) -> TokenStream {
    call(owner, KEY, function, beside, beside.keyed(false).map(lend))
}

/// An argument, or one of its elements, as it is lent.
pub(super) fn lent(Parameter { name, one, .. }: &Parameter) -> TokenStream {
    let name = one.as_ref().map_or(name, |(element, _)| element);
    quote!(&#name)
}

/// An argument as it is passed on.
pub(super) fn passed(parameter: &Parameter) -> TokenStream {
    parameter.name.to_token_stream()
}

/// The body, run by `owner`: its value, or the future of an `async fn`. `pass` writes each argument.
pub(super) fn run<T: ToTokens>(
    owner: &TokenStream,
    function: &Function,
    beside: &Beside,
    pass: impl Fn(&Parameter) -> T,
) -> TokenStream {
    call(owner, BODY, function, beside, beside.parameters.iter().map(pass))
}

fn call<T: ToTokens>(
    owner: &TokenStream,
    which: &str,
    function: &Function,
    beside: &Beside,
    arguments: impl Iterator<Item = T>,
) -> TokenStream {
    let (mut name, types, place) = (named(function, beside, which), turbofish(function), place_of(&function.sig));
    name.set_span(place);
    quote_spanned!(place=> #owner::#name #types(#(#arguments),*))
}

/// The type arguments, which may stand in the body alone. Lifetimes are the compiler's to find.
fn turbofish(function: &Function) -> Option<TokenStream> {
    let named = function.sig.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    });
    let named: Vec<&Ident> = named.collect();
    (!named.is_empty()).then(|| quote!(::<#(#named),*>))
}
