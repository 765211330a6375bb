//! Which of the user's attributes stand where, when a function becomes several.

use syn::{Attribute, FnArg, Signature};

/// Those that say whether the function is there at all.
pub(super) fn cfg(attrs: &[Attribute]) -> Vec<&Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect()
}

/// Those that set the level of a lint, for the body.
pub(super) fn levels(attrs: &[Attribute]) -> Vec<Attribute> {
    let level =
        |attr: &&Attribute| ["allow", "expect", "warn", "deny", "forbid"].iter().any(|l| attr.path().is_ident(l));
    attrs.iter().filter(level).map(allowed).collect()
}

/// All of them, for the function that keeps the name.
pub(super) fn all(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().map(allowed).collect()
}

/// Leaves nothing but the levels of lints on the arguments.
pub(super) fn keep_levels(sig: &mut Signature) {
    for input in &mut sig.inputs {
        let (FnArg::Receiver(syn::Receiver { attrs, .. }) | FnArg::Typed(syn::PatType { attrs, .. })) = input;
        *attrs = levels(attrs);
    }
}

/// What is expected of the whole need not happen in each of its parts.
fn allowed(attr: &Attribute) -> Attribute {
    let mut attr = attr.clone();
    if attr.path().is_ident("expect")
        && let syn::Meta::List(list) = &mut attr.meta
    {
        list.path = syn::Ident::new("allow", syn::spanned::Spanned::span(&list.path)).into();
    }
    attr
}
