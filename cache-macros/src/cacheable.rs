//! `#[derive(Cacheable)]`: which fields of a struct are the parts of its key.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Error, Field, Fields, Index, LitStr, Member, Path, Token, Type};

use crate::did_you_mean;
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

/// The parts of a model's key.
struct Model {
    name: LitStr,
    runtime: Option<Path>,
    ids: Vec<Part>,
    updated_at: Part,
}

/// A field, and its type.
struct Part {
    member: Member,
    ty: Type,
}

/// What `#[cache(…)]` can say of a field.
const FIELD_WORDS: [&str; 2] = ["id", "updated_at"];

/// What `#[cache(…)]` can say of a struct.
const STRUCT_WORDS: [&str; 2] = ["name", "crate"];

impl Model {
    /// Reads a struct; `None` if something is wrong.
    fn new(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let (name, runtime) = about_struct(input, errors);
        let Data::Struct(data) = &input.data else {
            errors.add(
                &input.ident,
                "a model is a struct: derive `Cacheable` for the struct of each kind, or implement it",
            );
            return None;
        };
        let marked: Vec<(Part, Option<Ident>)> =
            parts(&data.fields).map(|(part, attrs)| (part, about_field(attrs, errors))).collect();
        let find = |word: &str| -> Vec<usize> {
            let marked_so = |at: &usize| marked[*at].1.as_ref().is_some_and(|mark| mark == word);
            let named_so = |at: &usize| matches!(&marked[*at].0.member, Member::Named(name) if name.unraw() == word);
            let all = 0..marked.len();
            let by_mark: Vec<usize> = all.clone().filter(marked_so).collect();
            if by_mark.is_empty() { all.filter(named_so).collect() } else { by_mark }
        };
        let (ids, updated_at) = (find("id"), find("updated_at"));
        for (word, found) in [("id", &ids), ("updated_at", &updated_at)] {
            if found.is_empty() {
                errors.add(
                    &input.ident,
                    format!(
                        "a model has a field `{word}`: add one, or write `#[cache({word})]` above the field that is it"
                    ),
                );
            }
        }
        if let [_, second, ..] = updated_at[..] {
            errors.add(&marked[second].1, "only one field is `updated_at`: remove one of the two");
        }
        let part = |at: usize| Part { member: marked[at].0.member.clone(), ty: marked[at].0.ty.clone() };
        Some(Model { name, runtime, ids: ids.into_iter().map(part).collect(), updated_at: part(*updated_at.first()?) })
    }

    fn expand(&self, input: &DeriveInput) -> TokenStream {
        let Model { name, ids, updated_at, runtime } = self;
        let runtime_at = |place| runtime_path(runtime.as_ref(), place);
        let (ident, (implemented, types, bounds)) = (&input.ident, input.generics.split_for_impl());
        let ids = ids.iter().map(|Part { member, ty }| quote_spanned!(place_of(ty)=> &self.#member));
        let (member, place) = (&updated_at.member, place_of(&updated_at.ty));
        let runtime = runtime_at(place);
        let moment = quote_spanned!(place=> #runtime::macro_support::UpdatedAt::new(&self.#member).moment());
        let runtime = runtime_at(Span::mixed_site());
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
        }
    }
}

/// The type's position, with the hygiene of this macro: there the compiler reports a type that does not fit.
fn place_of(ty: &Type) -> Span {
    ty.span().resolved_at(Span::mixed_site())
}

fn parts(fields: &Fields) -> impl Iterator<Item = (Part, &[Attribute])> {
    fields.iter().enumerate().map(|(at, Field { ident, ty, attrs, .. })| {
        let member = match ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(Index { index: at as u32, span: Span::mixed_site() }),
        };
        (Part { member, ty: ty.clone() }, &attrs[..])
    })
}

/// The name of the struct in keys, and the path of the library.
fn about_struct(input: &DeriveInput, errors: &mut Errors) -> (LitStr, Option<Path>) {
    let mut name = LitStr::new(&input.ident.unraw().to_string().to_lowercase(), input.ident.span());
    let mut runtime = None;
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("cache")) {
        let read = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("name") {
                name = meta.value()?.parse()?;
                if name.value().is_empty() {
                    return Err(Error::new(name.span(), "the name is empty: write `name = \"card\"`, or remove it"));
                }
            } else if meta.path.is_ident("crate") {
                runtime = Some(meta.value()?.call(Path::parse_mod_style)?);
            } else {
                return Err(unknown(&meta.path, "a struct", &STRUCT_WORDS));
            }
            Ok(())
        });
        errors.ok(read);
    }
    (name, runtime)
}

/// What a field is, if `#[cache(…)]` says so.
fn about_field(attrs: &[Attribute], errors: &mut Errors) -> Option<Ident> {
    let mut mark = None;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("cache")) {
        let read = attr.parse_nested_meta(|meta| {
            if mark.is_some() {
                return Err(meta.error("a field is either `id` or `updated_at`: remove one of the two"));
            }
            let word = meta.path.get_ident().filter(|word| FIELD_WORDS.iter().any(|known| word == known));
            mark = Some(word.ok_or_else(|| unknown(&meta.path, "a field", &FIELD_WORDS))?.clone());
            if meta.input.peek(Token![=]) {
                return Err(meta.error(format!("`{0}` takes no value: write `#[cache({0})]`", quote!(#mark))));
            }
            Ok(())
        });
        errors.ok(read);
    }
    mark
}

fn unknown(path: &Path, of: &str, known: &[&str]) -> Error {
    let word = path.to_token_stream().to_string();
    let hint = did_you_mean::hint(&word, known);
    Error::new_spanned(path, format!("`#[cache]` above {of} has no argument `{word}`: {hint}"))
}
