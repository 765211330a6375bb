//! The tags of an entry: texts with placeholders, as in a key.

use proc_macro2::Ident;
use syn::LitStr;

use crate::args::Args;
use crate::errors::Errors;
use crate::key::{self, FieldPath, Key, Names};
use crate::signature::Argument;

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
    let names = Names { args, arguments, element: key.element() };
    let tags = args.tags.iter().filter_map(|text| {
        let template = key::parsed(text, errors)?;
        Some(Tag { text: text.clone(), values: names.values(&template, text, errors), pieces: template.pieces })
    });
    tags.collect()
}
