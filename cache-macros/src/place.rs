//! Where a function is declared, as far as the text of its file shows.
//!
//! An attribute macro is given the function alone. Without `self` and `Self`, a function of an `impl` looks like any other,
//! but an `impl` cannot contain a type, such as that of the companions. Where the text cannot be read, or is not indented, the
//! compiler refuses that type.

#[cfg(test)]
mod tests;

use std::fs;

use proc_macro2::Span;

/// Where a function is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In an `impl` of a type, or in a trait.
    Type,
    /// In an `impl` of a trait.
    ImplOfTrait,
    /// Anywhere else, or it is not known.
    Elsewhere,
}

impl Place {
    /// The place of the attribute that is being expanded.
    pub(crate) fn of_attribute() -> Self {
        text_before_attribute().map_or(Place::Elsewhere, |(text, line)| Place::in_text(&text, line))
    }

    /// The place of a line, counted from 0: what it is in is the nearest item above with less indentation.
    fn in_text(text: &str, line: usize) -> Self {
        let lines: Vec<&str> = text.lines().take(line + 1).collect();
        let Some((attribute, above)) = lines.split_last() else { return Place::Elsewhere };
        let begins_item = |line: &str| {
            let is_outside = indentation(line) < indentation(attribute);
            is_outside && line.trim_start().starts_with(char::is_alphabetic) && line.trim() != "where"
        };
        let Some(at) = above.iter().rposition(|line| begins_item(line)) else { return Place::Elsewhere };
        let head = above[at..].join(" ");
        let head = head.split('{').next().unwrap_or_default();
        let mut words = head.split([' ', '<']).filter(|word| !word.is_empty());
        match words.find(|word| *word != "unsafe" && !word.starts_with("pub")) {
            // Not `for<'a>` of a bound.
            Some("impl") if head.contains(" for ") => Place::ImplOfTrait,
            Some("impl" | "trait") => Place::Type,
            _ => Place::Elsewhere,
        }
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The text of the file, and the line of the attribute in it, counted from 0; `None` at the left margin, where no `impl` is
/// around it.
fn text_before_attribute() -> Option<(String, usize)> {
    if !proc_macro::is_available() {
        return None;
    }
    let attribute = Span::call_site().unwrap();
    if attribute.column() == 1 {
        return None;
    }
    let text = fs::read_to_string(attribute.local_file()?).ok()?;
    Some((text, attribute.line().checked_sub(1)?))
}
