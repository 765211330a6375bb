//! The companions of a cached function: where they are declared, and which of its arguments they take.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::spanned::Spanned;
use syn::visit_mut::{VisitMut, visit_pat_ident_mut, visit_pat_mut};
use syn::{Error, FnArg, Pat, PatIdent, PatType, Type};

use crate::args::{Args, MacroKind};
use crate::batch::Batch;
use crate::errors::Errors;
use crate::free_names::free_use;
use crate::key::{Key, TypeArgument};
use crate::own_name;
use crate::place::Place;
use crate::signature::{Function, names_in};
use crate::tags::Tag;

/// The functions that invalidate, read, store and run without the cache.
///
/// Those of a plain function belong to a type of its name, `load_user::invalidate`. Those of a method, since an `impl` or
/// a trait cannot contain a type, have its name in front: `price_invalidate`.
pub(crate) struct Companions {
    pub(crate) in_impl: bool,
    /// The companion that runs the body alone.
    pub(crate) body: &'static str,
    pub(crate) parameters: Vec<Parameter>,
}

/// An argument, under one name whatever its pattern.
pub(crate) struct Parameter {
    /// Its own name, which may be `self`, or a new one if it has a pattern.
    pub(crate) name: Ident,
    pub(crate) input: FnArg,
    /// Whether the key contains it, or a name of its pattern.
    pub(crate) in_key: bool,
    pub(crate) in_times: bool,
    pub(crate) in_tags: bool,
    pub(crate) in_condition: bool,
    /// The name and type of one element, if it holds the elements of a batch.
    pub(crate) element: Option<(Ident, Type)>,
}

/// Which arguments a companion takes, in addition to those of the key.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Besides {
    Nothing,
    Tags,
    TagsAndTimes,
}

impl Companions {
    /// Plans the companions, and reports expressions that they cannot evaluate.
    #[expect(clippy::too_many_arguments, reason = "they are the parts of a plan")]
    pub(crate) fn new(
        kind: MacroKind,
        function: &Function,
        key: &Key,
        types: &[TypeArgument],
        args: &Args,
        tags: &[Tag],
        batch: Option<&Batch>,
        errors: &mut Errors,
    ) -> Self {
        let times = args.times();
        let is_in_key = |name: &Ident| {
            key.uses(name) || types.iter().any(|argument| matches!(argument, TypeArgument::Of(other) if other == name))
        };
        let in_times = |name: &Ident| times.iter().find_map(|time| free_use(time, name));
        let in_tags = |name: &Ident| tags.iter().find(|tag| tag.uses(name)).map(|tag| tag.text.span());
        let in_condition = |name: &Ident| free_use(args.store_if.as_ref()?, name);
        let outside_of_key = |name: &Ident| in_times(name).or_else(|| in_tags(name)).or_else(|| in_condition(name));
        let parameters = function.sig.inputs.iter().enumerate().map(|(number, input)| {
            let (name, names) = names(input, number);
            for part in names.iter().filter(|part| **part != name) {
                errors.extend(outside_of_key(part).map(|place| Error::new(place, part_of_a_pattern(part))));
            }
            let element = batch.filter(|batch| batch.argument == name);
            let element = element.map(|batch| (batch.element.clone(), batch.ty.clone()));
            let is_mentioned = is_in_key(&name) || outside_of_key(&name).is_some();
            let name = if is_mentioned { name } else { unlinted(name) };
            Parameter {
                in_key: name == "self" || element.is_some() || names.iter().any(is_in_key),
                in_times: in_times(&name).is_some(),
                in_tags: in_tags(&name).is_some(),
                in_condition: in_condition(&name).is_some(),
                input: input.clone(),
                name,
                element,
            }
        });
        let in_impl = function.is_associated || Place::of_attribute() != Place::Elsewhere;
        let body = if kind == MacroKind::Limited { "unlimited" } else { "uncached" };
        let companions = Companions { parameters: parameters.collect(), in_impl, body };
        if !in_impl {
            own_name::check(function, errors);
        }
        companions
    }

    /// The name of an argument as the function passes it on.
    pub(crate) fn name_of<'a>(&'a self, argument: &'a Ident) -> &'a Ident {
        let mut names = self.parameters.iter().map(|parameter| &parameter.name);
        names.find(|name| *name == argument).unwrap_or(argument)
    }

    /// The arguments of the key, `self`, and those that are needed besides.
    pub(crate) fn keyed(&self, besides: Besides) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| {
            parameter.in_key
                || (parameter.in_tags && besides != Besides::Nothing)
                || (parameter.in_times && besides == Besides::TagsAndTimes)
        })
    }
}

impl Parameter {
    /// The pattern, if there is one, for a reference to the argument.
    pub(crate) fn pattern_of_reference(&self) -> Option<Pat> {
        let FnArg::Typed(PatType { pat, .. }) = &self.input else { return None };
        if plain_name(pat).is_some() {
            return None;
        }
        let mut pat = Pat::clone(pat);
        BindByReference.visit_pat_mut(&mut pat);
        Some(pat)
    }
}

/// Changes a pattern so that each name in it is bound to a reference.
struct BindByReference;

impl VisitMut for BindByReference {
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

/// The name of an argument, and all names in its pattern.
fn names(input: &FnArg, number: usize) -> (Ident, Vec<Ident>) {
    match input {
        FnArg::Receiver(receiver) => (receiver.self_token.into(), vec![receiver.self_token.into()]),
        FnArg::Typed(PatType { pat, .. }) => {
            let new_name = || format_ident!("argument_{number}", span = pat.span().resolved_at(Span::mixed_site()));
            (plain_name(pat).cloned().unwrap_or_else(new_name), names_in(pat))
        }
    }
}

/// The name with this macro's hygiene if it begins with `_`: no lint reports that an argument is passed on to the body.
fn unlinted(mut name: Ident) -> Ident {
    if name.to_string().starts_with('_') {
        name.set_span(name.span().resolved_at(Span::mixed_site()));
    }
    name
}

fn plain_name(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => Some(ident),
        _ => None,
    }
}

fn part_of_a_pattern(name: &Ident) -> String {
    format!(
        "`{name}` is part of a pattern, and companions do not have it: name the whole argument, as in `pair: (u8, u8)`, \
         and destructure it in the body, or write `companions = false`"
    )
}
