//! Which variables a piece of a template reads, with all that it includes.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use cache_templates::assignment::{Assignment, variables};
use cache_templates::protection::Names;
use cache_templates::scanner::{Kind, Token, tokens};
use cache_templates::tag;
use minijinja::{Environment, Template};

use crate::source::Source;
use crate::statements::BEGIN;

/// Reads sources. What it cannot read counts as reading all protected variables.
pub(crate) struct Reader<'a, 'env> {
    env: &'a Environment<'env>,
    protected: &'a Names,
    /// What included templates read, as far as it is known.
    known: HashMap<String, Names>,
    /// The templates that this round has read. In a circle the last one uses what the round before knew of the first one.
    read: HashSet<String>,
    /// Whether this round has found what the round before did not know.
    has_grown: bool,
}

impl<'a, 'env> Reader<'a, 'env> {
    pub(crate) fn new(env: &'a Environment<'env>, protected: &'a Names) -> Self {
        Reader { env, protected, known: HashMap::new(), read: HashSet::new(), has_grown: false }
    }

    /// Reads in rounds, until another round finds nothing more: templates may include each other.
    pub(crate) fn until_complete<T>(mut self, mut read: impl FnMut(&mut Self) -> T) -> T {
        loop {
            (self.has_grown, self.read) = (false, HashSet::new());
            let found = read(&mut self);
            if !self.has_grown {
                return found;
            }
        }
    }

    /// The variables that these pieces read. An include stands for the variables that it reads, so that what is set around
    /// it counts as set.
    pub(crate) fn reads(&mut self, template: &Template<'_, '_>, source: &Source<'_>, range: Range<usize>) -> Names {
        let mut text = String::new();
        for index in range {
            let piece = &source.pieces[index];
            let statement = source.statement(index);
            let mut names = Names::new();
            for read in self.read_before(template, source, index) {
                text.push_str(&self.shown(&format!("[{read}]")));
            }
            if piece.kind == Kind::LineStatement && !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            if statement.first().is_some_and(|word| matches!(word.text, "include" | "extends")) {
                names.extend(self.of_templates(template, &statement[1..]));
            } else {
                text.push_str(&source.text[piece.all.clone()]);
            }
            if source.calls_super(index) {
                names.extend(self.of_parent(template, source));
            }
            names.iter().for_each(|name| text.push_str(&self.shown(name)));
            if piece.kind == Kind::LineStatement && !text.ends_with('\n') {
                text.push('\n');
            }
        }
        self.variables(&text)
    }

    /// The expressions of a statement that minijinja does not count, or counts with what the statement itself assigns:
    /// `{% set user = user %}` reads a `user` from outside.
    fn read_before(&mut self, template: &Template<'_, '_>, source: &Source<'_>, index: usize) -> Vec<String> {
        let (code, words) = (source.code(index), source.statement(index));
        let Some(word) = words.first() else { return Vec::new() };
        let rest = without_last(&code[word.at + word.text.len()..], ":");
        let filtered = |filters: &str| format!("''|{filters}");
        let until = |ends: &[&str]| {
            let end = words[1..].iter().find(|token| ends.contains(&token.text)).map_or(code.len(), |end| end.at);
            vec![code[word.at + word.text.len()..end].to_owned()]
        };
        match word.text {
            "set" => match Assignment::new(rest) {
                Assignment { value: Some(value), .. } => vec![value.to_owned()],
                Assignment { targets, .. } if targets.iter().any(|target| target.starts_with("__body_")) => Vec::new(),
                _ => {
                    let end = end_of_block(source, index, is_block_set, "endset");
                    let filters = rest.split_once('|').map(|(_, filters)| filtered(filters));
                    self.reads(template, source, index + 1..end - 1).into_iter().chain(filters).collect()
                }
            },
            "with" if !rest.contains(BEGIN) => {
                let values = tag::parts(rest).into_iter().filter_map(|part| Assignment::new(part.text).value);
                values.map(str::to_owned).collect()
            }
            "macro" => {
                let inside =
                    rest.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')).map_or("", |(inside, _)| inside);
                let parameters = tag::parts(inside).into_iter();
                parameters.filter(|part| part.option.is_some()).map(|part| part.value().to_owned()).collect()
            }
            "filter" => vec![filtered(rest)],
            "include" => until(&["ignore", "with", "without"]),
            "import" => until(&["as", "with", "without"]),
            "from" => until(&["import"]),
            _ => Vec::new(),
        }
    }

    /// An expression in the delimiters of the environment.
    fn shown(&self, expression: &str) -> String {
        let (show, shown) = self.env.syntax().variable_delimiters();
        format!("{show} {expression} {shown}")
    }

    fn variables(&self, source: &str) -> Names {
        match self.env.template_from_named_str("", source) {
            Ok(template) => template.undeclared_variables(true).into_iter().collect(),
            Err(_) => self.protected.clone(),
        }
    }

    /// The variables in an expression, which may be a tuple without parentheses.
    fn in_expression(&self, code: &str) -> Names {
        self.variables(&self.shown(&format!("[{code}]")))
    }

