//! The expression that makes the key.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;

use super::Expansion;
use super::forwarding::{KEY, companion_name};
use super::options::optional;
use super::path::RuntimePath;
use crate::borrowed::reference;
use crate::companions::Companions;
use crate::key::{FieldPath, Key, TypeArgument};
use crate::return_type;

impl Expansion<'_> {
    /// The key as a `Result<String>`: in the function itself or, if it has companions, in one that takes references to its
    /// arguments.
    pub(super) fn make_key(&self, companions: Option<&Companions>) -> TokenStream {
        let support = self.support(Span::mixed_site());
        let is_borrowed = companions.is_some();
        let version = self.plan.args.version.as_ref();
        if let (Key::Template { text, pieces, values, .. }, None, []) = (&self.plan.key, version, &*self.plan.types)
            && companions.is_some_and(|companions| !companions.in_impl)
        {
            // A companion type is outside of every `impl`, so nothing generic surrounds it.
            let values = values.iter().map(|value| displayed(value, text.span(), is_borrowed));
            return quote_spanned!(Span::mixed_site()=> #support::template_text(&[#(#pieces),*], &[#(#values),*]));
        }
        let path = self.path(companions);
        let version = optional(version.map(|version| quote_spanned!(Span::mixed_site()=> &#version)));
        match &self.plan.key {
            Key::Template { text, pieces, values, .. } => {
                let values = values.iter().map(|value| displayed(value, text.span(), is_borrowed));
                let types = self.plan.types.iter().map(|argument| type_argument(argument, is_borrowed, &support));
                quote_spanned! {Span::mixed_site()=>
                    #support::template_key(&[#(#pieces),*], &[#(#values),*], #version, #path, &[#(#types),*])
                }
            }
            Key::Default { arguments } => {
                let arguments = arguments.iter().map(|name| self.argument(name, is_borrowed));
                quote_spanned! {Span::mixed_site()=>
                    #support::DefaultKey::new(#path, #version, ::core::line!(), ::core::column!())
                        #(#arguments)*
                        .finish()
                }
            }
        }
    }

    /// The path of the function. The generics of its surroundings appear in the type of a closure, and nowhere else.
    fn path(&self, companions: Option<&Companions>) -> TokenStream {
        let (support, is_async) = (self.support(Span::mixed_site()), self.plan.is_async);
        let in_impl = companions.map_or_else(|| self.function.is_associated, |companions| companions.in_impl);
        let here = quote_spanned! {Span::mixed_site()=>
            &|| (), &{ fn here() {} here },
            ::core::module_path!(), #in_impl
        };
        let Some(companions) = companions else {
            return quote_spanned!(Span::mixed_site()=> #support::FunctionPath::of(#here, #is_async));
        };
        // A companion type is outside of every `impl`, so nothing generic surrounds it.
        if !companions.in_impl && matches!(self.plan.key, Key::Template { .. }) {
            return quote_spanned!(Span::mixed_site()=> #support::FunctionPath::PLAIN);
        }
        // The ends of the paths of the function that makes the key, and of the user's.
        let key_function = format!("::{}", companion_name(self.function, companions, KEY));
        let function = &self.function.sig.ident;
        let function = if companions.in_impl { format!("::{}", function.unraw()) } else { String::new() };
        quote_spanned!(Span::mixed_site()=> #support::FunctionPath::beside(#here, #key_function, #function))
    }

    /// An argument of a default key. If it is not `Serialize`, the compiler underlines the argument.
    ///
    /// What is passed is one reference, however many its type has, because the runtime looks into the value itself.
    fn argument(&self, name: &Ident, is_borrowed: bool) -> TokenStream {
        let (text, place) = (name.unraw().to_string(), name.span());
        let mut references = usize::from(is_borrowed);
        let mut ty = self.function.type_of(name);
        while let Some(outer) = ty.and_then(reference) {
            references += 1;
            ty = Some(&outer.elem);
        }
        let value = match references {
            0 => quote_spanned!(place=> &#name),
            many => {
                let dereferences = std::iter::repeat_n(quote_spanned!(place=> *), many - 1);
                quote_spanned!(place=> #(#dereferences)* #name)
            }
        };
        match ty.is_some_and(|ty| return_type::arguments_of(ty, "Vec").is_some()) {
            true => {
                let support = self.support(place.resolved_at(Span::mixed_site()));
                quote_spanned!(place=> .arg(#text, #support::ListProbe::new(#value).argument()))
            }
            false => quote_spanned!(place=> .arg(#text, #value)),
        }
    }

    /// A warning at each argument that is neither in the key nor skipped.
    ///
    /// On stable Rust a macro can only warn by using something deprecated.
    pub(super) fn warnings(&self) -> TokenStream {
        let Key::Template { left_out, .. } = &self.plan.key else { return TokenStream::new() };
        let warnings = left_out.iter().map(|name| {
            let (note, used) = (warning(name), Ident::new("NOT_IN_THE_KEY", name.span()));
            quote_spanned! {Span::mixed_site()=> {
                #[deprecated(note = #note)]
                const NOT_IN_THE_KEY: () = ();
                #used
            }}
        });
        warnings.collect()
    }
}

fn type_argument(argument: &TypeArgument, is_borrowed: bool, support: &RuntimePath) -> TokenStream {
    match argument {
        TypeArgument::Type(name) => quote_spanned!(Span::mixed_site()=> #support::TypeArgument::of::<#name>()),
        TypeArgument::Const(name) => quote_spanned!(Span::mixed_site()=> #support::TypeArgument::Const(&#name)),
        TypeArgument::Of(name) => {
            let borrow = (!is_borrowed).then(|| quote_spanned!(Span::mixed_site()=> &));
            quote_spanned!(Span::mixed_site()=> #support::TypeArgument::of_val(#borrow #name))
        }
    }
}

/// The value of a placeholder. If it is not `Display`, the compiler underlines the key.
pub(super) fn displayed(FieldPath { argument, fields }: &FieldPath, place: Span, is_borrowed: bool) -> TokenStream {
    match is_borrowed && fields.is_empty() {
        true => quote_spanned!(place=> #argument),
        false => quote_spanned!(place=> &#argument #(.#fields)*),
    }
}

fn warning(name: &Ident) -> String {
    let placeholder = if name == "self" { "{self.id}".to_owned() } else { format!("{{{}}}", name.unraw()) };
    format!(
        "calls that differ only in `{name}` share one value: add `{placeholder}` to the key, or write `skip({name})` if that is intended"
    )
}
