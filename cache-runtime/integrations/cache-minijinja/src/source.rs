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

    pub(crate) fn tags(&self) -> Vec<Tag<'s>> {
        let (mut tags, mut arguments, mut starts) = (Vec::new(), HashMap::new(), HashMap::new());
        for (index, piece) in self.pieces.iter().enumerate() {
            let code = self.code(index);
            if let Some((_, call)) = code.split_once(BEGIN).or_else(|| code.split_once(EACH)) {
                // `(place,hash,key, …)`
                let call = call.trim();
                let inside = call.strip_prefix('(').and_then(|call| call.strip_suffix(')')).unwrap_or_default();
                let mut parts = inside.splitn(3, ',');
                let place = parts.next().and_then(|place| place.parse().ok()).map(Place::unpacked);
                let written = place.zip(parts.nth(1));
                // Behind it stands `with card = __cache_1.item`.
                let with = code.contains(EACH).then(|| self.pieces.get(index + 1).map(|_| self.code(index + 1)));
                let targets = with.flatten().and_then(|with| with.trim_start().strip_prefix("with"));
                let targets = targets.map(|with| Assignment::new(with).targets);
                arguments.extend(written.map(|((line, number), arguments)| (number, (line, arguments, targets))));
            }
            let words = tokens(code);
            let body = words.iter().find_map(|token| token.text.strip_prefix("__body_")?.parse::<usize>().ok());
            let Some(number) = body else { continue };
            match piece.kind {
                Kind::Statement if words[0].text == "set" => {
                    starts.insert(number, index + 1);
                }
                Kind::Expression if words[0].text == END => {
                    let start = starts.get(&number).copied().unwrap_or(index);
                    let (line, arguments, targets) = arguments.remove(&number).unwrap_or_default();
                    // Before it stands `endset`.
                    tags.push(Tag {
                        number,
                        line,
                        arguments,
                        targets,
                        body: start..index.saturating_sub(1).max(start),
                    });
                }
                _ => {}
            }
        }
        tags
    }
}
