//! Which of the user's attributes belong to which function of the expansion.
//!
//! All of them belong to the function itself. The body and the companions, which repeat its signature, get levels of lints,
//! `#[track_caller]` and `#[target_feature]`. Whatever depends on `#[cfg]` gets that.

use proc_macro2::Span;
use syn::{Attribute, FnArg, Signature};

const LEVELS: [&str; 5] = ["allow", "expect", "warn", "deny", "forbid"];

/// Those that decide whether the function exists.
pub(super) fn cfg(attrs: &[Attribute]) -> Vec<&Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect()
}

/// Those of the function itself.
pub(super) fn of_function(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().map(without_expectation).collect()
}

/// Those of the function with the body.
pub(super) fn of_body(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs
        .iter()
        .filter(|attr| is_level(attr) || is_track_caller(attr) || attr.path().is_ident("target_feature"))
        .map(without_expectation)
        .collect()
}

/// Those of every companion: those of the body, and of a method those that decide whether it exists.
pub(super) fn of_companions(attrs: &[Attribute], in_impl: bool) -> Vec<Attribute> {
    let cfg = cfg(attrs).into_iter().filter(|_| in_impl).cloned();
    cfg.chain(of_body(attrs)).collect()
}

/// Whether the function gets the location of its caller.
pub(super) fn tracks_caller(attrs: &[Attribute]) -> bool {
    attrs.iter().any(is_track_caller)
}

/// The signature of the function with the body: of the attributes of the arguments only the levels of lints. Its first
/// token is this macro's.
pub(super) fn signature_of_body(sig: &Signature) -> Signature {
    let mut sig = sig.clone();
    sig.fn_token.span = sig.fn_token.span.resolved_at(Span::mixed_site());
    if let Some(token) = &mut sig.asyncness {
        token.span = token.span.resolved_at(Span::mixed_site());
    }
    for input in &mut sig.inputs {
        let (FnArg::Receiver(syn::Receiver { attrs, .. }) | FnArg::Typed(syn::PatType { attrs, .. })) = input;
        *attrs = of_body(attrs);
    }
    sig
}

fn is_level(attr: &Attribute) -> bool {
    LEVELS.iter().any(|level| attr.path().is_ident(level))
}

fn is_track_caller(attr: &Attribute) -> bool {
    attr.path().is_ident("track_caller")
}

/// `expect` as `allow`: what is expected of the whole need not happen in each part.
fn without_expectation(attr: &Attribute) -> Attribute {
    let mut attr = attr.clone();
    if attr.path().is_ident("expect")
        && let syn::Meta::List(list) = &mut attr.meta
    {
        list.path = syn::Ident::new("allow", syn::spanned::Spanned::span(&list.path)).into();
    }
    attr
}
