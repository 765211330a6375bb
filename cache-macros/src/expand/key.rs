//! The tokens that make the key, before the body may change an argument.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

use super::private;
use crate::key::{Key, Value};
use crate::plan::{Plan, TypeArgument};

/// The ends of two paths: of the function that makes the key, and of the one that it makes it for.
type StandingFor = (String, String);

/// An expression that gives the key as a `String`: in the function itself, or in one that is lent its arguments.
pub(super) fn key(plan: &Plan, beside: Option<&StandingFor>) -> TokenStream {
    let private = private(plan, Span::mixed_site());
    let (version, place) = (version(plan), place(plan, beside));
    match &plan.key {
        Key::Template { text, pieces, values, .. } => {
            let values = values.iter().map(|value| displayed(value, text.span(), beside.is_some()));
            let types = plan.types.iter().map(|argument| type_argument(argument, beside.is_some()));
            quote_spanned! {Span::mixed_site()=>
                #private::template_key(&[#(#pieces),*], &[#(#values),*], #version, #place, &[#(#types),*])
            }
        }
        Key::Default { arguments } => {
            let arguments = arguments.iter().map(|name| argument(name, beside.is_some()));
            quote_spanned! {Span::mixed_site()=>
                #private::DefaultKey::new(#place, #version, ::core::line!(), ::core::column!())
                    #(#arguments)*
                    .finish()
            }
        }
    }
}

/// Where the function stands. What is generic around it shows in the closure's type, and nowhere else.
fn place(plan: &Plan, beside: Option<&StandingFor>) -> TokenStream {
    let private = private(plan, Span::mixed_site());
    match beside {
        // What is beside a type is in no `impl`, so that nothing generic is around it.
        Some((_, meant)) if meant.is_empty() && matches!(plan.key, Key::Template { .. }) => {
            quote_spanned!(Span::mixed_site()=> #private::FunctionPath::PLAIN)
        }
        Some((end, meant)) => quote_spanned! {Span::mixed_site()=>
            #private::FunctionPath::beside(&|| (), &{ fn here() {} here }, #end, #meant)
        },
        None => {
            let is_async = plan.is_async;
            quote_spanned!(Span::mixed_site()=> #private::FunctionPath::of(&|| (), &{ fn here() {} here }, #is_async))
        }
    }
}

fn version(plan: &Plan) -> TokenStream {
    match &plan.version {
        Some(version) => quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(&#version)),
        None => quote_spanned!(Span::mixed_site()=> ::core::option::Option::None),
    }
}

fn type_argument(argument: &TypeArgument, is_lent: bool) -> TokenStream {
    match argument {
        TypeArgument::Type(name) => quote_spanned!(Span::mixed_site()=> &::core::any::type_name::<#name>()),
        TypeArgument::Const(name) => quote_spanned!(Span::mixed_site()=> &#name),
        TypeArgument::Of(name) if is_lent => {
            quote_spanned!(Span::mixed_site()=> &::core::any::type_name_of_val(#name))
        }
        TypeArgument::Of(name) => quote_spanned!(Span::mixed_site()=> &::core::any::type_name_of_val(&#name)),
    }
}

/// A placeholder's value; without `Display` the compiler underlines the key.
pub(super) fn displayed(Value { argument, fields }: &Value, place: Span, is_lent: bool) -> TokenStream {
    match is_lent && fields.is_empty() {
        true => quote_spanned!(place=> #argument),
        false => quote_spanned!(place=> &#argument #(.#fields)*),
    }
}

/// An argument of a default key; without `Serialize` the compiler underlines the argument.
fn argument(name: &Ident, is_lent: bool) -> TokenStream {
    let text = name.unraw().to_string();
    match is_lent {
        true => quote_spanned!(name.span()=> .arg(#text, #name)),
        false => quote_spanned!(name.span()=> .arg(#text, &#name)),
    }
}

/// The arguments that the key is made of.
pub(super) fn names(key: &Key) -> impl Iterator<Item = &Ident> {
    let (values, arguments) = match key {
        Key::Template { values, .. } => (&values[..], &[][..]),
        Key::Default { arguments } => (&[][..], &arguments[..]),
    };
    values.iter().map(|value| &value.argument).chain(arguments)
}

/// A warning at each argument that is neither in the key nor skipped.
///
/// On stable Rust a macro warns by using something deprecated.
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
        "calls that differ only in `{name}` share one value; write `{placeholder}` into the key, or `skip({name})` if that is right"
    )
}
