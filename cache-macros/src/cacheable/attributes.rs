//! What `#[cache(…)]` says of a struct and of its fields.

use proc_macro2::Ident;
use quote::quote;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, DeriveInput, Error, LitStr, Path, Token, parenthesized};

use super::unknown;
use crate::did_you_mean;
use crate::errors::Errors;

/// What is said of a struct.
pub(super) struct AboutStruct {
    /// The name in keys.
    pub(super) name: LitStr,
    pub(super) table: Option<LitStr>,
    pub(super) touches: Vec<Touch>,
    /// The path of the library.
    pub(super) runtime: Option<Path>,
}

/// `post_id => "posts"`
pub(super) struct Touch {
    pub(super) column: TouchColumn,
    pub(super) parent: LitStr,
}

/// A field, or a column without one.
pub(super) enum TouchColumn {
    Field(Ident),
    Column(LitStr),
}

/// What is said of a field.
#[derive(Clone, Default)]
pub(super) struct AboutField {
    /// `id` or `updated_at`.
    pub(super) mark: Option<Ident>,
    pub(super) column: Option<LitStr>,
    pub(super) stamp: Option<LitStr>,
}

const STRUCT_WORDS: [&str; 4] = ["name", "table", "touches", "crate"];
const FIELD_WORDS: [&str; 4] = ["id", "updated_at", "column", "stamp"];
pub(super) const STAMPS: [&str; 3] = ["native", "micros", "millis"];

impl AboutStruct {
    pub(super) fn new(input: &DeriveInput, errors: &mut Errors) -> Self {
        let name = LitStr::new(&input.ident.unraw().to_string().to_lowercase(), input.ident.span());
        let mut about = AboutStruct { name, table: None, touches: Vec::new(), runtime: None };
        for attr in ours(&input.attrs) {
            errors.ok(attr.parse_nested_meta(|meta| about.read(&meta)));
        }
        about
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        if meta.path.is_ident("name") {
            self.name = text(meta, "card")?;
        } else if meta.path.is_ident("table") {
            self.table = Some(text(meta, "cards")?);
        } else if meta.path.is_ident("touches") {
            let content;
            parenthesized!(content in meta.input);
            self.touches.extend(Punctuated::<Touch, Token![,]>::parse_terminated(&content)?);
        } else if meta.path.is_ident("crate") {
            self.runtime = Some(meta.value()?.call(Path::parse_mod_style)?);
        } else {
            return Err(unknown(&meta.path, "a struct", &STRUCT_WORDS));
        }
        Ok(())
    }
}

impl AboutField {
    pub(super) fn new(attrs: &[Attribute], errors: &mut Errors) -> Self {
        let mut about = AboutField::default();
        for attr in ours(attrs) {
            errors.ok(attr.parse_nested_meta(|meta| about.read(&meta)));
        }
        about
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        if meta.path.is_ident("column") {
            self.column = Some(text(meta, "card_id")?);
        } else if meta.path.is_ident("stamp") {
            self.stamp = Some(stamp(meta)?);
        } else if let Some(word) = ["id", "updated_at"].iter().find_map(|word| meta.path.is_ident(word).then_some(word))
        {
            if self.mark.is_some() {
                return Err(meta.error("a field is either `id` or `updated_at`: remove one of the two"));
            }
            if meta.input.peek(Token![=]) {
                return Err(meta.error(format!("`{word}` takes no value: write `#[cache({word})]`")));
            }
            self.mark = meta.path.get_ident().cloned();
        } else {
            return Err(unknown(&meta.path, "a field", &FIELD_WORDS));
        }
        Ok(())
    }
}

impl Parse for Touch {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let column = if input.peek(LitStr) {
            TouchColumn::Column(input.parse()?)
        } else {
            TouchColumn::Field(input.call(Ident::parse_any)?.unraw())
        };
        if !input.peek(Token![=>]) {
            let column = match &column {
                TouchColumn::Field(field) => quote!(#field),
                TouchColumn::Column(column) => quote!(#column),
            };
            return Err(
                input.error(format!("a touch names the table whose row is touched: write `{column} => \"posts\"`"))
            );
        }
        input.parse::<Token![=>]>()?;
        Ok(Touch { column, parent: input.parse()? })
    }
}

fn ours(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cache"))
}

/// The value of `name = "…"`, which is not empty.
fn text(meta: &ParseNestedMeta<'_>, example: &str) -> syn::Result<LitStr> {
    let text: LitStr = meta.value()?.parse()?;
    if text.value().is_empty() {
        let path = &meta.path;
        let word = quote!(#path);
        return Err(Error::new(
            text.span(),
            format!("the {word} is empty: write `{word} = \"{example}\"`, or remove it"),
        ));
    }
    Ok(text)
}

fn stamp(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    let stamp: LitStr = meta.value()?.parse()?;
    if STAMPS.contains(&&*stamp.value()) {
        return Ok(stamp);
    }
    let hint = did_you_mean::hint(&stamp.value(), &STAMPS);
    Err(Error::new(stamp.span(), format!("there is no stamp \"{}\": {hint}", stamp.value())))
}
