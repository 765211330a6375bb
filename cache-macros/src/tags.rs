//! The tags of an entry: texts with placeholders, as in a key.

use proc_macro2::Ident;
use syn::LitStr;

use crate::args::Args;
use crate::errors::Errors;
use crate::key::{self, FieldPath, Key};
use crate::signature::Argument;
use crate::template;

/// A tag: the pieces of its text, and the values between them.
pub(crate) struct Tag {
    pub(crate) text: LitStr,
    pub(crate) pieces: Vec<String>,
    pub(crate) values: Vec<FieldPath>,
}

impl Tag {
    /// Whether the tag contains the argument or a field of it.
    pub(crate) fn uses(&self, name: &Ident) -> bool {
        self.values.iter().any(|value| value.argument == *name)
    }
}

/// Plans the tags, and reports what is wrong with them.
pub(crate) fn tags(args: &Args, arguments: &[Argument], key: &Key, errors: &mut Errors) -> Vec<Tag> {
    let element = key.element();
    args.tags.iter().filter_map(|text| tag(text, args, arguments, element, errors)).collect()
}

fn tag(
    text: &LitStr,
    args: &Args,
    arguments: &[Argument],
    element: Option<&Ident>,
    errors: &mut Errors,
) -> Option<Tag> {
    let template = match template::parse(&text.value()) {
        Ok(template) => template,
        Err(wrong) => {
            wrong.into_iter().for_each(|wrong| errors.add(text, wrong));
            return None;
        }
    };
    let values =
        template.placeholders.iter().map(|placeholder| key::value(placeholder, text, args, arguments, element));
    let values = values.filter_map(|value| errors.ok(value).flatten()).collect();
    Some(Tag { text: text.clone(), pieces: template.pieces, values })
}
