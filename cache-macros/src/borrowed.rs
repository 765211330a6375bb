//! Borrowed arguments: a body that may run after the call has returned needs copies of them.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{FnArg, Pat, PatIdent, PatType, Receiver, ReceiverKind, Token, Type, TypeReference};

use crate::errors::Errors;
use crate::return_type::ungrouped;
use crate::signature::Function;

/// A borrowed argument.
pub(crate) struct BorrowedArgument {
    /// Its name, which may be `self`.
    pub(crate) name: Ident,
    pub(crate) mutability: Option<Token![mut]>,
}

/// The arguments that are references. Each mutable one is an error, because a task cannot have it.
///
/// References inside of other types are left to the compiler.
pub(crate) fn borrowed_arguments(function: &Function, errors: &mut Errors) -> Vec<BorrowedArgument> {
    let borrowed = function.sig.inputs.iter().filter_map(|argument| match argument {
        FnArg::Receiver(receiver) => borrowed_self(receiver, errors),
        FnArg::Typed(argument) => borrowed_argument(argument, errors),
    });
    borrowed.collect()
}

fn borrowed_self(receiver: &Receiver, errors: &mut Errors) -> Option<BorrowedArgument> {
    let is_mutable = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
        ReceiverKind::Typed(_, ty) => reference(ty)?.mutability.is_some(),
        _ => return None,
    };
    check_mutability(is_mutable, receiver, "`&self`", errors);
    Some(BorrowedArgument { name: receiver.self_token.into(), mutability: receiver.mutability })
}

fn borrowed_argument(PatType { pat, ty, .. }: &PatType, errors: &mut Errors) -> Option<BorrowedArgument> {
    let reference = reference(ty)?;
    check_mutability(reference.mutability.is_some(), reference, "an owned value", errors);
    match &**pat {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, mutability, ident, .. }) => {
            Some(BorrowedArgument { name: ident.clone(), mutability: *mutability })
        }
        _ => None,
    }
}

fn check_mutability(is_mutable: bool, place: impl ToTokens, instead: &str, errors: &mut Errors) {
    if is_mutable {
        let wrong = "a background task cannot borrow mutably from the caller";
        errors.add(place, format!("{wrong}: take {instead}, or remove `background`"));
    }
}

/// The type as a reference.
pub(crate) fn reference(ty: &Type) -> Option<&TypeReference> {
    if let Type::Reference(reference) = ungrouped(ty) { Some(reference) } else { None }
}
