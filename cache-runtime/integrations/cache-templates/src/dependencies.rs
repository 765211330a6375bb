//! What a template includes, as far as its source tells.

use crate::scanner::{Kind, Syntax, Token, pieces, tokens};

/// What a source depends on.
#[derive(Debug, Default)]
pub struct Dependencies {
    /// Names of templates that it includes or imports.
    pub templates: Vec<String>,
    /// The template that it extends, or each that it may extend.
    pub parents: Vec<String>,
    /// Names with `*`, from comments.
    pub patterns: Vec<String>,
    /// Whether it shows a block of its parent.
    pub calls_super: bool,
    /// The lines of inclusions whose names are computed.
    pub computed: Vec<usize>,
    /// Whether a comment names dependencies.
    pub is_declared: bool,
}

/// The comment that names what a template includes by a computed name: `{# Template Dependency: cards/kinds/* #}`.
const COMMENT: &str = "Template Dependency:";

/// Reads what a source depends on.
pub fn dependencies(source: &str, syntax: Syntax<'_>) -> Dependencies {
    let mut found = Dependencies::default();
    for piece in pieces(source, syntax) {
        let code = &source[piece.code.clone()];
        match piece.kind {
            Kind::Comment => found.comment(code),
            Kind::Statement | Kind::LineStatement => {
                let tokens = tokens(code);
                found.calls_super |= calls_super(&tokens);
                if found.statement(&tokens) == Names::Computed {
                    found.computed.push(source[..piece.all.start].matches('\n').count() + 1);
                }
            }
            Kind::Expression => found.calls_super |= calls_super(&tokens(code)),
            Kind::Text => {}
        }
    }
    found
}

impl Dependencies {
    fn comment(&mut self, code: &str) {
        let Some(names) = code.trim_matches(['-', '+']).trim().strip_prefix(COMMENT) else { return };
        self.is_declared = true;
        for name in names.split([',', ' ', '\n']).map(str::trim).filter(|name| !name.is_empty()) {
            let list = if name.contains('*') { &mut self.patterns } else { &mut self.templates };
            list.push(name.to_owned());
        }
    }

    fn statement(&mut self, tokens: &[Token<'_>]) -> Names {
        let Some((word, rest)) = tokens.split_first() else { return Names::Literal };
        let list = match word.text {
            "include" | "import" | "from" => &mut self.templates,
            "extends" => &mut self.parents,
            _ => return Names::Literal,
        };
        let is_end = |token: &Token<'_>| matches!(token.text, "import" | "as" | "ignore" | "with" | "without");
        let expression = rest.split(is_end).next().unwrap_or_default();
        list.extend(expression.iter().filter_map(literal));
        let is_plain =
            |token: &Token<'_>| literal(token).is_some() || matches!(token.text, "[" | "]" | "(" | ")" | ",");
        if !expression.is_empty() && expression.iter().all(is_plain) { Names::Literal } else { Names::Computed }
    }
}

/// How a statement names templates.
#[derive(PartialEq, Eq)]
enum Names {
    /// By texts alone, if it names any.
    Literal,
    /// By an expression, whose texts may be some of the names: `'a.html' if short else 'b.html'`.
    Computed,
}

/// The text of a token in quotes, unless it has escapes.
fn literal(token: &Token<'_>) -> Option<String> {
    let text = token.is_string().then(|| token.text.get(1..token.text.len().saturating_sub(1)))??;
    (!text.contains('\\')).then(|| text.to_owned())
}

fn calls_super(tokens: &[Token<'_>]) -> bool {
    tokens.windows(2).any(|pair| pair[0].text == "super" && pair[1].text == "(")
}

/// Whether a name matches a pattern, in which `*` is anything but `/`.
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            let reach = name.find('/').unwrap_or(name.len());
            (0..=reach).filter(|at| name.is_char_boundary(*at)).any(|at| matches(rest, &name[at..]))
        }),
    }
}
