//! What a function has to be for an attribute to stand on it.

use syn::{Attribute, FnArg, PatType, Receiver, ReturnType, Safety, Signature};

use crate::args::Kind;
use crate::mistakes::Mistakes;
use crate::returns;
use crate::signature::{Body, Function};

/// Reports all that is wrong with the function itself.
pub(crate) fn check(kind: Kind, function: &Function, mistakes: &mut Mistakes) {
    once(kind, &function.attrs, mistakes);
    qualifiers(kind, &function.sig, mistakes);
    conditional_arguments(kind, &function.sig, mistakes);
    match kind {
        Kind::Cached => cached(function, mistakes),
        Kind::Counter => counter(function, mistakes),
    }
}

fn once(kind: Kind, others: &[Attribute], mistakes: &mut Mistakes) {
    let ours = |attr: &&Attribute| {
        let last = attr.path().segments.last();
        last.is_some_and(|last| last.ident == "cached" || last.ident == "counter")
    };
    for other in others.iter().filter(ours) {
        let wrong = format!("the function has {} already: remove one of the two", kind.name());
        mistakes.add(other.path(), wrong);
    }
}

/// An argument that is there in some builds only would make another key in each.
fn conditional_arguments(kind: Kind, sig: &Signature, mistakes: &mut Mistakes) {
    for input in &sig.inputs {
        let (FnArg::Receiver(Receiver { attrs, .. }) | FnArg::Typed(PatType { attrs, .. })) = input;
        for cfg in attrs.iter().filter(|attr| attr.path().is_ident("cfg")) {
            let wrong = format!(
                "{} has to know every argument, and this one is there in some builds only: write two functions, each with \
                 `#[cfg(…)]` above it",
                kind.name()
            );
            mistakes.add(cfg, wrong);
        }
    }
}

fn qualifiers(kind: Kind, sig: &Signature, mistakes: &mut Mistakes) {
    let name = kind.name();
    if let Some(token) = &sig.constness {
        mistakes.add(token, format!("{name} asks a cache, which cannot be done at compile time: remove `const`"));
    }
    if let Safety::Unsafe(token) = &sig.safety {
        let wrong = format!(
            "{name} would run the body at times that the caller cannot vouch for: remove `unsafe`, and put the unsafe \
             call into a block"
        );
        mistakes.add(token, wrong);
    }
    if let Some(abi) = &sig.abi {
        mistakes
            .add(abi, format!("{name} works on Rust's own functions: remove `extern`, and call this one from yours"));
    }
    if let Some(variadic) = &sig.variadic {
        mistakes.add(variadic.dots, format!("{name} has to know every argument: remove `...`"));
    }
}

fn cached(function: &Function, mistakes: &mut Mistakes) {
    if let Body::Absent(semicolon) = &function.body {
        mistakes.add(
            semicolon,
            "a cached function has a body: in a trait, put `#[cached]` on the implementation's function",
        );
    }
    if let ReturnType::Type(_, ty) = &function.sig.output {
        returns::check(ty, mistakes);
    }
}

fn counter(function: &Function, mistakes: &mut Mistakes) {
    if let Body::Present { .. } = &function.body {
        mistakes.add(&function.body, "a counter has no body: end the line with `;`");
    }
    if let ReturnType::Type(_, ty) = &function.sig.output {
        mistakes.add(ty, "a counter returns its handle, and the macro writes the type: remove the return type");
    }
}
