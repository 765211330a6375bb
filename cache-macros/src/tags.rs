//! The tags of what is kept: texts with placeholders, as a key is.

use proc_macro2::Ident;
use syn::LitStr;

use crate::args::Args;
use crate::key::{self, Key, Value};
use crate::mistakes::Mistakes;
use crate::signature::Argument;
use crate::template;

/// A tag: the pieces of its text, and the values between them.
pub(crate) struct Tag {
    pub(crate) text: LitStr,
    pub(crate) pieces: Vec<String>,
    pub(crate) values: Vec<Value>,
}

impl Tag {
    /// Whether the argument or a field of it stands in the tag.
    pub(crate) fn uses(&self, name: &Ident) -> bool {
        self.values.iter().any(|value| value.argument == *name)
    }
}

/// Plans the tags, and reports what is wrong with them.
pub(crate) fn tags(args: &Args, arguments: &[Argument], key: &Key, mistakes: &mut Mistakes) -> Vec<Tag> {
    let element = key.element();
    args.tags.iter().filter_map(|text| tag(text, args, arguments, element, mistakes)).collect()
}

fn tag(
    text: &LitStr,
    args: &Args,
    arguments: &[Argument],
    element: Option<&Ident>,
    mistakes: &mut Mistakes,
) -> Option<Tag> {
    let template = match template::parse(&text.value()) {
        Ok(template) => template,
        Err(wrong) => {
            wrong.into_iter().for_each(|wrong| mistakes.add(text, wrong));
            return None;
        }
    };
    let values =
        template.placeholders.iter().map(|placeholder| key::value(placeholder, text, args, arguments, element));
    let values = values.filter_map(|value| mistakes.keep(value).flatten()).collect();
    Some(Tag { text: text.clone(), pieces: template.pieces, values })
}
