//! The parts of a call's key.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{GenericParam, Index, LitStr, Member};

use crate::args::{Args, MacroKind};
use crate::did_you_mean;
use crate::errors::Errors;
use crate::signature::{Argument, Function, is_named};
use crate::template::{self, Placeholder, Template};

pub(crate) enum Key {
    /// From `key = "…"`: the pieces, and the values between them.
    Template {
        text: LitStr,
        pieces: Vec<String>,
        values: Vec<FieldPath>,
        left_out: Vec<Ident>,
        /// The name that stands for one element of a batch.
        element: Option<Ident>,
    },
    /// From the function's path and these of its arguments.
    Default { arguments: Vec<Ident> },
}

/// What distinguishes the instances of a generic function.
pub(crate) enum TypeArgument {
    Type(Ident),
    Const(Ident),
    /// The type of an argument that is an `impl Trait`.
    Of(Ident),
}

/// The type arguments of a function.
pub(crate) fn type_arguments(function: &Function, arguments: &[Argument]) -> Vec<TypeArgument> {
    let generic = function.sig.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(TypeArgument::Type(param.ident.clone())),
        GenericParam::Const(param) => Some(TypeArgument::Const(param.ident.clone())),
        GenericParam::Lifetime(_) => None,
    });
    let unnamed = arguments.iter().filter(|argument| argument.unnamed_type);
    let unnamed = unnamed.map(|argument| TypeArgument::Of(argument.name.clone()));
    generic.chain(unnamed).collect()
}

/// An argument or a field of one.
pub(crate) struct FieldPath {
    pub(crate) argument: Ident,
    pub(crate) fields: Vec<Member>,
}

impl Key {
    /// The name that stands for one element of a batch.
    pub(crate) fn element(&self) -> Option<&Ident> {
        if let Key::Template { element, .. } = self { element.as_ref() } else { None }
    }

    /// The arguments in the key.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        let (values, arguments) = match self {
            Key::Template { values, .. } => (&values[..], &[][..]),
            Key::Default { arguments } => (&[][..], &arguments[..]),
        };
        values.iter().map(|value| &value.argument).chain(arguments)
    }

    /// Whether the key contains the argument or a field of it.
    pub(crate) fn uses(&self, name: &Ident) -> bool {
        self.names().any(|used| used == name)
    }
}

/// The default key; what is wrong with it is reported.
pub(crate) fn from_arguments(
    kind: MacroKind,
    args: &Args,
    function: &Ident,
    arguments: &[Argument],
    errors: &mut Errors,
) -> Key {
    let kept = arguments.iter().map(|argument| argument.name.clone()).filter(|name| !args.skip.contains(name));
    let kept: Vec<Ident> = kept.collect();
    // Not after another error: `key` may be what was mistyped.
    if let Some(receiver) = kept.iter().find(|name| *name == "self")
        && errors.is_empty()
    {
        let (macro_name, function) = (kind.name(), function.unraw());
        let wrong = format!(
            "{macro_name} does not know which part of `self` belongs to the key: write `key = \"{function}:{{self.id}}\"`, \
             or `skip(self)` if none does"
        );
        errors.add(receiver, wrong);
    }
    Key::Default { arguments: kept }
}

/// The key from a text; what is wrong with it is reported.
pub(crate) fn from_template(text: &LitStr, args: &Args, arguments: &[Argument], errors: &mut Errors) -> Key {
    let template = parsed(text, errors).unwrap_or_default();
    let element = args.each.as_ref().and_then(|each| errors.ok(element(each, text, &template, arguments)));
    let names = Names { args, arguments, element: element.as_ref() };
    let values = names.values(&template, text, errors);
    let is_mentioned = |name: &Ident| {
        args.skip.contains(name)
            || args.each.as_ref() == Some(name)
            || values.iter().any(|value| value.argument == *name)
    };
    let left = arguments.iter().filter(|argument| argument.is_meant() && !is_mentioned(&argument.name));
    let left_out = left.map(|argument| argument.name.clone()).collect();
    Key::Template { text: text.clone(), pieces: template.pieces, values, left_out, element }
}

/// The template of a text; what is wrong with it is reported.
pub(crate) fn parsed(text: &LitStr, errors: &mut Errors) -> Option<Template> {
    let report = |wrong: Vec<String>| wrong.into_iter().for_each(|wrong| errors.add(text, wrong));
    template::parse(&text.value()).map_err(report).ok()
}

