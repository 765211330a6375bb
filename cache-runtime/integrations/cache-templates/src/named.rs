//! Which variables a key names.
//!
//! Only a variable whose value is a part of the key tells who sees the fragment. A condition on it does not: half of the users
//! share `current_user is defined`.

use crate::protection::Names;
use crate::scanner::{Token, tokens};
use crate::tag;

/// The variables that are parts of a tag's key, with their attributes: `current_user.id`.
pub fn named(arguments: &str) -> Names {
    let mut names = Names::new();
    add(tag::parts(arguments)[0].text, &mut names);
    add_options(arguments, &mut names);
    names
}

/// The variables that are parts of an item's key: the item itself, and not its list, whose other items are not in the key.
pub fn named_by_item<'s>(targets: impl IntoIterator<Item = &'s str>, list: &str) -> Names {
    let mut names: Names = targets.into_iter().map(str::to_owned).collect();
    add_options(list, &mut names);
    names
}

fn add_options(arguments: &str, names: &mut Names) {
    for part in tag::parts(arguments) {
        if matches!(part.option, Some("vary" | "version")) {
            add(part.value(), names);
        }
    }
}

/// Adds the variables of a path, of a tuple or list of these, or of texts joined by `~`.
fn add(code: &str, names: &mut Names) {
    let tokens = tokens(code);
    match &tokens[..] {
        [open, .., last] if tag::closing(&tokens, 0) == Some(tokens.len() - 1) && matches!(open.text, "(" | "[") => {
            tag::parts(&code[open.at + 1..last.at]).iter().for_each(|part| add(part.text, names));
        }
        _ => names.extend(joined(&tokens).unwrap_or_default()),
    }
}

/// The variables of `'menu-' ~ user.id ~ '-' ~ page`. Two in a row tell nothing: 1 and 12 are joined to the text of 11 and 2.
fn joined(tokens: &[Token<'_>]) -> Option<Vec<String>> {
    let (mut paths, mut is_after_path) = (Vec::new(), false);
    for operand in tokens.split(|token| token.text == "~") {
        if let [text] = operand
            && text.is_string()
        {
            let is_separator = |char: char| !char.is_alphanumeric() && !matches!(char, '"' | '\'' | '`' | '\\');
            is_after_path &= !text.text.contains(is_separator);
            continue;
        }
        if is_after_path {
            return None;
        }
        paths.push(path(operand)?);
        is_after_path = true;
    }
    Some(paths)
}

/// A variable with attributes, perhaps written as a text by `|string`.
fn path(tokens: &[Token<'_>]) -> Option<String> {
    let tokens = match tokens {
        [path @ .., bar, filter] if bar.text == "|" && filter.text == "string" => path,
        path => path,
    };
    let mut parts = tokens.split(|token| token.text == ".");
    let is_path = parts.all(|part| {
        // `user?.name` is an attribute, too.
        matches!(part, [name] if name.is_name()) || matches!(part, [name, mark] if name.is_name() && mark.text == "?")
    });
    let names = tokens.iter().filter(|token| token.is_name()).map(|token| token.text);
    is_path.then(|| names.collect::<Vec<_>>().join("."))
}
