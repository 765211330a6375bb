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
            let wrong = "`{}` names no argument: write one, as in `{id}`, or `{{}}` for the braces themselves";
            return Err(wrong.to_owned());
        }
        if let Some((name, _)) = inside.split_once(':') {
            let name = name.trim();
            return Err(format!("`{{{inside}}}` has a format, and keys always use `Display`: write `{{{name}}}`"));
        }
        let mut names = inside.split('.').map(str::to_owned);
        let placeholder = Placeholder { argument: names.next().unwrap_or_default(), fields: names.collect() };
        let right = is_name(&placeholder.argument) && placeholder.fields.iter().all(|field| is_field(field));
        right.then_some(placeholder).ok_or_else(|| not_a_name(inside))
    }

    /// As it is written in the key.
    pub(crate) fn text(&self) -> String {
        let fields = self.fields.iter().map(|field| format!(".{field}"));
        format!("{{{}{}}}", self.argument, fields.collect::<String>())
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
    let (mut template, mut piece, mut wrong) = (Template::default(), String::new(), Vec::new());
    if text.is_empty() {
        wrong.push("a key cannot be empty: write one, as in `key = \"user:{id}\"`".to_owned());
    }
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        piece.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            piece.push_str(&rest[..1]);
            rest = &rest[2..];
            continue;
        }
        let (found, after) = placeholder(rest);
        rest = after;
        match found {
            Ok(placeholder) => {
                let before = template.placeholders.last().filter(|_| piece.is_empty());
                wrong.extend(before.map(|before| nothing_between(before, &placeholder)));
                template.pieces.push(std::mem::take(&mut piece));
                template.placeholders.push(placeholder);
            }
            Err(message) => wrong.push(message),
        }
    }
    template.pieces.push(piece + rest);
    if wrong.is_empty() { Ok(template) } else { Err(wrong) }
}

/// Reads a placeholder, and returns what follows it.
fn placeholder(text: &str) -> (Result<Placeholder, String>, &str) {
    let Some(opened) = text.strip_prefix('{') else {
        return (Err("this `}` has no opening brace: write `}}` for a brace itself".to_owned()), &text[1..]);
    };
    let (inside, rest) = opened.split_at(opened.find(['{', '}']).unwrap_or(opened.len()));
    match rest.strip_prefix('}') {
        Some(rest) => (Placeholder::parse(inside), rest),
        None => {
            let wrong = format!("`{{{inside}` is not closed: write `{{{inside}}}`, or `{{{{` for a brace itself");
            (Err(wrong), rest)
        }
    }
}

fn nothing_between(before: &Placeholder, after: &Placeholder) -> String {
    let (a, b) = (before.text(), after.text());
    format!(
        "nothing separates `{a}` and `{b}`, so \"1\", \"23\" and \"12\", \"3\" would have the same key: write `{a}:{b}`"
    )
}

fn is_name(text: &str) -> bool {
    // `self` and other keywords count as names here: whether the argument exists is checked later.
    let rest = text.trim_start_matches(|c: char| c == '_' || c.is_alphabetic());
    rest.len() < text.len() && rest.chars().all(|c| c == '_' || c.is_alphanumeric())
}

fn is_field(text: &str) -> bool {
    is_name(text) || (!text.is_empty() && text.chars().all(|c| c.is_ascii_digit()))
}
