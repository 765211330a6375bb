//! Finds tags that show something of the user without having the user in their keys.
//!
//! Tera has no public syntax tree, so names are read from the tokens. What is bound inside the body, by a loop or by `set`,
//! is not read from outside. Includes and components are followed, and so are assignments of the same file.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use cache_templates::assignment::variables;
use cache_templates::named::{named, named_by_item};
use cache_templates::protection::{self, Names};
use cache_templates::scanner::{Kind, Piece, Syntax, Token, pieces, tokens};
use cache_templates::tag;

use crate::digest::{self, Components, Sources};

/// Words of the language, which are no variables.
const KEYWORDS: [&str; 20] = [
    "and", "as", "else", "elif", "false", "False", "if", "ignore", "in", "include", "is", "missing", "none", "None",
    "not", "null", "or", "set", "true", "True",
];

/// The first tag that shows something of the user, with the name of its template and its line.
pub(crate) fn problem(sources: &Sources, syntax: Syntax<'_>, protected: &Names) -> Option<String> {
    let components = Components::new(sources, syntax);
    let known = HashMap::new();
    let mut reader = Reader { sources, syntax, components: &components, known, read: HashSet::new(), has_grown: false };
    // In rounds, until another round finds nothing more: templates may include each other.
    loop {
        (reader.has_grown, reader.read) = (false, HashSet::new());
        let problem = first_problem(&mut reader, protected);
        if problem.is_some() || !reader.has_grown {
            return problem;
        }
    }
}

fn first_problem(reader: &mut Reader<'_>, protected: &Names) -> Option<String> {
    let (sources, syntax) = (reader.sources, reader.syntax);
    sources.iter().find_map(|(name, source)| {
        let file = File::new(source, syntax);
        let tags = file.tags();
        if tags.is_empty() {
            return None;
        }
        let definitions = reader.definitions(&file);
        tags.into_iter().find_map(|tag| {
            let arguments = &source[tag.arguments];
            if tag::parts(arguments).iter().any(|part| part.option == Some("public")) {
                return None;
            }
            let reads = reader.reads(&file, tag.body);
            let key = match tag::each(arguments, 0).ok().filter(|_| tag.is_list) {
                Some(each) => named_by_item(variables(&tokens(each.target)), each.list),
                None => named(arguments),
            };
            let problem = protection::problem(&reads, &key, &definitions, protected)?;
            Some(format!("{name}:{}: {problem}", tag.line))
        })
    })
}

/// A source in pieces.
struct File<'s> {
    source: &'s str,
    pieces: Vec<Piece>,
}

/// A tag of a source.
struct Tag {
    line: usize,
    arguments: Range<usize>,
    is_list: bool,
    /// The body's pieces.
    body: Range<usize>,
}

impl<'s> File<'s> {
    fn new(source: &'s str, syntax: Syntax<'_>) -> Self {
        File { source, pieces: pieces(source, syntax) }
    }

    /// The tokens of code; nothing for text and comments.
    fn words(&self, index: usize) -> Vec<Token<'s>> {
        let piece = &self.pieces[index];
        match piece.kind {
            Kind::Expression | Kind::Statement => tokens(&self.source[piece.code.clone()]),
            _ => Vec::new(),
        }
    }

    fn first(&self, index: usize) -> Option<&'s str> {
        match self.pieces[index].kind {
            Kind::Statement => self.words(index).first().map(|word| word.text),
            _ => None,
        }
    }

    fn tags(&self) -> Vec<Tag> {
        let (mut tags, mut open) = (Vec::new(), Vec::new());
        for (index, piece) in self.pieces.iter().enumerate() {
            match self.first(index) {
                Some("cache" | "cache_each") => open.push(index),
                Some("endcache" | "endcache_each") => {
                    let Some(start) = open.pop() else { continue };
                    let code = self.pieces[start].code.clone();
                    let word = self.words(start)[0].clone();
                    let line = self.source[..self.pieces[start].all.start].matches('\n').count() + 1;
                    let arguments = code.start + word.at + word.text.len()..code.end;
                    debug_assert!(piece.all.start >= code.end, "a tag ends behind its beginning");
                    let is_list = word.text == "cache_each";
                    tags.push(Tag { line, arguments, is_list, body: start + 1..index });
                }
                _ => {}
            }
        }
        tags
    }
}

