//! Replaces `cache` tags by statements that an engine has, on the same lines.
//!
//! The body stays where it is, in the template's own scope, so that includes, `super()` and loop variables work in it.

mod refused;

use crate::hash::hash;
use crate::mistake::{Mistake, mistake};
use crate::scanner::{Kind, Piece, Syntax, pieces, tokens};
use crate::tag::{self, Each};

/// How many tags a template may have.
const MOST: usize = 0xffff;

/// How an engine writes a tag in its own statements.
pub trait Statements {
    /// What stands before the body. It ends with a statement that has `__body_` in it and a blank behind that, which is where
    /// lines are added.
    fn begin(&self, place: &Place<'_>, words: &Words<'_>) -> String;

    /// What stands behind the body. `rest` is the blank behind the tag's word.
    fn end(&self, place: &Place<'_>, is_list: bool, rest: &str) -> String;

    /// Why a statement cannot be in a body, besides what no engine can do.
    fn refused_statement(&self, _word: &str) -> Option<&'static str> {
        None
    }

    /// Why a name cannot be in a body. `next` is the token behind it.
    fn refused_name(&self, name: &str, next: &str, is_in_loop: bool) -> Option<&'static str>;
}

/// A tag of a source.
#[derive(Clone, Copy, Debug)]
pub struct Place<'s> {
    /// The delimiters.
    pub syntax: Syntax<'s>,
    /// It counts from 1.
    pub number: usize,
    /// It counts from 1.
    pub line: usize,
    /// Of the source.
    pub hash: u64,
    /// `-` or `+` at the start of the tag.
    pub left: &'static str,
    /// `-` or `+` at its end.
    pub right: &'static str,
    /// The blank before the tag's word.
    pub head: &'s str,
}

/// What a tag says.
#[derive(Clone, Copy, Debug)]
pub enum Words<'s> {
    /// `cache`.
    One {
        /// The key and the options.
        arguments: &'s str,
    },
    /// `cache_each`.
    Each {
        /// The name, or names, before `in`.
        target: &'s str,
        /// The list and the options.
        list: &'s str,
    },
}

/// A source without `cache` tags.
#[derive(Debug)]
pub struct Rewritten {
    /// The source.
    pub source: String,
    /// How many tags it had.
    pub tags: usize,
}

/// Rewrites the tags of a source.
///
/// # Errors
///
/// If the tags are unbalanced, have unknown options, or enclose what cannot be in a fragment.
pub fn rewrite(source: &str, syntax: Syntax<'_>, statements: &dyn Statements) -> Result<Rewritten, Mistake> {
    let mut rewriting = Rewriting {
        source,
        syntax,
        statements,
        hash: hash(0, source),
        out: String::with_capacity(source.len()),
        open: Vec::new(),
        count: 0,
    };
    for piece in pieces(source, syntax) {
        rewriting.piece(&piece)?;
    }
    match rewriting.open.pop() {
        Some(open) => mistake(open.at, format!("`{}` has no `{}`", open.tag.begin(), open.tag.end())),
        None => Ok(Rewritten { source: rewriting.out, tags: rewriting.count }),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Cache,
    Each,
}

impl Tag {
    fn begin(self) -> &'static str {
        if self == Tag::Cache { "cache" } else { "cache_each" }
    }

    fn end(self) -> &'static str {
        if self == Tag::Cache { "endcache" } else { "endcache_each" }
    }
}

/// A tag that is not closed yet.
struct Open {
    tag: Tag,
    at: usize,
    number: usize,
    /// The words of the statements inside it that are not closed yet.
    blocks: Vec<String>,
    /// The variables that were assigned inside it.
    assigned: Vec<String>,
}

struct Rewriting<'s> {
    source: &'s str,
    syntax: Syntax<'s>,
    statements: &'s dyn Statements,
    /// Of the source.
    hash: u64,
    out: String,
    open: Vec<Open>,
    count: usize,
}

