//! Rewrites `cache` tags into statements that minijinja has, on the same lines.
//!
//! ```text
//! {% cache card %}…{% endcache %}
//! {% with __cache_1 = __cache_begin(PLACE, HASH, card) %}{% if __cache_1.hit %}{{ __cache_1.html }}{% else %}{% set __body_1 %}…
//!     …{% endset %}{{ __cache_end(__cache_1, __body_1) }}{% endif %}{% endwith %}
//! ```
//!
//! The body stays in the template's own scope, so that includes, `super()` and loop variables work in it. `with` keeps what
//! the body sets from being seen behind it, since after a hit it would not be.

use std::fmt::Write as _;

use minijinja::Error;
use minijinja::syntax::SyntaxConfig;

use crate::digest::hash;
use crate::error::{Mistake, mistake};
use crate::functions::packed;
use crate::names;
use crate::originals;
use crate::scanner::{Kind, Piece, pieces, tokens};
use crate::tag::{self, Each};

pub(crate) const BEGIN: &str = "__cache_begin";
pub(crate) const EACH: &str = "__cache_each";
/// How many tags a template may have.
const MOST: usize = 0xffff;
pub(crate) const END: &str = "__cache_end";

/// Rewrites the tags of a source, for `add_template` and `render_str`.
///
/// A loader that [`install`](crate::install) has installed does this for each template.
///
/// ```
/// use cache_runtime::Cache;
/// use minijinja::Environment;
///
/// let mut env = Environment::new();
/// cache_minijinja::install(&mut env, &Cache::memory(), cache_minijinja::no_loader);
/// let source = cache_minijinja::rewrite("menu.html", "{% cache 'menu' %}<nav>{% endcache %}", env.syntax())?;
/// env.add_template_owned("menu.html", source)?;
/// assert_eq!(env.get_template("menu.html")?.render(())?, "<nav>");
/// # Ok::<(), minijinja::Error>(())
/// ```
///
/// # Errors
///
/// If the tags are unbalanced, have unknown options, enclose what cannot be in a fragment, or read variables that are usually
/// protected, which their keys do not name (see [`CacheTag::protect`](crate::CacheTag::protect)). The error has the name of the
/// template and the line.
pub fn rewrite(name: &str, source: &str, syntax: &SyntaxConfig) -> Result<String, Error> {
    let in_template = |mistake: Mistake| mistake.in_template(name, source);
    let rewritten = rewritten(source, syntax).map_err(in_template)?;
    // A template that the environment does not have is not checked when it is rendered.
    match names::first_problem(&rewritten, syntax) {
        Some(problem) => Err(in_template(Mistake::in_line(source, problem))),
        None => Ok(rewritten),
    }
}

/// The same for a loader, whose templates are checked when they are rendered.
pub(crate) fn rewrite_loaded(name: &str, source: &str, syntax: &SyntaxConfig) -> Result<String, Error> {
    rewritten(source, syntax).map_err(|mistake| mistake.in_template(name, source))
}

