//! Cuts the source of a template into pieces, as the engines do: text, comments, raw blocks, expressions and statements.
//!
//! It never fails. What the engine cannot read either is one last piece of text, about which the engine complains.

use std::ops::Range;

/// The delimiters of an engine.
#[derive(Clone, Copy, Debug)]
pub struct Syntax<'s> {
    /// Around expressions: `{{` and `}}`.
    pub expression: (&'s str, &'s str),
    /// Around statements: `{%` and `%}`.
    pub statement: (&'s str, &'s str),
    /// Around comments: `{#` and `#}`.
    pub comment: (&'s str, &'s str),
    /// What makes the rest of a line a statement.
    pub line_statement: Option<&'s str>,
    /// What makes the rest of a line a comment.
    pub line_comment: Option<&'s str>,
}

/// What a piece of a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, a raw block, or a line comment.
    Text,
    /// `{# … #}`.
    Comment,
    /// `{{ … }}`.
    Expression,
    /// `{% … %}`.
    Statement,
    /// A statement that takes a line, without delimiters.
    LineStatement,
}

/// A piece of a source, by the positions of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// With its delimiters.
    pub all: Range<usize>,
    /// What is between the delimiters and their `-` or `+`; of text all of it.
    pub code: Range<usize>,
}

/// The delimiters of a syntax, the longest first.
struct Markers<'s> {
    starts: Vec<(&'s str, Start)>,
    syntax: Syntax<'s>,
}

#[derive(Clone, Copy)]
enum Start {
    Expression,
    Statement,
    Comment,
    LineStatement,
    LineComment,
}

/// The pieces of a source, in order and without gaps.
pub fn pieces(source: &str, syntax: Syntax<'_>) -> Vec<Piece> {
    let markers = Markers::new(syntax);
    let (mut pieces, mut at) = (Vec::new(), 0);
    while let Some((start, marker, kind)) = markers.find(source, at) {
        text(&mut pieces, at..start);
        let Some(piece) = markers.piece(source, start, marker, kind) else {
            at = start;
            break;
        };
        at = piece.all.end;
        pieces.push(piece);
    }
    text(&mut pieces, at..source.len());
    pieces
}

fn text(pieces: &mut Vec<Piece>, all: Range<usize>) {
    if !all.is_empty() {
        pieces.push(Piece { kind: Kind::Text, code: all.clone(), all });
    }
}

impl<'s> Markers<'s> {
    fn new(syntax: Syntax<'s>) -> Self {
        let mut starts = vec![
            (syntax.expression.0, Start::Expression),
            (syntax.statement.0, Start::Statement),
            (syntax.comment.0, Start::Comment),
        ];
        starts.extend(syntax.line_statement.map(|prefix| (prefix, Start::LineStatement)));
        starts.extend(syntax.line_comment.map(|prefix| (prefix, Start::LineComment)));
        starts.sort_by_key(|(marker, _)| std::cmp::Reverse(marker.len()));
        Markers { starts, syntax }
    }

    /// The next start marker: where it is, how long, and which one.
    fn find(&self, source: &str, from: usize) -> Option<(usize, usize, Start)> {
        let is_first_byte = |byte: &u8| self.starts.iter().any(|(marker, _)| marker.as_bytes().first() == Some(byte));
        let mut at = from;
        loop {
            at += source.as_bytes()[at..].iter().position(is_first_byte)?;
            let rest = &source.as_bytes()[at..];
            let found = self.starts.iter().find(|(marker, start)| {
                rest.starts_with(marker.as_bytes())
                    && (!matches!(start, Start::LineStatement) || begins_its_line(&source.as_bytes()[..at]))
            });
            match found {
                Some((marker, start)) => return Some((at, marker.len(), *start)),
                None => at += 1,
            }
        }
    }

    fn piece(&self, source: &str, start: usize, marker: usize, kind: Start) -> Option<Piece> {
        let inside = start + marker;
        let (kind, code, end) = match kind {
            Start::Comment => {
                let close = self.syntax.comment.1;
                let length = source[inside..].find(close)?;
                (Kind::Comment, inside..inside + length, inside + length + close.len())
            }
            Start::Expression => {
                let (code, end) = code(source, inside, self.syntax.expression.1)?;
                (Kind::Expression, code, end)
            }
            Start::Statement => {
                let close = self.syntax.statement.1;
                match basic_tag(&source[inside..], "raw", close, true) {
                    Some(opened) => (Kind::Text, start..start, self.end_of_raw(source, inside + opened)?),
                    None => {
                        let (code, end) = code(source, inside, close)?;
                        (Kind::Statement, code, end)
                    }
                }
            }
            Start::LineStatement => {
                let end = end_of_line_statement(source, inside);
                (Kind::LineStatement, inside..end, end)
            }
            Start::LineComment => {
                let length = source[inside..].find(['\r', '\n']).unwrap_or(source.len() - inside);
                (Kind::Text, start..start, inside + length)
            }
        };
        let code = if kind == Kind::Text { start..end } else { code };
        Some(Piece { kind, all: start..end, code })
    }

