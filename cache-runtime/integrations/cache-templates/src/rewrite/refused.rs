//! What cannot be in a fragment, and tags that do not end.

use super::{Open, Rewriting, Tag, split_word};
use crate::assignment::Assignment;
use crate::mistake::{Mistake, mistake};
use crate::scanner::{Token, tokens};
use crate::tag;

impl Rewriting<'_> {
    /// Refuses text that begins like a tag: the scanner has found no end of it.
    pub(super) fn check_text(&self, text: &str, at: usize) -> Result<(), Mistake> {
        let Some(code) = text.strip_prefix(self.syntax.statement.0) else { return Ok(()) };
        let code = code.strip_prefix(['-', '+']).unwrap_or(code);
        match tokens(code).first() {
            Some(word) if matches!(word.text, "cache" | "cache_each" | "endcache" | "endcache_each") => mistake(
                at,
                format!("`{}` does not end: a string, a bracket or the tag itself is not closed", word.text),
            ),
            _ => Ok(()),
        }
    }

    /// Refuses statements that cannot be in a fragment.
    pub(super) fn check(&mut self, word: &str, code: &str, at: usize) -> Result<(), Mistake> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let tag = open.tag.begin();
        if !open.follow(word, code) {
            let line = self.source[..open.at].matches('\n').count() + 1;
            let message = match (word, open.tag) {
                ("else", Tag::Each) => "`cache_each` has no `else`: write `{% if list %}` around it".to_owned(),
                _ => format!(
                    "`{word}` is inside the `{tag}` of line {line}, and what it belongs to is not: write `{}` before it",
                    open.tag.end()
                ),
            };
            return mistake(at, message);
        }
        match word {
            "break" | "continue" if !open.has_loop() => {
                let message = format!("`{word}` leaves the `{tag}` tag that it is in: put the loop inside the tag");
                return mistake(at, message);
            }
            "block" => {
                let message = format!(
                    "a `block` cannot be inside `{tag}`, because a template that overrides it would be served this fragment: \
                     put the tag inside the block"
                );
                return mistake(at, message);
            }
            "set" => {
                let set = Assignment::new(split_word(code, word).1);
                if let Some(owner) = set.owners.iter().find(|owner| !open.assigned.iter().any(|known| known == *owner))
                {
                    let message = format!(
                        "an attribute of `{owner}` is set inside `{tag}`, and after a hit it would not be: make `{owner}` inside the \
                         tag, or set it outside"
                    );
                    return mistake(at, message);
                }
                open.assigned.extend(set.targets.iter().map(|name| (*name).to_owned()));
            }
            "with" => {
                let parts = tag::parts(split_word(code, word).1).into_iter();
                let names = parts.flat_map(|part| Assignment::new(part.text).targets);
                open.assigned.extend(names.map(str::to_owned));
            }
            "extends" => return mistake(at, format!("`extends` cannot be inside `{tag}`")),
            _ => {
                if let Some(why) = self.statements.refused_statement(word) {
                    return mistake(at, format!("`{word}` cannot be inside `{tag}`: {why}"));
                }
            }
        }
        Ok(())
    }

    /// Refuses what a fragment would take from whoever renders it first.
    pub(super) fn check_names(&self, code: &str, at: usize) -> Result<(), Mistake> {
        let Some(open) = self.open.last() else { return Ok(()) };
        let tokens = tokens(code);
        for (index, token) in tokens.iter().enumerate().filter(|(index, _)| !is_attribute(&tokens, *index)) {
            let next = tokens.get(index + 1).map_or("", |token| token.text);
            if let Some(why) = self.statements.refused_name(token.text, next, open.has_loop()) {
                return mistake(at, format!("`{}` cannot be inside `{}`: {why}", token.text, open.tag.begin()));
            }
        }
        Ok(())
    }
}

impl Open {
    fn has_loop(&self) -> bool {
        self.blocks.iter().any(|word| word == "for")
    }

    /// Follows what statements open and close. False for one that belongs to a statement outside the tag.
    fn follow(&mut self, word: &str, code: &str) -> bool {
        match word {
            "if" | "for" | "with" | "filter" | "macro" | "call" | "autoescape" => self.blocks.push(word.to_owned()),
            "set" if Assignment::new(split_word(code, word).1).value.is_none() => self.blocks.push(word.to_owned()),
            "else" => return self.blocks.last().is_some_and(|last| matches!(&**last, "if" | "for")),
            "elif" => return self.blocks.last().is_some_and(|last| last == "if"),
            "endif" | "endfor" | "endwith" | "endfilter" | "endmacro" | "endcall" | "endautoescape" | "endset" => {
                let Some(at) = self.blocks.iter().rposition(|open| *open == word["end".len()..]) else { return false };
                self.blocks.truncate(at);
            }
            "endblock" => return false,
            _ => {}
        }
        true
    }
}

fn is_attribute(tokens: &[Token<'_>], index: usize) -> bool {
    index > 0 && tokens[index - 1].text == "."
}
