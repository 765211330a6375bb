//! What a function borrows: a body that may run after the call has returned needs copies of it.

use proc_macro2::Ident;
use syn::{FnArg, Pat, PatIdent, PatType, Receiver, ReceiverKind, Token, Type, TypeReference};

use crate::mistakes::Mistakes;
use crate::signature::Function;

/// A borrowed argument.
pub(crate) struct Lent {
    /// Its name, which may be `self`.
    pub(crate) name: Ident,
    pub(crate) mutability: Option<Token![mut]>,
}

/// The arguments that are references, and a mistake at each that no task can have.
///
/// What is borrowed inside of another type is for the compiler to find.
pub(crate) fn lent(function: &Function, mistakes: &mut Mistakes) -> Vec<Lent> {
    let lent = function.sig.inputs.iter().filter_map(|argument| match argument {
        FnArg::Receiver(receiver) => lent_self(receiver, mistakes),
        FnArg::Typed(argument) => lent_argument(argument, mistakes),
    });
    lent.collect()
}

fn lent_self(receiver: &Receiver, mistakes: &mut Mistakes) -> Option<Lent> {
    let is_mutable = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
        ReceiverKind::Typed(_, ty) => reference(ty)?.mutability.is_some(),
        _ => return None,
    };
    if is_mutable {
        mistakes.add(receiver, lent_mutably("`&self`"));
    }
    let name = Ident::new("self", receiver.self_token.span);
    Some(Lent { name, mutability: receiver.mutability })
}

fn lent_argument(PatType { pat, ty, .. }: &PatType, mistakes: &mut Mistakes) -> Option<Lent> {
    let reference = reference(ty)?;
    if reference.mutability.is_some() {
        mistakes.add(reference, lent_mutably("a value of its own"));
    }
    match &**pat {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, mutability, ident, .. }) => {
            Some(Lent { name: ident.clone(), mutability: *mutability })
        }
        _ => None,
    }
}

/// The type as a reference, also where a `macro_rules!` macro passes it on in an invisible group.
fn reference(ty: &Type) -> Option<&TypeReference> {
    match ty {
        Type::Reference(reference) => Some(reference),
        Type::Group(group) => reference(&group.elem),
        Type::Paren(paren) => reference(&paren.elem),
        _ => None,
    }
}

fn lent_mutably(instead: &str) -> String {
    format!("a task in the background cannot change what the caller lends: take {instead}, or remove `background`")
}
