//! The tags of a rewritten source.

use std::collections::HashMap;
use std::ops::Range;

use cache_templates::assignment::Assignment;
use cache_templates::scanner::{Kind, Piece, Token, pieces, tokens};
use minijinja::Environment;

use crate::functions::Place;
use crate::statements::{BEGIN, EACH, END};
use crate::syntax::syntax;

/// A source in pieces.
pub(crate) struct Source<'s> {
    pub(crate) text: &'s str,
    pub(crate) pieces: Vec<Piece>,
}

/// A tag of a rewritten source.
pub(crate) struct Tag<'s> {
    pub(crate) number: usize,
    pub(crate) line: usize,
    pub(crate) arguments: &'s str,
    /// The variables of an item in `cache_each`.
    pub(crate) targets: Option<Vec<&'s str>>,
    /// The body's pieces.
    pub(crate) body: Range<usize>,
}

impl Tag<'_> {
    /// One whose words cannot be read: its key names nothing, so whatever is protected must not be in its body.
    fn unread(number: usize) -> Self {
        Tag { number, line: 0, arguments: "", targets: None, body: 0..0 }
    }
}

impl<'s> Source<'s> {
    pub(crate) fn new(env: &Environment<'_>, text: &'s str) -> Self {
        Source { text, pieces: pieces(text, syntax(env.syntax())) }
    }

    pub(crate) fn code(&self, index: usize) -> &'s str {
        &self.text[self.pieces[index].code.clone()]
    }

    /// The tokens of a statement; none of anything else.
    pub(crate) fn statement(&self, index: usize) -> Vec<Token<'s>> {
        match self.pieces[index].kind {
            Kind::Statement | Kind::LineStatement => tokens(self.code(index)),
            _ => Vec::new(),
        }
    }

    /// Whether a piece shows a block of the template that this one extends.
    pub(crate) fn calls_super(&self, index: usize) -> bool {
        let is_code = !matches!(self.pieces[index].kind, Kind::Text | Kind::Comment);
        is_code && tokens(self.code(index)).windows(2).any(|pair| pair[0].text == "super" && pair[1].text == "(")
    }

    /// The tags in the order of their ends. What a tag says is read from its rewritten statements, since nothing else stays with a
    /// template.
    pub(crate) fn tags(&self) -> Vec<Tag<'s>> {
        let mut open = HashMap::new();
        let mut tags = Vec::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            if let Some(tag) = self.opening(index) {
                open.insert(tag.number, tag);
            }
            let words = tokens(self.code(index));
            let body = words.iter().find_map(|token| token.text.strip_prefix("__body_")?.parse::<usize>().ok());
            let Some(number) = body else { continue };
            match piece.kind {
                Kind::Statement if words[0].text == "set" => {
                    open.entry(number).or_insert_with(|| Tag::unread(number)).body = index + 1..index + 1;
                }
                Kind::Expression if words[0].text == END => {
                    // Before it stands `endset`.
                    let end = index.saturating_sub(1);
                    let tag = open.remove(&number);
                    tags.extend(tag.map(|tag| Tag { body: tag.body.start..end.max(tag.body.start), ..tag }));
                }
                _ => {}
            }
        }
        tags
    }

    /// The tag that begins with this piece, its body not known yet: `with __cache_1 = __cache_begin(place,hash,key, …)`.
    fn opening(&self, index: usize) -> Option<Tag<'s>> {
        let code = self.code(index);
        let (is_list, (_, call)) = match code.split_once(BEGIN) {
            Some(call) => (false, call),
            None => (true, code.split_once(EACH)?),
        };
        let mut parts = call.trim().strip_prefix('(')?.strip_suffix(')')?.splitn(3, ',');
        let (line, number) = Place::unpacked(parts.next()?.parse().ok()?);
        let arguments = parts.nth(1)?;
        Some(Tag { number, line, arguments, targets: self.targets(index + 1).filter(|_| is_list), body: index..index })
    }

    /// The variables of an item: behind the call of a list stands `with card = __cache_1.item`.
    fn targets(&self, index: usize) -> Option<Vec<&'s str>> {
        let code = &self.text[self.pieces.get(index)?.code.clone()];
        Some(Assignment::new(code.trim_start().strip_prefix("with")?).targets)
    }
}