/// The one name in the key that is not an argument: it stands for an element of `each`.
fn element(each: &Ident, text: &LitStr, template: &Template, arguments: &[Argument]) -> syn::Result<Ident> {
    let wrong = |message: String| Err(syn::Error::new(text.span(), message));
    let mut names: Vec<&str> = template.placeholders.iter().map(|placeholder| &*placeholder.argument).collect();
    if names.iter().any(|name| is_named(each, name)) {
        return wrong(format!("{}: write a name for one element, as in `{{id}}`", is_the_whole(each)));
    }
    names.retain(|name| !arguments.iter().any(|argument| is_named(&argument.name, name)));
    names.sort_unstable();
    names.dedup();
    match names[..] {
        [name] => Ok(syn::parse_str::<Ident>(name)
            .map_or_else(|_| Ident::new_raw(name, text.span()), |_| Ident::new(name, text.span()))),
        [] => {
            wrong(format!("the key contains no element of `{each}`: write a name for one element, as in `user:{{id}}`"))
        }
        [first, second, ..] => wrong(format!(
            "neither `{{{first}}}` nor `{{{second}}}` is an argument, and only one name can stand for an element of `{each}`: {}",
            other_argument(second, arguments)
        )),
    }
}

fn is_the_whole(each: &Ident) -> String {
    format!("`{{{each}}}` stands for all elements, and each element has a key of its own")
}

/// The names that a template may use.
pub(crate) struct Names<'a> {
    pub(crate) args: &'a Args,
    pub(crate) arguments: &'a [Argument],
    pub(crate) element: Option<&'a Ident>,
}

impl Names<'_> {
    /// The values of a template's placeholders. They are placed at its text, where the compiler reports errors.
    pub(crate) fn values(&self, template: &Template, text: &LitStr, errors: &mut Errors) -> Vec<FieldPath> {
        let values = template.placeholders.iter().map(|placeholder| self.value(placeholder, text));
        values.filter_map(|value| errors.ok(value).flatten()).collect()
    }

    fn value(&self, placeholder: &Placeholder, text: &LitStr) -> syn::Result<Option<FieldPath>> {
        let Names { args, arguments, element } = self;
        let wrong = |message: String| Err(syn::Error::new(text.span(), format!("`{}`: {message}", placeholder.text())));
        let name = &placeholder.argument;
        match (&args.each, element) {
            (_, Some(element)) if is_named(element, name) => return at(element, placeholder, text).map(Some),
            // After an error about the elements this would only be its echo.
            (_, None) if args.is_given("each") => return Ok(None),
            (Some(each), Some(element)) if is_named(each, name) => {
                let whole = is_the_whole(each);
                let message = format!("{whole}: write `{{{element}}}`, the name of one element in the key");
                return Err(syn::Error::new(text.span(), message));
            }
            _ => {}
        }
        let Some(argument) = arguments.iter().find(|argument| is_named(&argument.name, name)) else {
            // Not the argument that holds all elements.
            let single =
                arguments.iter().map(|argument| &argument.name).filter(|name| args.each.as_ref() != Some(name));
            return wrong(format!("there is no argument `{name}`: {}", nearest_of(name, single.chain(*element))));
        };
        if args.skip.contains(&argument.name) {
            return wrong(format!("`{name}` is skipped: remove it from this text or from `skip`"));
        }
        at(&argument.name, placeholder, text).map(Some)
    }
}

/// The value of a placeholder, at the key's text.
fn at(name: &Ident, placeholder: &Placeholder, text: &LitStr) -> syn::Result<FieldPath> {
    let mut argument = name.clone();
    argument.set_span(text.span().resolved_at(name.span()));
    let fields = placeholder.fields.iter().map(|field| {
        let wrong = || format!("`{}`: `{field}` cannot be the name of a field", placeholder.text());
        member(field, text).ok_or_else(|| syn::Error::new(text.span(), wrong()))
    });
    Ok(FieldPath { argument, fields: fields.collect::<syn::Result<_>>()? })
}

fn member(field: &str, text: &LitStr) -> Option<Member> {
    // As if from a macro: otherwise the compiler suggests replacing the whole text by the right field.
    let place = text.span().resolved_at(Span::mixed_site());
    if field.starts_with(|c: char| c.is_ascii_digit()) {
        let index = field.parse().ok()?;
        return Some(Member::Unnamed(Index { index, span: place }));
    }
    let word = Ident::parse_any.parse_str(field).ok()?;
    match syn::parse_str::<Ident>(field) {
        Ok(_) => Some(Member::Named(Ident::new(&word.to_string(), place))),
        Err(_) if ["self", "Self", "super", "crate", "_"].contains(&field) => None,
        Err(_) => Some(Member::Named(Ident::new_raw(field, place))),
    }
}

/// The end of a message about an argument that does not exist.
pub(crate) fn other_argument(name: &str, arguments: &[Argument]) -> String {
    nearest_of(name, arguments.iter().map(|argument| &argument.name))
}

fn nearest_of<'a>(name: &str, names: impl Iterator<Item = &'a Ident>) -> String {
    let names: Vec<String> = names.map(|name| name.unraw().to_string()).collect();
    did_you_mean::hint(name, &names.iter().map(String::as_str).collect::<Vec<_>>())
}
