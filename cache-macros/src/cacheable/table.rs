//! The table of a model, and the rows that its rows touch.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::{DeriveInput, LitStr};

use super::Part;
use super::attributes::{AboutStruct, Touch, TouchColumn};
use crate::did_you_mean;
use crate::errors::Errors;

pub(super) struct Table {
    name: LitStr,
    ids: Vec<LitStr>,
    updated_at: LitStr,
    /// A variant of the runtime's `Stamp`.
    stamp: Option<Ident>,
    /// Columns, and the tables that they name a row of.
    touches: Vec<(LitStr, LitStr)>,
}

impl Table {
    pub(super) fn new(
        input: &DeriveInput,
        about: &AboutStruct,
        parts: &[Part],
        ids: &[Part],
        updated_at: &Part,
        errors: &mut Errors,
    ) -> Self {
        let name = about.table.clone().unwrap_or_else(|| table_name(&input.ident));
        let stamp = updated_at.about.stamp.as_ref().map(|stamp| {
            let value = stamp.value();
            let (first, rest) = value.split_at(1);
            Ident::new(&format!("{}{rest}", first.to_uppercase()), Span::mixed_site())
        });
        let touches = about.touches.iter().filter_map(|touch| {
            let column = column_of_touch(touch, parts, input, errors)?;
            Some((column, touch.parent.clone()))
        });
        let touches = touches.collect();
        Table { name, ids: ids.iter().map(column).collect(), updated_at: column(updated_at), stamp, touches }
    }

    pub(super) fn expand(&self, runtime: &TokenStream) -> TokenStream {
        let Table { name, ids, updated_at, stamp, touches } = self;
        let stamp = stamp.iter();
        let (columns, parents): (Vec<_>, Vec<_>) = touches.iter().map(|(column, parent)| (column, parent)).unzip();
        quote_spanned! {Span::mixed_site()=>
            #runtime::touches::Table::new(#name).ids([#(#ids),*]).updated_at(#updated_at)
                #(.stamp(#runtime::touches::Stamp::#stamp))*
                #(.touches(#columns, #parents))*
        }
    }
}

/// The column of a field: its name, or what `#[cache(column = "…")]` says.
fn column(part: &Part) -> LitStr {
    let name = part.member.to_token_stream().to_string();
    let name = name.strip_prefix("r#").unwrap_or(&name);
    part.about.column.clone().unwrap_or_else(|| LitStr::new(name, Span::mixed_site()))
}

fn column_of_touch(touch: &Touch, parts: &[Part], input: &DeriveInput, errors: &mut Errors) -> Option<LitStr> {
    let field = match &touch.column {
        TouchColumn::Column(column) => return Some(column.clone()),
        TouchColumn::Field(field) => field,
    };
    let names: Vec<_> = parts.iter().filter_map(|part| Some((part.name()?.to_string(), part))).collect();
    let found = names.iter().find(|(name, _)| field == name).map(|(_, part)| column(part));
    if found.is_none() {
        let known: Vec<_> = names.iter().map(|(name, _)| &**name).collect();
        let (of, hint) = (&input.ident, did_you_mean::hint(&field.to_string(), &known));
        let advice = format!("for a column without a field write `\"{field}\"`");
        errors.add(field, format!("`{of}` has no field `{field}`: {hint}; {advice}"));
    }
    found
}

/// `line_items` for `LineItem`.
fn table_name(ident: &Ident) -> LitStr {
    let mut name = String::new();
    for letter in ident.unraw().to_string().chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    LitStr::new(&format!("{name}s"), ident.span())
}