    fn end_of_raw(&self, source: &str, from: usize) -> Option<usize> {
        let (open, close) = self.syntax.statement;
        let mut at = from;
        loop {
            at += source[at..].find(open)? + open.len();
            if let Some(length) = basic_tag(&source[at..], "endraw", close, true) {
                return Some(at + length);
            }
        }
    }
}

fn begins_its_line(before: &[u8]) -> bool {
    matches!(before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t')), None | Some(b'\r' | b'\n'))
}

/// The length of a tag of one word, with its closing delimiter.
fn basic_tag(source: &str, word: &str, close: &str, allows_marker: bool) -> Option<usize> {
    let is_blank = |char: char| char.is_ascii_whitespace();
    let rest = if allows_marker { source.strip_prefix(['-', '+']).unwrap_or(source) } else { source };
    let rest = rest.trim_start_matches(is_blank).strip_prefix(word)?.trim_start_matches(is_blank);
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest).strip_prefix(close)?;
    Some(source.len() - rest.len())
}

/// The code from here to the closing delimiter, and where that ends. In brackets and strings nothing closes.
fn code(source: &str, from: usize, close: &str) -> Option<(Range<usize>, usize)> {
    let bytes = source.as_bytes();
    let start = from + usize::from(matches!(bytes.get(from), Some(b'-' | b'+')));
    let (mut at, mut depth) = (start, 0_isize);
    while at < bytes.len() {
        if depth == 0 {
            let marker = usize::from(matches!(bytes[at], b'-' | b'+'));
            if bytes[at + marker..].starts_with(close.as_bytes()) {
                return Some((start..at, at + marker + close.len()));
            }
            if bytes[at..].starts_with(close.as_bytes()) {
                return Some((start..at, at + close.len()));
            }
        }
        match bytes[at] {
            quote @ (b'\'' | b'"' | b'`') => at = end_of_string(bytes, at, quote)?,
            b'(' | b'[' | b'{' => (at, depth) = (at + 1, depth + 1),
            b')' | b']' | b'}' => (at, depth) = (at + 1, depth - 1),
            _ => at += 1,
        }
    }
    None
}

fn end_of_string(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

fn end_of_line_statement(source: &str, from: usize) -> usize {
    let bytes = source.as_bytes();
    let (mut at, mut depth) = (from, 0_isize);
    while at < bytes.len() {
        match bytes[at] {
            b'\r' | b'\n' if depth == 0 => break,
            quote @ (b'\'' | b'"' | b'`') => match end_of_string(bytes, at, quote) {
                Some(end) => at = end,
                None => return bytes.len(),
            },
            b'(' | b'[' | b'{' => (at, depth) = (at + 1, depth + 1),
            b')' | b']' | b'}' => (at, depth) = (at + 1, depth - 1),
            _ => at += 1,
        }
    }
    at
}

/// A token of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'s> {
    /// The token.
    pub text: &'s str,
    /// Where it begins in the code.
    pub at: usize,
}

impl Token<'_> {
    /// Whether it is a name or a keyword.
    pub fn is_name(&self) -> bool {
        self.text.starts_with(|char: char| char.is_alphabetic() || char == '_')
    }

    /// Whether it is a text in quotes.
    pub fn is_string(&self) -> bool {
        self.text.starts_with(['"', '\'', '`'])
    }
}

/// The names, strings, numbers and operators of code. An operator is one character here.
pub fn tokens(code: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(first) = code[at..].chars().next() {
        let rest = &code[at..];
        let length = match first {
            '"' | '\'' | '`' => end_of_string(code.as_bytes(), at, first as u8).map_or(rest.len(), |end| end - at),
            _ if first.is_alphanumeric() || first == '_' => {
                rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        // An escape at the end of a string may reach past a character.
        let end = (at + length..=code.len()).find(|end| code.is_char_boundary(*end)).unwrap_or(code.len());
        if !first.is_whitespace() {
            tokens.push(Token { text: &code[at..end], at });
        }
        at = end;
    }
    tokens
}
