//! Splits the text of a key, such as `user:{id}`, into pieces and placeholders.

#[cfg(test)]
mod tests;

/// The parts of a key's text. There is one piece more than there are placeholders.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Template {
    pub(crate) pieces: Vec<String>,
    pub(crate) placeholders: Vec<Placeholder>,
}

/// `{argument}` or `{argument.field.0}`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placeholder {
    pub(crate) argument: String,
    pub(crate) fields: Vec<String>,
}

impl Placeholder {
    fn parse(inside: &str) -> Result<Self, String> {
        if inside.trim().is_empty() {
            return Err(
                "`{}` names no argument: write one, as in `{id}`, or `{{}}` for the braces themselves".to_owned()
            );
        }
        if let Some((name, _)) = inside.split_once(':') {
            return Err(format!(
                "`{{{inside}}}` has a format, and keys always use `Display`: write `{{{}}}`",
                name.trim()
            ));
        }
        let mut names = inside.split('.').map(str::to_owned);
        let placeholder = Placeholder { argument: names.next().unwrap_or_default(), fields: names.collect() };
        let right = is_name(&placeholder.argument) && placeholder.fields.iter().all(|field| is_field(field));
        right.then_some(placeholder).ok_or_else(|| not_a_name(inside))
    }

    /// As it is written in the key.
    pub(crate) fn text(&self) -> String {
        let names: Vec<&str> = std::iter::once(&self.argument).chain(&self.fields).map(String::as_str).collect();
        format!("{{{}}}", names.join("."))
    }
}

fn not_a_name(inside: &str) -> String {
    let trimmed = inside.trim();
    let spaced = trimmed != inside && is_name(trimmed);
    let instead = if spaced { format!("write `{{{trimmed}}}`") } else { "write `{{` for a brace itself".to_owned() };
    format!(
        "`{{{inside}}}` is not a placeholder: use an argument, `{{id}}`, or a field of one, `{{user.id}}`; {instead}"
    )
}

/// Splits a key's text, or returns everything that is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Template, Vec<String>> {
    let mut reader = Reader::default();
    if text.is_empty() {
        reader.wrong("a key cannot be empty: write one, as in `key = \"user:{id}\"`".to_owned());
    }
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        reader.piece.push_str(&rest[..at]);
        rest = reader.brace(&rest[at..]);
    }
    reader.piece.push_str(rest);
    reader.finish()
}

#[derive(Default)]
struct Reader {
    template: Template,
    /// The text since the last placeholder.
    piece: String,
    wrong: Vec<String>,
}

impl Reader {
    /// Reads what begins with a brace, and returns what follows.
    fn brace<'a>(&mut self, text: &'a str) -> &'a str {
        if let Some(rest) = text.strip_prefix("{{") {
            self.piece.push('{');
            return rest;
        }
        if let Some(rest) = text.strip_prefix("}}") {
            self.piece.push('}');
            return rest;
        }
        match text.strip_prefix('{') {
            Some(opened) => self.placeholder(opened),
            None => {
                self.wrong("this `}` has no opening brace: write `}}` for a brace itself".to_owned());
                &text[1..]
            }
        }
    }

    /// Reads what follows an opening brace, and returns what follows the closing one.
    fn placeholder<'a>(&mut self, opened: &'a str) -> &'a str {
        let end = opened.find(['{', '}']).unwrap_or(opened.len());
        let (inside, rest) = opened.split_at(end);
        let Some(rest) = rest.strip_prefix('}') else {
            self.wrong(format!("`{{{inside}` is not closed: write `{{{inside}}}`, or `{{{{` for a brace itself"));
            return rest;
        };
        match Placeholder::parse(inside) {
            Ok(placeholder) => self.push(placeholder),
            Err(wrong) => self.wrong(wrong),
        }
        rest
    }

    fn push(&mut self, placeholder: Placeholder) {
        if let Some(before) = self.template.placeholders.last()
            && self.piece.is_empty()
        {
            let (a, b) = (before.text(), placeholder.text());
            self.wrong(format!(
                "nothing separates `{a}` and `{b}`, so \"1\", \"23\" and \"12\", \"3\" would have the same key: \
                 write `{a}:{b}`"
            ));
        }
        self.template.pieces.push(std::mem::take(&mut self.piece));
        self.template.placeholders.push(placeholder);
    }

    fn wrong(&mut self, what: String) {
        self.wrong.push(what);
    }

    fn finish(mut self) -> Result<Template, Vec<String>> {
        self.template.pieces.push(self.piece);
        if self.wrong.is_empty() { Ok(self.template) } else { Err(self.wrong) }
    }
}

fn is_name(text: &str) -> bool {
    // `self` and other keywords count as names here: whether the argument exists is checked later.
    let rest = text.trim_start_matches(|c: char| c == '_' || c.is_alphabetic());
    rest.len() < text.len() && rest.chars().all(|c| c == '_' || c.is_alphanumeric())
}

fn is_field(text: &str) -> bool {
    is_name(text) || (!text.is_empty() && text.chars().all(|c| c.is_ascii_digit()))
}