impl Rewriting<'_> {
    fn piece(&mut self, piece: &Piece) -> Result<(), Mistake> {
        let code = &self.source[piece.code.clone()];
        let word = tokens(code).first().map_or("", |token| token.text);
        match (piece.kind, word) {
            (Kind::Statement, "cache") => return self.begin(Tag::Cache, piece, code),
            (Kind::Statement, "cache_each") => return self.begin(Tag::Each, piece, code),
            (Kind::Statement, "endcache") => return self.end(Tag::Cache, piece, code),
            (Kind::Statement, "endcache_each") => return self.end(Tag::Each, piece, code),
            (Kind::LineStatement, "cache" | "cache_each" | "endcache" | "endcache_each") => {
                let (open, close) = self.syntax.statement;
                return mistake(
                    piece.all.start,
                    format!("write `{open} {} {close}`: it is no line statement", code.trim()),
                );
            }
            (Kind::Statement | Kind::LineStatement, _) => self.check(word, code, piece.all.start)?,
            (Kind::Text, _) => self.check_text(code, piece.all.start)?,
            _ => {}
        }
        if matches!(piece.kind, Kind::Statement | Kind::Expression | Kind::LineStatement) {
            self.check_names(code, piece.all.start)?;
        }
        self.out.push_str(&self.source[piece.all.clone()]);
        Ok(())
    }

    fn begin(&mut self, tag: Tag, piece: &Piece, code: &str) -> Result<(), Mistake> {
        let at = piece.all.start;
        // Its key is evaluated in the body of the outer tag.
        self.check_names(code, at)?;
        let (head, rest) = split_word(code, tag.begin());
        self.count += 1;
        if self.count > MOST {
            return mistake(at, format!("a template has at most {MOST} tags"));
        }
        let number = self.count;
        let words = match tag {
            Tag::Cache => Words::One { arguments: tag::arguments(rest, at)? },
            Tag::Each => {
                let Each { target, list } = tag::each(rest, at)?;
                Words::Each { target, list }
            }
        };
        let out = self.statements.begin(&self.place(piece, number, head), &words);
        self.out.push_str(&with_lines_of(out, &self.source[piece.all.clone()]));
        self.open.push(Open { tag, at, number, blocks: Vec::new(), assigned: Vec::new() });
        Ok(())
    }

    fn end(&mut self, tag: Tag, piece: &Piece, code: &str) -> Result<(), Mistake> {
        let at = piece.all.start;
        let (head, rest) = split_word(code, tag.end());
        if !rest.trim().is_empty() {
            return mistake(at, format!("`{}` stands alone: `{}` is too much", tag.end(), rest.trim()));
        }
        let Some(Open { number, blocks, .. }) = self.open.pop_if(|open| open.tag == tag) else {
            let message = match self.open.last() {
                Some(open) => {
                    let line = self.source[..open.at].matches('\n').count() + 1;
                    format!(
                        "`{}` closes the `{}` of line {line}: write `{}`",
                        tag.end(),
                        open.tag.begin(),
                        open.tag.end()
                    )
                }
                None => format!("`{}` closes no `{}`", tag.end(), tag.begin()),
            };
            return mistake(at, message);
        };
        if let Some(word) = blocks.last() {
            return mistake(at, format!("`{word}` inside `{}` has no `end{word}` before `{}`", tag.begin(), tag.end()));
        }
        let out = self.statements.end(&self.place(piece, number, head), tag == Tag::Each, rest);
        self.out.push_str(&out);
        Ok(())
    }

    fn place<'a>(&'a self, piece: &Piece, number: usize, head: &'a str) -> Place<'a> {
        let [left, right] = self.markers(piece);
        let line = self.source[..piece.all.start].matches('\n').count() + 1;
        Place { syntax: self.syntax, number, line, hash: self.hash, left, right, head }
    }

    /// The `-` or `+` at the start and at the end of a piece.
    fn markers(&self, piece: &Piece) -> [&'static str; 2] {
        let (open, close) = self.syntax.statement;
        let marker = |byte: Option<&u8>| match byte {
            Some(b'-') => "-",
            Some(b'+') => "+",
            _ => "",
        };
        let bytes = self.source.as_bytes();
        let left = (piece.code.start > piece.all.start + open.len()).then(|| &bytes[piece.code.start - 1]);
        let right = (piece.code.end + close.len() < piece.all.end).then(|| &bytes[piece.code.end]);
        [marker(left), marker(right)]
    }
}

/// The blanks before the tag's word, and what follows it.
fn split_word<'s>(code: &'s str, word: &str) -> (&'s str, &'s str) {
    let start = code.len() - code.trim_start().len();
    (&code[..start], &code[start + word.len()..])
}

/// Adds the lines that the rewriting has dropped, inside the last tag, so that the lines below keep their numbers.
fn with_lines_of(mut rewritten: String, original: &str) -> String {
    let lines = |text: &str| text.matches('\n').count();
    let missing = lines(original).saturating_sub(lines(&rewritten));
    let last = rewritten.rfind("__body_").unwrap_or(rewritten.len());
    let blank = rewritten[last..].find(' ').map_or(rewritten.len(), |blank| last + blank);
    rewritten.insert_str(blank, &"\n".repeat(missing));
    rewritten
}
