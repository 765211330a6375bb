//! What stands beside a cached function: where that is, and which of the arguments it takes.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident};
use syn::spanned::Spanned;
use syn::visit_mut::{VisitMut, visit_pat_ident_mut, visit_pat_mut};
use syn::{Error, Expr, FnArg, Pat, PatIdent, PatType, Type};

use crate::args::Args;
use crate::each::Each;
use crate::key::Key;
use crate::mistakes::Mistakes;
use crate::plan::TypeArgument;
use crate::signature::{Function, names_in, place_of};
use crate::tags::Tag;

/// The functions that forget, look, store and run without the cache.
///
/// Of a plain function they belong to a type of its name, `load_user::invalidate`. Where a type cannot stand, in an
/// `impl` or a trait, they have its name in front: `price_invalidate`.
pub(crate) struct Beside {
    pub(crate) in_impl: bool,
    pub(crate) parameters: Vec<Parameter>,
}

/// An argument, under one name whatever its pattern.
pub(crate) struct Parameter {
    /// Its own name, `self` among them, or another one where a pattern takes it apart.
    pub(crate) name: Ident,
    pub(crate) input: FnArg,
    /// Whether the key is made of it, or of what its pattern names.
    pub(crate) in_key: bool,
    /// Whether a lifetime or a tag is.
    pub(crate) in_terms: bool,
    /// The name and type of one of its elements, where it has a key for each.
    pub(crate) one: Option<(Ident, Type)>,
    /// Whether `store_if` asks for it.
    pub(crate) in_condition: bool,
}

impl Beside {
    /// Plans it, and reports the expressions that cannot be had here.
    pub(crate) fn new(
        function: &Function,
        key: &Key,
        types: &[TypeArgument],
        args: &Args,
        tags: &[Tag],
        each: Option<&Each>,
        mistakes: &mut Mistakes,
    ) -> Self {
        let times = args.times();
        let is_in_key = |name: &Ident| {
            key.uses(name) || types.iter().any(|argument| matches!(argument, TypeArgument::Of(other) if other == name))
        };
        let in_tags = |name: &Ident| tags.iter().find(|tag| tag.uses(name)).map(|tag| tag.text.span());
        let in_terms = |name: &Ident| times.iter().find_map(|time| mention(time, name)).or_else(|| in_tags(name));
        let in_condition = |name: &Ident| mention(args.store_if.as_ref()?, name);
        let parameters = function.sig.inputs.iter().enumerate().map(|(number, input)| {
            let (name, names) = names(input, number);
            for part in names.iter().filter(|part| **part != name) {
                let wrong = in_terms(part).or_else(|| in_condition(part));
                wrong.into_iter().for_each(|place| mistakes.push(Error::new(place, taken_apart(part))));
            }
            let one = each.filter(|each| each.argument == name).map(|each| (each.element.clone(), each.ty.clone()));
            let in_key = name == "self" || one.is_some() || names.iter().any(is_in_key);
            let (in_terms, in_condition) = (in_terms(&name).is_some(), in_condition(&name).is_some());
            Parameter { name, input: input.clone(), in_key, in_terms, one, in_condition }
        });
        Beside { parameters: parameters.collect(), in_impl: function.is_associated() }
    }

    /// The arguments that the key is made of, and with them a lifetime or a tag; and `self`.
    pub(crate) fn keyed(&self, with_terms: bool) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.in_key || (with_terms && parameter.in_terms))
    }
}

impl Parameter {
    /// The pattern that takes it apart, if one does, as it is written for a reference to the argument.
    pub(crate) fn lent_pattern(&self) -> Option<Pat> {
        let FnArg::Typed(PatType { pat, .. }) = &self.input else { return None };
        if plain_name(pat).is_some() {
            return None;
        }
        let mut pat = Pat::clone(pat);
        Lent.visit_pat_mut(&mut pat);
        Some(pat)
    }
}

/// Makes a pattern one whose names are all references.
struct Lent;

impl VisitMut for Lent {
    fn visit_pat_mut(&mut self, pat: &mut Pat) {
        while let Pat::Reference(reference) = pat {
            *pat = Pat::clone(&reference.pat);
        }
        visit_pat_mut(self, pat);
    }

    fn visit_pat_ident_mut(&mut self, name: &mut PatIdent) {
        (name.by_ref, name.mutability) = (None, None);
        visit_pat_ident_mut(self, name);
    }
}

/// The name of an argument, and all that its pattern names.
fn names(input: &FnArg, number: usize) -> (Ident, Vec<Ident>) {
    match input {
        FnArg::Receiver(receiver) => {
            let name = Ident::from(receiver.self_token);
            (name.clone(), vec![name])
        }
        FnArg::Typed(argument) => {
            let other =
                || format_ident!("argument_{number}", span = argument.pat.span().resolved_at(Span::mixed_site()));
            (plain_name(&argument.pat).cloned().unwrap_or_else(other), names_in(&argument.pat))
        }
    }
}

/// Where an expression uses a name that is not its own.
pub(crate) fn mention(expression: &Expr, name: &Ident) -> Option<Span> {
    let own = match expression {
        Expr::Closure(closure) => closure.inputs.iter().any(|input| names_in(input).contains(name)),
        _ => false,
    };
    if own { None } else { place_of(expression.to_token_stream(), &name.to_string()) }
}

fn plain_name(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => Some(ident),
        _ => None,
    }
}

fn taken_apart(name: &Ident) -> String {
    format!(
        "`{name}` is a part of an argument, which is taken apart in the body only: give the argument a name, as in \
         `pair: (u8, u8)`, and take it apart in the body, or write `companions = false`"
    )
}