/// The same, without the name.
pub(crate) fn rewritten(source: &str, syntax: &SyntaxConfig) -> Result<String, Mistake> {
    let mut rewriting = Rewriting {
        source,
        syntax,
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
        None => {
            if rewriting.count > 0 {
                originals::keep(&rewriting.out, source);
            }
            Ok(rewriting.out)
        }
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
    /// The loops inside it that are not closed yet.
    loops: usize,
}

struct Rewriting<'s> {
    source: &'s str,
    syntax: &'s SyntaxConfig,
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
                let (open, close) = self.syntax.block_delimiters();
                return mistake(
                    piece.all.start,
                    format!("write `{open} {} {close}`: it is no line statement", code.trim()),
                );
            }
            (Kind::Statement | Kind::LineStatement, _) => self.check(word, piece.all.start)?,
            _ => {}
        }
        if matches!(piece.kind, Kind::Statement | Kind::Expression | Kind::LineStatement) {
            self.check_names(code, piece.all.start)?;
        }
        self.out.push_str(&self.source[piece.all.clone()]);
        Ok(())
    }

    /// Refuses statements that cannot be in a fragment.
    fn check(&mut self, word: &str, at: usize) -> Result<(), Mistake> {
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let tag = open.tag.begin();
        match word {
            "for" => open.loops += 1,
            "endfor" => open.loops = open.loops.saturating_sub(1),
            "break" | "continue" if open.loops == 0 => {
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
            "extends" => return mistake(at, format!("`extends` cannot be inside `{tag}`")),
            _ => {}
        }
        Ok(())
    }

    /// Refuses what a fragment would take from whoever renders it first.
    fn check_names(&self, code: &str, at: usize) -> Result<(), Mistake> {
        let Some(open) = self.open.last() else { return Ok(()) };
        let tokens = tokens(code);
        let follows = |index: usize, text: &str| tokens.get(index + 1).is_some_and(|token| token.text == text);
        let is_attribute = |index: usize| index > 0 && tokens[index - 1].text == ".";
        for (index, token) in tokens.iter().enumerate().filter(|(index, _)| !is_attribute(*index)) {
            let why = match token.text {
                "self" if follows(index, ".") || follows(index, "[") => {
                    "a template that overrides the block would be served this fragment"
                }
                "caller" if follows(index, "(") => "the key does not know what the caller passes",
                _ => continue,
            };
            let tag = open.tag.begin();
            return mistake(at, format!("`{}` cannot be inside `{tag}`: {why}", token.text));
        }
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
        let (open, close) = self.syntax.block_delimiters();
        let (show, shown) = self.syntax.variable_delimiters();
        let ([left, right], arguments) = (self.markers(piece), rest);
        let place = packed(self.source[..at].matches('\n').count() + 1, number);
        let hash = self.hash;
        let mut out = String::new();
        let written = match tag {
            Tag::Cache => {
                let arguments = tag::arguments(arguments, at)?;
                write!(out, "{open}{left}{head}with __cache_{number} = {BEGIN}({place},{hash},{arguments}) {close}")
            }
            Tag::Each => {
                let Each { target, list } = tag::each(arguments, at)?;
                let target = if target.contains(',') && !target.starts_with('(') {
                    format!("({target})")
                } else {
                    target.to_owned()
                };
                write!(
                    out,
                    "{open}{left}{head}for __cache_{number} in {EACH}({place},{hash},{list}) {close}{open} with {target} = \
                     __cache_{number}.item {close}"
                )
            }
        };
        let hit = write!(
            out,
            "{open} if __cache_{number}.hit {close}{show} __cache_{number}.html {shown}{open} else {close}{open} set \
             __body_{number} {right}{close}"
        );
        debug_assert!(written.and(hit).is_ok(), "a text can be written to");
        self.out.push_str(&with_lines_of(out, &self.source[piece.all.clone()]));
        self.open.push(Open { tag, at, number, loops: 0 });
        Ok(())
    }

    fn end(&mut self, tag: Tag, piece: &Piece, code: &str) -> Result<(), Mistake> {
        let at = piece.all.start;
        let (head, rest) = split_word(code, tag.end());
        if !rest.trim().is_empty() {
            return mistake(at, format!("`{}` stands alone: `{}` is too much", tag.end(), rest.trim()));
        }
        let Some(number) = self.open.pop_if(|open| open.tag == tag).map(|open| open.number) else {
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
        let (open, close) = self.syntax.block_delimiters();
        let (show, shown) = self.syntax.variable_delimiters();
        let [left, right] = self.markers(piece);
        let out = format!(
            "{open}{left}{head}endset {close}{show} {END}(__cache_{number}, __body_{number}) {shown}{open} endif {close}{open} \
             endwith {rest}{}{close}{}",
            if tag == Tag::Cache { right } else { "" },
            if tag == Tag::Each { format!("{open} endfor {right}{close}") } else { String::new() },
        );
        self.out.push_str(&out);
        Ok(())
    }

    /// The `-` or `+` at the start and at the end of a piece.
    fn markers(&self, piece: &Piece) -> [&'static str; 2] {
        let (open, _) = self.syntax.block_delimiters();
        let marker = |byte: Option<&u8>| match byte {
            Some(b'-') => "-",
            Some(b'+') => "+",
            _ => "",
        };
        let bytes = self.source.as_bytes();
        let left = (piece.code.start > piece.all.start + open.len()).then(|| &bytes[piece.code.start - 1]);
        let close = self.syntax.block_delimiters().1;
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
