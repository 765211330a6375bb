//! What a function has to be for an attribute to stand on it.

use syn::{Attribute, FnArg, PatType, Receiver, ReturnType, Safety, Signature};

use crate::args::MacroKind;
use crate::errors::Errors;
use crate::return_type;
use crate::signature::{Body, Function};

/// Reports all that is wrong with the function itself.
pub(crate) fn check(kind: MacroKind, function: &Function, errors: &mut Errors) {
    once(kind, &function.attrs, errors);
    qualifiers(kind, &function.sig, errors);
    conditional_arguments(kind, &function.sig, errors);
    match kind {
        MacroKind::Cached => cached(function, errors),
        MacroKind::Counter => counter(function, errors),
    }
}

fn once(kind: MacroKind, others: &[Attribute], errors: &mut Errors) {
    let ours = |attr: &&Attribute| {
        let last = attr.path().segments.last();
        last.is_some_and(|last| last.ident == "cached" || last.ident == "counter")
    };
    for other in others.iter().filter(ours) {
        let wrong = format!("the function has {} already: remove one of the two", kind.name());
        errors.add(other.path(), wrong);
    }
}

/// An argument that is there in some builds only would make another key in each.
fn conditional_arguments(kind: MacroKind, sig: &Signature, errors: &mut Errors) {
    for input in &sig.inputs {
        let (FnArg::Receiver(Receiver { attrs, .. }) | FnArg::Typed(PatType { attrs, .. })) = input;
        for cfg in attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
            let wrong = format!(
                "{} has to know every argument, and this one is there in some builds only: write two functions, each with \
                 `#[cfg(…)]` above it",
                kind.name()
            );
            errors.add(cfg, wrong);
        }
    }
}

fn qualifiers(kind: MacroKind, sig: &Signature, errors: &mut Errors) {
    let name = kind.name();
    if let Some(token) = &sig.constness {
        errors.add(token, format!("{name} asks a cache, which cannot be done at compile time: remove `const`"));
    }
    if let Safety::Unsafe(token) = &sig.safety {
        let wrong = format!(
            "{name} would run the body at times that the caller cannot vouch for: remove `unsafe`, and put the unsafe \
             call into a block"
        );
        errors.add(token, wrong);
    }
    if let Some(abi) = &sig.abi {
        errors.add(abi, format!("{name} works on Rust's own functions: remove `extern`, and call this one from yours"));
    }
    if let Some(variadic) = &sig.variadic {
        errors.add(variadic.dots, format!("{name} has to know every argument: remove `...`"));
    }
}

fn cached(function: &Function, errors: &mut Errors) {
    if let Body::Absent(semicolon) = &function.body {
        errors.add(
            semicolon,
            "a cached function has a body: in a trait, put `#[cached]` on the implementation's function",
        );
    }
    if let ReturnType::Type(_, ty) = &function.sig.output {
        return_type::check(ty, errors);
    }
}

fn counter(function: &Function, errors: &mut Errors) {
    if let Body::Present { .. } = &function.body {
        errors.add(&function.body, "a counter has no body: end the line with `;`");
    }
    if let ReturnType::Type(_, ty) = &function.sig.output {
        errors.add(ty, "a counter returns its handle, and the macro writes the type: remove the return type");
    }
}
