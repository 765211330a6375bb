//! `#[derive(Cacheable)]`: which fields of a struct are the parts of its key, and which table holds its rows.

mod attributes;
mod table;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Field, Fields, Index, Member, Type};

use self::attributes::{AboutField, AboutStruct};
use self::table::Table;
use crate::errors::Errors;
use crate::signature::runtime_path;

/// Expands the derive, or reports everything that is wrong.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let parsed = syn::parse2::<DeriveInput>(input);
    let expanded = parsed.and_then(|input| {
        let mut errors = Errors::default();
        let model = Model::new(&input, &mut errors);
        errors.or(model)?.map_or_else(|| Ok(TokenStream::new()), |model| Ok(model.expand(&input)))
    });
    expanded.unwrap_or_else(|error| error.to_compile_error())
}

/// The parts of a model's key, and its table.
struct Model {
    about: AboutStruct,
    table: Table,
    ids: Vec<Part>,
    updated_at: Part,
}

/// A field of the struct, and what `#[cache(…)]` says of it.
#[derive(Clone)]
struct Part {
    member: Member,
    ty: Type,
    about: AboutField,
}

impl Part {
    fn new((at, Field { ident, ty, attrs, .. }): (usize, &Field), errors: &mut Errors) -> Self {
        let member = match ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(Index { index: at as u32, span: Span::mixed_site() }),
        };
        Part { member, ty: ty.clone(), about: AboutField::new(attrs, errors) }
    }

    /// The name of the field; that of a tuple has none.
    fn name(&self) -> Option<Ident> {
        match &self.member {
            Member::Named(name) => Some(name.unraw()),
            Member::Unnamed(_) => None,
        }
    }

    fn is_marked(&self, word: &str) -> bool {
        self.about.mark.as_ref().is_some_and(|mark| mark == word)
    }
}

impl Model {
    /// Reads a struct; `None` if something is wrong.
    fn new(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let about = AboutStruct::new(input, errors);
        let Data::Struct(data) = &input.data else {
            errors.add(
                &input.ident,
                "a model is a struct: derive `Cacheable` for the struct of each kind, or implement it",
            );
            return None;
        };
        let parts = parts(&data.fields, errors);
        let [ids, updated_at] = ["id", "updated_at"].map(|word| {
            let found = find(&parts, word);
            if found.is_empty() {
                errors.add(
                    &input.ident,
                    format!(
                        "a model has a field `{word}`: add one, or write `#[cache({word})]` above the field that is it"
                    ),
                );
            }
            found
        });
        if let [_, second, ..] = &updated_at[..] {
            errors.add(&second.about.mark, "only one field is `updated_at`: remove one of the two");
        }
        let updated_at = updated_at.into_iter().next()?;
        let table = Table::new(input, &about, &parts, &ids, &updated_at, errors);
        Some(Model { about, table, ids, updated_at })
    }

    fn expand(&self, input: &DeriveInput) -> TokenStream {
        let Model { about, table, ids, updated_at } = self;
        let runtime_at = |place| runtime_path(about.runtime.as_ref(), place);
        let (ident, (implemented, types, bounds)) = (&input.ident, input.generics.split_for_impl());
        let ids: Vec<_> =
            ids.iter().map(|Part { member, ty, .. }| quote_spanned!(place_of(ty)=> &self.#member)).collect();
        let (member, place) = (&updated_at.member, place_of(&updated_at.ty));
        let runtime = runtime_at(place);
        let moment = quote_spanned!(place=> #runtime::macro_support::UpdatedAt::new(&self.#member).moment());
        let runtime = runtime_at(Span::mixed_site());
        let (name, table) = (&about.name, table.expand(&runtime));
        quote_spanned! {Span::mixed_site()=>
            impl #implemented #runtime::model::Cacheable for #ident #types #bounds {
                const NAME: &'static ::core::primitive::str = #name;

                fn cache_id(&self) -> ::std::string::String {
                    #runtime::macro_support::id(&[#(#ids),*])
                }

                fn updated_at(&self) -> ::core::option::Option<::std::time::SystemTime> {
                    #moment
                }
            }

            impl #implemented #runtime::touches::Touchable for #ident #types #bounds {
                fn table() -> #runtime::touches::Table {
                    #table
                }

                fn id_values(&self) -> ::std::vec::Vec<::std::string::String> {
                    #runtime::macro_support::id_values(&[#(#ids),*])
                }
            }
        }
    }
}

/// The type's position, with the hygiene of this macro: there the compiler reports a type that does not fit.
fn place_of(ty: &Type) -> Span {
    ty.span().resolved_at(Span::mixed_site())
}

fn parts(fields: &Fields, errors: &mut Errors) -> Vec<Part> {
    let parts: Vec<_> = fields.iter().enumerate().map(|field| Part::new(field, errors)).collect();
    for part in &parts {
        if let Some(stamp) =
            part.about.stamp.as_ref().filter(|_| !find(&parts, "updated_at").iter().any(|it| it.member == part.member))
        {
            errors.add(stamp, "only the field `updated_at` has a `stamp`: remove it");
        }
    }
    parts
}

/// The fields that are marked with this word, or else the one of this name.
fn find(parts: &[Part], word: &str) -> Vec<Part> {
    let marked: Vec<_> = parts.iter().filter(|part| part.is_marked(word)).cloned().collect();
    if !marked.is_empty() {
        return marked;
    }
    parts.iter().filter(|part| part.name().is_some_and(|name| name == word)).cloned().collect()
}

/// The path of a word that `#[cache(…)]` does not know.
fn unknown(path: &syn::Path, of: &str, known: &[&str]) -> syn::Error {
    let word = quote!(#path).to_string();
    let hint = crate::did_you_mean::hint(&word, known);
    syn::Error::new_spanned(path, format!("`#[cache]` above {of} has no argument `{word}`: {hint}"))
}
