//! Finds the references in a style sheet, and writes others in their place.

use std::ops::Range;

use cssparser::{BasicParseErrorKind, ParseError, ParseErrorKind, Parser, Token, serialize_string};

/// A reference with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// What it says, without escapes.
    pub(crate) value: String,
    /// In bytes: what is to be replaced.
    span: Range<usize>,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The span is the value itself, between the quotes or parentheses.
    Verbatim,
    /// The span is the whole string, which has escapes or no end.
    String,
    /// The span is `url(…)` without quotes, which has escapes or no end.
    Url,
}

/// The style sheet has more levels of blocks than cssparser follows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooDeep;

impl Reference {
    /// The line that it is on, from 1 on.
    pub(crate) fn line(&self, css: &str) -> usize {
        1 + css[..self.span.start].matches('\n').count()
    }

    fn replacement(&self, value: &str) -> String {
        let mut quoted = String::new();
        match self.form {
            Form::Verbatim => return value.to_owned(),
            Form::String | Form::Url => serialize_string(value, &mut quoted).expect("a String takes everything"),
        }
        if self.form == Form::Url { format!("url({quoted})") } else { quoted }
    }
}

/// Finds `url(…)`, `src(…)`, `@import "…"` and the strings of `image-set(…)`, in the order of the text.
pub(crate) fn references(css: &str) -> Result<Vec<Reference>, TooDeep> {
    let mut found = Vec::new();
    match walk(&mut Parser::new(css), Strings::AreText, true, &mut found) {
        Err(ParseError { kind: ParseErrorKind::Basic(BasicParseErrorKind::TooManyNestedBlocks), .. }) => Err(TooDeep),
        _ => Ok(found),
    }
}

/// Writes other values in place of references. Everything else stays, byte for byte.
pub(crate) fn replace<'r>(css: &str, values: impl Iterator<Item = (&'r Reference, String)>) -> String {
    let (mut written, mut from) = (String::with_capacity(css.len()), 0);
    for (reference, value) in values {
        written.push_str(&css[from..reference.span.start]);
        written.push_str(&reference.replacement(&value));
        from = reference.span.end;
    }
    written.push_str(&css[from..]);
    written
}

/// What the strings of a block are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strings {
    AreText,
    AreReferences,
}

/// The statement that a token belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Statement {
    /// Right behind `@import`.
    Import,
    /// A namespace is a name, and not a reference, even in `url(…)`.
    Namespace,
    Other,
}

/// A token, as far as it matters.
enum Piece {
    Blank,
    AtKeyword(Statement),
    String(String),
    Url(String),
    Function(Strings),
    Block,
    StatementEnd,
    Other,
}

fn walk(
    parser: &mut Parser<'_>,
    strings: Strings,
    is_top: bool,
    found: &mut Vec<Reference>,
) -> Result<(), ParseError<()>> {
    let mut statement = Statement::Other;
    loop {
        let start = parser.position();
        let Ok(token) = parser.next_including_whitespace_and_comments() else { return Ok(()) };
        let piece = piece(token, is_top);
        match piece {
            Piece::Blank => continue,
            Piece::AtKeyword(begun) => {
                statement = begun;
                continue;
            }
            Piece::String(value) if statement == Statement::Import || strings == Strings::AreReferences => {
                found.push(reference(value, start.byte_index(), parser.slice_from(start), Form::String));
            }
            Piece::Url(value) if statement != Statement::Namespace => {
                found.push(reference(value, start.byte_index(), parser.slice_from(start), Form::Url));
            }
            Piece::Function(strings) if statement != Statement::Namespace => {
                parser.parse_nested_block(|parser| walk(parser, strings, false, found))?;
            }
            Piece::Block => {
                parser.parse_nested_block(|parser| walk(parser, Strings::AreText, false, found))?;
                statement = Statement::Other;
            }
            Piece::StatementEnd => statement = Statement::Other,
            Piece::String(_) | Piece::Url(_) | Piece::Function(_) | Piece::Other => {}
        }
        if statement == Statement::Import {
            statement = Statement::Other;
        }
    }
}

fn piece(token: &Token<'_>, is_top: bool) -> Piece {
    match token {
        Token::WhiteSpace(_) | Token::Comment(_) => Piece::Blank,
        Token::AtKeyword(name) if is_top && name.eq_ignore_ascii_case("import") => Piece::AtKeyword(Statement::Import),
        Token::AtKeyword(name) if is_top && name.eq_ignore_ascii_case("namespace") => {
            Piece::AtKeyword(Statement::Namespace)
        }
        Token::AtKeyword(_) => Piece::AtKeyword(Statement::Other),
        Token::QuotedString(value) => Piece::String(value.to_string()),
        Token::UnquotedUrl(value) => Piece::Url(value.to_string()),
        Token::Function(name) if takes_references(name) => Piece::Function(Strings::AreReferences),
        Token::Function(_) => Piece::Function(Strings::AreText),
        Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock => Piece::Block,
        Token::Semicolon => Piece::StatementEnd,
        _ => Piece::Other,
    }
}

fn takes_references(function: &str) -> bool {
    ["url", "src", "image-set", "-webkit-image-set"].iter().any(|name| function.eq_ignore_ascii_case(name))
}

/// `raw` is the token as it is written, at the byte `start`.
fn reference(value: String, start: usize, raw: &str, form: Form) -> Reference {
    let inner = match form {
        Form::Url => raw.find('(').map(|open| {
            let inside = raw[open + 1..].strip_suffix(')').unwrap_or_default();
            open + 1 + (inside.len() - inside.trim_start_matches(is_blank).len())
        }),
        _ => raw.ends_with(['"', '\'']).then_some(1),
    };
    // What is written is what is meant: there are no escapes, and the token has an end.
    let verbatim = inner.filter(|at| {
        raw[*at..].strip_prefix(&*value).is_some_and(|rest| match form {
            Form::Url => rest.trim_start_matches(is_blank) == ")",
            _ => rest.len() == 1,
        })
    });
    match verbatim {
        Some(at) => Reference { span: start + at..start + at + value.len(), value, form: Form::Verbatim },
        None => Reference { span: start..start + raw.len(), value, form },
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

#[cfg(test)]
mod tests;
