//! Another name for `self`: a task has no receiver, only a copy of one.

#[cfg(test)]
mod tests;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};

/// The name instead of `self`. It is hygienic, so it does not collide with a name of the user's.
pub(super) fn this(place: Span) -> Ident {
    Ident::new("this", place.resolved_at(Span::mixed_site()))
}

/// The statements with another name instead of every `self` that is the function's own.
///
/// The statements are not parsed. Items with a `self` of their own (an `impl`, a `trait`, a `macro_rules!`) and
/// paths (`self::name`, `use`, `pub(self)`) stay as they are.
pub(super) fn without_self(statements: TokenStream) -> TokenStream {
    let mut renamed = TokenStream::new();
    let mut tokens = statements.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_path = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':');
        let next = match token {
            TokenTree::Ident(word) if word == "self" && !is_path => TokenTree::Ident(this(word.span())),
            TokenTree::Group(group) => TokenTree::Group(inside(&group)),
            other => other,
        };
        let end = end_of_foreign(&next);
        renamed.extend([next]);
        if let Some(is_end) = end {
            let mut ended = false;
            renamed.extend(std::iter::from_fn(|| tokens.next_if(|_| !ended).inspect(|token| ended = is_end(token))));
        }
    }
    renamed
}

fn inside(group: &Group) -> Group {
    let mut renamed = Group::new(group.delimiter(), without_self(group.stream()));
    renamed.set_span(group.span());
    renamed
}

/// If the token begins something with another `self`: how to recognise where that ends.
fn end_of_foreign(token: &TokenTree) -> Option<fn(&TokenTree) -> bool> {
    let TokenTree::Ident(word) = token else { return None };
    match word.to_string().as_str() {
        "impl" | "trait" | "macro_rules" => Some(|token| is_braces(token) || is_semicolon(token)),
        "use" => Some(is_semicolon),
        "pub" => Some(|_| true),
        _ => None,
    }
}

fn is_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace)
}

fn is_semicolon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';')
}