    /// What the template reads that this one extends: any of its blocks.
    fn of_parent(&mut self, template: &Template<'_, '_>, source: &Source<'_>) -> Names {
        let mut statements = (0..source.pieces.len()).map(|index| source.statement(index));
        let extends = statements.find(|words| words.first().is_some_and(|word| word.text == "extends"));
        extends.map(|words| self.of_templates(template, &words[1..])).unwrap_or_default()
    }

    /// What the templates read that are named by texts among these tokens.
    fn of_templates(&mut self, parent: &Template<'_, '_>, tokens: &[Token<'_>]) -> Names {
        let mut reads = Names::new();
        for token in tokens.iter().filter(|token| token.is_string()) {
            // It may have escapes.
            let name = self.env.compile_expression(token.text).and_then(|text| text.eval(()));
            let state = parent.new_state();
            let Ok(template) = name.and_then(|name| state.get_template(name.as_str().unwrap_or_default())) else {
                continue;
            };
            if self.read.insert(template.name().to_owned()) {
                let found = self.of_file(&template);
                let known = self.known.entry(template.name().to_owned()).or_default();
                let before = known.len();
                known.extend(found);
                self.has_grown |= known.len() > before;
            }
            reads.extend(self.known.get(template.name()).into_iter().flatten().cloned());
        }
        reads
    }

    fn of_file(&mut self, template: &Template<'_, '_>) -> Names {
        let source = Source::new(self.env, template.source());
        let mut names = self.reads(template, &source, 0..source.pieces.len());
        names.extend(self.definitions(template, &source).into_values().flatten());
        names
    }

    /// From which variables names are made in a file: by assignments, loops, macros and imports.
    pub(crate) fn definitions(&mut self, template: &Template<'_, '_>, source: &Source<'_>) -> HashMap<String, Names> {
        let mut definitions = HashMap::<String, Names>::new();
        for index in 0..source.pieces.len() {
            for (targets, names) in self.definitions_at(template, source, index) {
                targets.iter().for_each(|target| {
                    definitions.entry((*target).to_owned()).or_default().extend(names.iter().cloned());
                });
            }
        }
        definitions
    }

    fn definitions_at<'s>(
        &mut self,
        template: &Template<'_, '_>,
        source: &Source<'s>,
        index: usize,
    ) -> Vec<(Vec<&'s str>, Names)> {
        let (code, words) = (source.code(index), source.statement(index));
        let Some(word) = words.first() else { return Vec::new() };
        let rest = &code[word.at + word.text.len()..];
        match word.text {
            "set" => {
                let Assignment { targets, value, .. } = Assignment::new(rest);
                let names = match value {
                    Some(value) => self.in_expression(without_last(value, ":")),
                    // The rewritten body of a tag, which only its end shows.
                    None if targets.iter().any(|target| target.starts_with("__body_")) => return Vec::new(),
                    None => {
                        let end = end_of_block(source, index, is_block_set, "endset");
                        self.reads(template, source, index + 1..end - 1)
                    }
                };
                vec![(targets, names)]
            }
            "with" if !rest.contains(BEGIN) => {
                let all = tag::parts(without_last(rest, ":")).into_iter().map(|part| Assignment::new(part.text));
                all.map(|with| (with.targets, self.in_expression(with.value.unwrap_or_default()))).collect()
            }
            "for" => {
                let Some(at) = words.iter().position(|token| token.text == "in") else { return Vec::new() };
                let list = without_last(&code[words[at].at + 2..], ":");
                vec![(variables(&words[1..at]), self.in_expression(without_last(list, "recursive")))]
            }
            "macro" => {
                let end = end_of_block(
                    source,
                    index,
                    |words, _| words.first().is_some_and(|word| word.text == "macro"),
                    "endmacro",
                );
                let name = words.get(1).map(|name| name.text);
                vec![(name.into_iter().collect(), self.reads(template, source, index..end))]
            }
            "import" | "from" => vec![(variables(&words[1..]), self.of_templates(template, &words[1..]))],
            _ => Vec::new(),
        }
    }
}

fn without_last<'s>(code: &'s str, word: &str) -> &'s str {
    match tokens(code).last() {
        Some(last) if last.text == word => &code[..last.at],
        _ => code,
    }
}

/// Whether a `set` has a body.
fn is_block_set(words: &[Token<'_>], code: &str) -> bool {
    words.first().is_some_and(|word| word.text == "set" && Assignment::new(&code[word.at + 3..]).value.is_none())
}

/// The index behind the piece that ends the block at `start`.
fn end_of_block(source: &Source<'_>, start: usize, begins: impl Fn(&[Token<'_>], &str) -> bool, end: &str) -> usize {
    let mut depth = 0_usize;
    for index in start..source.pieces.len() {
        let words = source.statement(index);
        match words.first() {
            Some(_) if begins(&words, source.code(index)) => depth += 1,
            Some(word) if word.text == end => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return index + 1;
        }
    }
    source.pieces.len()
}
