//! Finds tags that show something of the user without having the user in their keys.
//!
//! The variables that a body reads are compared with those in the key. Includes, imports, macros and assignments of the same
//! file are followed.

use std::collections::{BTreeMap, HashMap};

use cache_templates::named::named;
pub(crate) use cache_templates::protection::{Names, PROTECTED};
use cache_templates::protection::{problem, root};
use cache_templates::scanner::{Kind, Piece, Token, pieces, tokens};
use cache_templates::tag;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Template};

use crate::functions::Place;
use crate::statements::{BEGIN, EACH, END};
use crate::syntax::syntax;

/// What is wrong with the tags of a template, by their numbers.
pub(crate) fn problems(
    env: &Environment<'_>,
    template: &Template<'_, '_>,
    protected: &Names,
) -> BTreeMap<usize, String> {
    let mut reader = Reader { env, known: HashMap::new() };
    let source = Source::new(env, template.source());
    let definitions = reader.definitions(template, &source);
    let mut problems = BTreeMap::new();
    for tag in source.tags() {
        let Some(reads) = reader.reads(template, &source, tag.body.clone()) else { continue };
        let key = named(tag.arguments);
        if reads.iter().any(|read| root(read) == "loop") && !key.iter().any(|name| root(name) == "loop") {
            tracing::warn!(
                "cache: a `cache` tag of {} reads `loop`, which its key does not name: if the items move, it is stale",
                template.name()
            );
        }
        if let Some(problem) = problem(&reads, &key, &definitions, protected) {
            problems.insert(tag.number, problem);
        }
    }
    problems
}

/// The first problem of a rewritten source alone, with its line.
pub(crate) fn first_problem(rewritten: &str, syntax: &SyntaxConfig) -> Option<(usize, String)> {
    let mut env = Environment::new();
    env.set_syntax(syntax.clone());
    let template = env.template_from_named_str("", rewritten).ok()?;
    let problems = problems(&env, &template, &PROTECTED.map(str::to_owned).into());
    let source = Source::new(&env, rewritten);
    let mut tags = source.tags();
    tags.sort_by_key(|tag| tag.number);
    tags.into_iter().find_map(|tag| {
        let is_public = tag::parts(tag.arguments).iter().any(|part| part.option == Some("public"));
        problems.get(&tag.number).filter(|_| !is_public).map(|problem| (tag.line, problem.clone()))
    })
}

/// The variables that a piece of a template reads from outside.
fn variables(env: &Environment<'_>, source: &str) -> Option<Names> {
    // The delimiters of the environment may be others.
    let (show, shown) = env.syntax().variable_delimiters();
    let source = match source.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
        Some(expression) => format!("{show}{expression}{shown}"),
        None => source.to_owned(),
    };
    Some(env.template_from_named_str("", &source).ok()?.undeclared_variables(true).into_iter().collect())
}

/// A source in pieces.
struct Source<'s> {
    text: &'s str,
    pieces: Vec<Piece>,
}

/// A tag of a rewritten source.
struct Tag<'s> {
    number: usize,
    line: usize,
    arguments: &'s str,
    /// The body's pieces.
    body: std::ops::Range<usize>,
}

impl<'s> Source<'s> {
    fn new(env: &Environment<'_>, text: &'s str) -> Self {
        Source { text, pieces: pieces(text, syntax(env.syntax())) }
    }

    fn code(&self, index: usize) -> &'s str {
        &self.text[self.pieces[index].code.clone()]
    }

    fn statement(&self, index: usize) -> Vec<Token<'s>> {
        match self.pieces[index].kind {
            Kind::Statement | Kind::LineStatement => tokens(self.code(index)),
            _ => Vec::new(),
        }
    }

    fn tags(&self) -> Vec<Tag<'s>> {
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
                arguments.extend(written.map(|((line, number), arguments)| (number, (line, arguments))));
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
                    let (line, arguments) = arguments.get(&number).copied().unwrap_or_default();
                    // Before it stands `endset`.
                    tags.push(Tag { number, line, arguments, body: start..index.saturating_sub(1).max(start) });
                }
                _ => {}
            }
        }
        tags
    }
}

/// Reads sources.
struct Reader<'a, 'env> {
    env: &'a Environment<'env>,
    /// What included templates read; nothing while one is being read, so that circles end.
    known: HashMap<String, Names>,
}

