//! The expression that makes the key.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

use super::support;
use crate::key::{FieldPath, Key, TypeArgument};
use crate::plan::Plan;

/// The ends of the paths of two functions: of the one that makes the key, and of the user's.
pub(super) struct PathEnds {
    pub(super) key_function: String,
    pub(super) function: String,
}

/// The key as a `Result<String>`: in the function itself, or in one that takes references to its arguments.
pub(super) fn key(plan: &Plan, ends: Option<&PathEnds>) -> TokenStream {
    let (support, is_borrowed) = (support(plan, Span::mixed_site()), ends.is_some());
    let (version, path) = (version(plan), path(plan, ends));
    match &plan.key {
        Key::Template { text, pieces, values, .. } => {
            let values = values.iter().map(|value| displayed(value, text.span(), is_borrowed));
            let types = plan.types.iter().map(|argument| type_argument(argument, is_borrowed));
            quote_spanned! {Span::mixed_site()=>
                #support::template_key(&[#(#pieces),*], &[#(#values),*], #version, #path, &[#(#types),*])
            }
        }
        Key::Default { arguments } => {
            let arguments = arguments.iter().map(|name| argument(name, is_borrowed));
            quote_spanned! {Span::mixed_site()=>
                #support::DefaultKey::new(#path, #version, ::core::line!(), ::core::column!())
                    #(#arguments)*
                    .finish()
            }
        }
    }
}

/// The path of the function. The generics of its surroundings appear in the type of a closure, and nowhere else.
fn path(plan: &Plan, ends: Option<&PathEnds>) -> TokenStream {
    let support = support(plan, Span::mixed_site());
    match ends {
        // A companion type is outside of every `impl`, so nothing generic surrounds it.
        Some(PathEnds { function, .. }) if function.is_empty() && matches!(plan.key, Key::Template { .. }) => {
            quote_spanned!(Span::mixed_site()=> #support::FunctionPath::PLAIN)
        }
        Some(PathEnds { key_function, function }) => quote_spanned! {Span::mixed_site()=>
            #support::FunctionPath::beside(&|| (), &{ fn here() {} here }, #key_function, #function)
        },
        None => {
            let is_async = plan.is_async;
            quote_spanned!(Span::mixed_site()=> #support::FunctionPath::of(&|| (), &{ fn here() {} here }, #is_async))
        }
    }
}

fn version(plan: &Plan) -> TokenStream {
    match &plan.version {
        Some(version) => quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(&#version)),
        None => quote_spanned!(Span::mixed_site()=> ::core::option::Option::None),
    }
}

fn type_argument(argument: &TypeArgument, is_borrowed: bool) -> TokenStream {
    match argument {
        TypeArgument::Type(name) => quote_spanned!(Span::mixed_site()=> &::core::any::type_name::<#name>()),
        TypeArgument::Const(name) => quote_spanned!(Span::mixed_site()=> &#name),
        TypeArgument::Of(name) if is_borrowed => {
            quote_spanned!(Span::mixed_site()=> &::core::any::type_name_of_val(#name))
        }
        TypeArgument::Of(name) => quote_spanned!(Span::mixed_site()=> &::core::any::type_name_of_val(&#name)),
    }
}

/// The value of a placeholder. If it is not `Display`, the compiler underlines the key.
pub(super) fn displayed(FieldPath { argument, fields }: &FieldPath, place: Span, is_borrowed: bool) -> TokenStream {
    match is_borrowed && fields.is_empty() {
        true => quote_spanned!(place=> #argument),
        false => quote_spanned!(place=> &#argument #(.#fields)*),
    }
}

/// An argument of a default key. If it is not `Serialize`, the compiler underlines the argument.
fn argument(name: &Ident, is_borrowed: bool) -> TokenStream {
    let text = name.unraw().to_string();
    match is_borrowed {
        true => quote_spanned!(name.span()=> .arg(#text, #name)),
        false => quote_spanned!(name.span()=> .arg(#text, &#name)),
    }
}

/// The arguments in the key.
pub(super) fn names(key: &Key) -> impl Iterator<Item = &Ident> {
    let (values, arguments) = match key {
        Key::Template { values, .. } => (&values[..], &[][..]),
        Key::Default { arguments } => (&[][..], &arguments[..]),
    };
    values.iter().map(|value| &value.argument).chain(arguments)
}

/// A warning at each argument that is neither in the key nor skipped.
///
/// On stable Rust a macro can only warn by using something deprecated.
pub(super) fn warnings(key: &Key) -> TokenStream {
    let Key::Template { left_out, .. } = key else { return TokenStream::new() };
    let warnings = left_out.iter().map(|name| {
        let note = warning(name);
        let used = Ident::new("NOT_IN_THE_KEY", name.span());
        quote_spanned! {Span::mixed_site()=> {
            #[deprecated(note = #note)]
            const NOT_IN_THE_KEY: () = ();
            #used
        }}
    });
    quote!(#(#warnings)*)
}

fn warning(name: &Ident) -> String {
    let placeholder = if name == "self" { "{self.id}".to_owned() } else { format!("{{{}}}", name.unraw()) };
    format!(
        "calls that differ only in `{name}` share one value: add `{placeholder}` to the key, or write `skip({name})` if that is intended"
    )
}