/// Reads sources.
struct Reader<'a> {
    sources: &'a Sources,
    syntax: Syntax<'a>,
    components: &'a Components,
    /// What templates read, as far as it is known.
    known: HashMap<String, Names>,
    /// The templates that this round has read. In a circle the last one uses what the round before knew of the first one.
    read: HashSet<String>,
    /// Whether this round has found what the round before did not know.
    has_grown: bool,
}

impl Reader<'_> {
    /// The variables that these pieces read from outside.
    fn reads(&mut self, file: &File<'_>, range: Range<usize>) -> Names {
        // Names that are bound, by the statement that binds them until it ends.
        let (mut all, mut bound) = (Names::new(), vec![Vec::new()]);
        for index in range {
            let words = file.words(index);
            let mut found = self.in_code(&words);
            if words.windows(2).any(|pair| pair[0].text == "super" && pair[1].text == "(") {
                found.extend(self.of_parent(file));
            }
            let is_bound = |name: &String| bound.iter().flatten().any(|known| *known == protection::root(name));
            all.extend(found.into_iter().filter(|name| !is_bound(name)));
            match file.first(index) {
                Some("for" | "cache_each") => bound.push(targets(&words)),
                // What is set in a branch may not be set behind it.
                Some("if") => bound.push(Vec::new()),
                Some("endfor" | "endif" | "endcache_each") => drop(bound.pop()),
                Some("elif" | "else") => bound.last_mut().into_iter().for_each(Vec::clear),
                // A block may read the variable that it sets.
                Some("set") if words.iter().any(|word| word.text == "=") => {
                    let innermost = bound.last_mut().into_iter();
                    innermost.for_each(|names| names.extend(words.get(1).map(|word| word.text)));
                }
                _ => {}
            }
        }
        all
    }

    fn in_code(&mut self, words: &[Token<'_>]) -> Names {
        let Some(first) = words.first() else { return Names::new() };
        let mut all: Names = match first.text {
            "include" => {
                let texts = words.iter().filter(|word| word.is_string());
                let included: Names =
                    texts.flat_map(|word| self.of_template(word.text.trim_matches(['"', '\'', '`']))).collect();
                included.into_iter().chain(names(&words[1..])).collect()
            }
            // The names before `in` are bound and not read.
            "for" | "cache_each" => {
                let list = words.iter().position(|word| word.text == "in").unwrap_or_default();
                names(&words[list..]).collect()
            }
            "set" | "cache" | "if" | "elif" | "filter" => names(&words[1..]).collect(),
            "extends" | "block" | "endblock" | "component" | "endcomponent" => Names::new(),
            _ => names(words).collect(),
        };
        let called: Vec<String> = self.components.called_in(words).cloned().collect();
        for template in called {
            all.extend(self.implicit(&template));
        }
        all
    }

    /// What a template reads that is included.
    fn of_template(&mut self, name: &str) -> Names {
        let templates: Vec<String> = digest::named(self.sources, name).cloned().collect();
        let mut all = Names::new();
        for template in templates {
            if self.read.insert(template.clone()) {
                let file = File::new(&self.sources[&template], self.syntax);
                let mut reads = self.reads(&file, 0..file.pieces.len());
                reads.extend(self.of_parent(&file));
                let known = self.known.entry(template.clone()).or_default();
                let before = known.len();
                known.extend(reads);
                self.has_grown |= known.len() > before;
            }
            all.extend(self.known.get(&template).into_iter().flatten().cloned());
        }
        all
    }

    /// What the template reads that this one extends: any of its blocks.
    fn of_parent(&mut self, file: &File<'_>) -> Names {
        let extends = (0..file.pieces.len()).find(|index| file.first(*index) == Some("extends"));
        let words = extends.map(|index| file.words(index)).unwrap_or_default();
        let texts = words.iter().filter(|word| word.is_string());
        texts.flat_map(|word| self.of_template(word.text.trim_matches(['"', '\'', '`']))).collect()
    }

    /// What the components of a template take from the scope of their callers: arguments with `@`.
    fn implicit(&self, template: &str) -> Names {
        let file = File::new(&self.sources[template], self.syntax);
        let mut all = Names::new();
        for index in 0..file.pieces.len() {
            let words = file.words(index);
            if file.first(index) == Some("component") {
                let pairs = words.windows(2).filter(|pair| pair[0].text == "@");
                all.extend(pairs.map(|pair| pair[1].text.to_owned()));
            }
        }
        all
    }

    /// From which variables names are made in a file.
    fn definitions(&mut self, file: &File<'_>) -> HashMap<String, Names> {
        let mut definitions = HashMap::<String, Names>::new();
        for index in 0..file.pieces.len() {
            let words = file.words(index);
            let (targets, reads) = match file.first(index) {
                Some("for" | "cache_each") => (targets(&words), self.in_code(&words)),
                Some("set" | "set_global") if words.len() > 2 => (vec![words[1].text], names(&words[2..]).collect()),
                // A block: up to its end.
                Some("set" | "set_global") if words.len() == 2 => {
                    let end =
                        (index..file.pieces.len()).find(|end| file.first(*end).is_some_and(|word| word == "endset"));
                    (vec![words[1].text], self.reads(file, index + 1..end.unwrap_or(index + 1)))
                }
                _ => continue,
            };
            for target in targets {
                definitions.entry(target.to_owned()).or_default().extend(reads.iter().cloned());
            }
        }
        definitions
    }
}