impl Reader<'_, '_> {
    /// The variables that these pieces read. An include stands for the variables that it reads, so that what is set around
    /// it counts as set.
    fn reads(
        &mut self,
        template: &Template<'_, '_>,
        source: &Source<'_>,
        range: std::ops::Range<usize>,
    ) -> Option<Names> {
        let (show, shown) = self.env.syntax().variable_delimiters();
        let mut text = String::new();
        for index in range {
            let statement = source.statement(index);
            if statement.first().is_some_and(|word| word.text == "include") {
                for name in self.of_templates(template, &statement[1..]) {
                    text.push_str(&format!("{show} {name} {shown}"));
                }
            } else {
                text.push_str(&source.text[source.pieces[index].all.clone()]);
            }
        }
        Some(self.env.template_from_named_str("", &text).ok()?.undeclared_variables(true).into_iter().collect())
    }

    /// What the templates read that are named by texts among these tokens.
    fn of_templates(&mut self, parent: &Template<'_, '_>, tokens: &[Token<'_>]) -> Names {
        let names = tokens.iter().filter(|token| token.is_string()).map(|token| token.text.trim_matches(['"', '\'']));
        let mut reads = Names::new();
        for name in names {
            let state = parent.new_state();
            let Ok(template) = state.get_template(name) else { continue };
            if let Some(known) = self.known.get(template.name()) {
                reads.extend(known.iter().cloned());
                continue;
            }
            self.known.insert(template.name().to_owned(), Names::new());
            let source = Source::new(self.env, template.source());
            let definitions = self.definitions(&template, &source);
            let of_file = self.reads(&template, &source, 0..source.pieces.len()).unwrap_or_default();
            let all: Names = of_file.into_iter().chain(definitions.into_values().flatten()).collect();
            reads.extend(all.iter().cloned());
            self.known.insert(template.name().to_owned(), all);
        }
        reads
    }

    /// From which variables names are made in a file: by assignments, loops, macros and imports.
    fn definitions(&mut self, template: &Template<'_, '_>, source: &Source<'_>) -> HashMap<String, Names> {
        let mut definitions = HashMap::<String, Names>::new();
        let mut define = |name: &str, names: Names| definitions.entry(name.to_owned()).or_default().extend(names);
        let expression = |text: &str| variables(self.env, &format!("{{{{ {text} }}}}")).unwrap_or_default();
        let mut calls = Vec::new();
        for index in 0..source.pieces.len() {
            let (code, words) = (source.code(index), source.statement(index));
            let Some(word) = words.first() else { continue };
            match word.text {
                "set" | "with" => {
                    for part in tag::parts(&code[word.at + word.text.len()..]) {
                        if let Some(name) = part.option
                            && !part.text.contains(BEGIN)
                        {
                            let (_, value) = part.text.split_once('=').unwrap_or_default();
                            define(name, expression(value));
                        }
                    }
                }
                "for" => {
                    let Some(at) = words.iter().position(|token| token.text == "in") else { continue };
                    let list = expression(&code[words[at].at + 2..]);
                    words[1..at]
                        .iter()
                        .filter(|token| token.is_name())
                        .for_each(|name| define(name.text, list.clone()));
                }
                "macro" | "import" | "from" => calls.push((index, words)),
                _ => {}
            }
        }
        for (index, words) in calls {
            let names = if words[0].text == "macro" {
                let end = end_of_macro(source, index);
                self.reads(template, source, index..end).unwrap_or_default()
            } else {
                self.of_templates(template, &words[1..])
            };
            for token in words[1..].iter().filter(|token| token.is_name()) {
                let entry = definitions.entry(token.text.to_owned()).or_default();
                entry.extend(names.iter().cloned());
                if words[0].text == "macro" {
                    break;
                }
            }
        }
        definitions
    }
}

/// The index behind the piece that ends the macro at `start`.
fn end_of_macro(source: &Source<'_>, start: usize) -> usize {
    let mut depth = 0_usize;
    for index in start..source.pieces.len() {
        match source.statement(index).first().map(|word| word.text) {
            Some("macro") => depth += 1,
            Some("endmacro") => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return index + 1;
        }
    }
    source.pieces.len()
}
