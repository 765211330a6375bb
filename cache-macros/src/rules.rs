//! Which functions the attributes accept.

use syn::{Attribute, FnArg, PatType, Receiver, ReturnType, Safety, Signature};

use crate::args::MacroKind;
use crate::errors::Errors;
use crate::return_type;
use crate::signature::{Body, Function};

/// Reports everything that is wrong with the function itself.
pub(crate) fn check(kind: MacroKind, function: &Function, errors: &mut Errors) {
    once(kind, &function.attrs, errors);
    qualifiers(kind, &function.sig, errors);
    conditional_arguments(kind, &function.sig, errors);
    match (kind, &function.body) {
        (MacroKind::Cached, Body::Absent(semicolon)) => errors.add(
            semicolon,
            "a cached function has a body: in a trait, write `#[cached(companions = false, …)]` above the function of each implementation",
        ),
        (MacroKind::Limited, Body::Absent(semicolon)) => errors.add(
            semicolon,
            "a limited function has a body: in a trait, write `#[limited(companions = false, …)]` above the function of each implementation",
        ),
        (MacroKind::Counter, Body::Present { brace, .. }) => {
            errors.add_at(brace.span.open(), "a counter has no body: end the line with `;`");
        }
        _ => {}
    }
    match (kind, &function.sig.output, function.result()) {
        (MacroKind::Cached, _, Some(result)) => return_type::check(result, errors),
        (MacroKind::Counter, ReturnType::Type(_, ty), _) => {
            errors.add(ty, "the macro writes the return type of a counter: remove it");
        }
        _ => {}
    }
}

fn once(kind: MacroKind, others: &[Attribute], errors: &mut Errors) {
    let ours = |attr: &&Attribute| {
        let last = attr.path().segments.last();
        last.is_some_and(|last| ["cached", "counter", "limited"].iter().any(|name| last.ident == name))
    };
    for other in others.iter().filter(ours) {
        let wrong = format!("the function already has {}: remove one of the two", kind.name());
        errors.add(other.path(), wrong);
    }
}

/// An argument that exists only in some builds would give each of them another key.
fn conditional_arguments(kind: MacroKind, sig: &Signature, errors: &mut Errors) {
    for input in &sig.inputs {
        let (FnArg::Receiver(Receiver { attrs, .. }) | FnArg::Typed(PatType { attrs, .. })) = input;
        for cfg in attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
            let wrong = format!(
                "{} needs the same arguments in every build: write two functions, each with `#[cfg(…)]` above it",
                kind.name()
            );
            errors.add(cfg, wrong);
        }
    }
}

fn qualifiers(kind: MacroKind, sig: &Signature, errors: &mut Errors) {
    let name = kind.name();
    if let Some(token) = &sig.constness {
        errors.add(token, format!("{name} reads a cache, which is not possible at compile time: remove `const`"));
    }
    if let Safety::Unsafe(token) = &sig.safety {
        let wrong = format!(
            "{name} runs the body at times that the caller does not choose: remove `unsafe`, and put the unsafe call into \
             an `unsafe` block"
        );
        errors.add(token, wrong);
    }
    if let Some(abi) = &sig.abi {
        errors.add(abi, format!("{name} does not support `extern` functions: remove `extern`, and call this function from the `extern` one"));
    }
    if let Some(variadic) = &sig.variadic {
        errors.add(variadic.dots, format!("{name} needs to know every argument: remove `...`"));
    }
}