/// The names that a loop binds.
fn targets<'s>(words: &[Token<'s>]) -> Vec<&'s str> {
    let before = words.iter().skip(1).take_while(|word| word.text != "in");
    before.filter(|word| word.is_name()).map(|word| word.text).collect()
}

/// The variables in an expression, with their attributes: `current_user.name`.
fn names<'a>(words: &'a [Token<'a>]) -> impl Iterator<Item = String> + 'a {
    let text = |index: usize| words.get(index).map_or("", |word| word.text);
    let before = move |index: usize, back: usize| index.checked_sub(back).map_or("", text);
    let is_other = move |index: usize| match before(index, 1) {
        // An attribute. Three dots are a spread: `[...flash]`.
        "." => before(index, 2) != ".",
        "|" | "is" => true,
        "not" => before(index, 2) == "is",
        // A component at the start of a tag. Elsewhere it is a comparison, or looks like one.
        "<" => index == 1,
        "/" => index == 2 && text(0) == "<",
        _ => false,
    };
    // The name of an argument or of what is set, and no comparison.
    let is_name_of_value = move |index: usize| text(index + 1) == "=" && text(index + 2) != "=";
    let is_variable = move |index: usize| {
        let name = &words[index];
        let is_name = name.is_name() && !KEYWORDS.contains(&name.text);
        is_name && !is_other(index) && !is_name_of_value(index) && text(index + 1) != "("
    };
    let path = move |index: usize| {
        let mut name = words[index].text.to_owned();
        let mut at = index + 1;
        loop {
            // `user?.name` is an attribute, too.
            let dot = at + usize::from(text(at) == "?");
            if text(dot) != "." || !words.get(dot + 1).is_some_and(Token::is_name) {
                return name;
            }
            name = format!("{name}.{}", text(dot + 1));
            at = dot + 2;
        }
    };
    (0..words.len()).filter(move |index| is_variable(*index)).map(path)
}
