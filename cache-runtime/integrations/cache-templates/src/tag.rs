//! The words inside a `cache` tag: a key, and options.

use crate::mistake::{Mistake, mistake};
use crate::scanner::{Token, tokens};

/// The options of a tag, as they are written in templates.
const OPTIONS: [&str; 8] =
    ["expires_in", "version", "race_condition_ttl", "race_ttl", "tags", "vary", "public", "skip_digest"];

/// The arguments of a `cache` tag, without parentheses around all of them.
///
/// # Errors
///
/// If there is no key, or an option that does not exist.
pub fn arguments(code: &str, at: usize) -> Result<&str, Mistake> {
    let code = unwrapped(code);
    check(code, at, "cache", "a key: `{% cache \"sidebar\" %}` or `{% cache card %}`")?;
    Ok(code)
}

/// `cache(card)`, with no blank, is the form of a call; `cache (card, user)` has a tuple as its key.
fn unwrapped(code: &str) -> &str {
    let tokens = tokens(code);
    let is_call = code.starts_with('(') && closing(&tokens, 0) == Some(tokens.len() - 1);
    if is_call { &code[1..tokens[tokens.len() - 1].at] } else { code }
}

/// The index of the bracket that closes the one at `open`.
pub(crate) fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// The target and the list of a `cache_each` tag, with the list's options.
pub struct Each<'s> {
    /// What stands before `in`.
    pub target: &'s str,
    /// What stands behind it.
    pub list: &'s str,
}

/// Reads a `cache_each` tag.
///
/// # Errors
///
/// If it has another form, or an option that does not exist.
pub fn each(code: &str, at: usize) -> Result<Each<'_>, Mistake> {
    const FORM: &str = "write `{% cache_each comment in comments %}`";
    let all = tokens(code);
    let Some(index) = all.iter().position(|token| token.text == "in") else {
        return mistake(at, format!("`cache_each` needs a name, `in` and a list: {FORM}"));
    };
    let (target, list) = (code[..all[index].at].trim(), &code[all[index].at + 2..]);
    let is_target = |token: &Token<'_>| token.is_name() || matches!(token.text, "," | "(" | ")");
    if target.is_empty() || !all[..index].iter().all(is_target) {
        return mistake(at, format!("`cache_each` needs a name before `in`: {FORM}"));
    }
    check(list, at, "cache_each", "a list of models")?;
    let key = &parts(list)[0];
    if has_condition(key.text) {
        return mistake(
            at,
            "`cache_each` takes no `if`: filter the list before, as in `comments|selectattr(\"visible\")`",
        );
    }
    Ok(Each { target, list })
}

/// Whether there is an `if` without `else`, as in a loop.
fn has_condition(code: &str) -> bool {
    let tokens = tokens(code);
    let has = |word| tokens.iter().any(|token| token.text == word);
    has("if") && !has("else")
}

/// An argument.
pub struct Argument<'s> {
    /// The name of an option; `None` for the key.
    pub option: Option<&'s str>,
    /// All of it.
    pub text: &'s str,
}

impl<'s> Argument<'s> {
    /// What stands behind the `=` of an option.
    pub fn value(&self) -> &'s str {
        match self.option {
            Some(_) => self.text.split_once('=').map_or("", |(_, value)| value),
            None => self.text,
        }
    }
}

/// The arguments, by the commas outside brackets.
pub fn parts(code: &str) -> Vec<Argument<'_>> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_isize);
    for token in tokens(code) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "," if depth == 0 => {
                parts.push(&code[start..token.at]);
                start = token.at + 1;
            }
            _ => {}
        }
    }
    parts.push(&code[start..]);
    // A comma may stand at the end.
    if parts.len() > 1 && parts.last().is_some_and(|last| last.trim().is_empty()) {
        parts.pop();
    }
    parts.into_iter().map(argument).collect()
}

fn argument(text: &str) -> Argument<'_> {
    let tokens = tokens(text);
    let option = match &tokens[..] {
        [name, equals, rest @ ..] if name.is_name() && equals.text == "=" => {
            let is_comparison = rest.first().is_some_and(|next| next.text == "=" && next.at == equals.at + 1);
            (!is_comparison).then_some(name.text)
        }
        _ => None,
    };
    Argument { option, text }
}

fn check(code: &str, at: usize, tag: &str, first: &str) -> Result<(), Mistake> {
    let parts = parts(code);
    if parts[0].option.is_some() || parts[0].text.trim().is_empty() {
        return mistake(at, format!("`{tag}` needs {first}"));
    }
    for part in &parts[1..] {
        match part.option {
            Some(option) if OPTIONS.contains(&option) => {}
            Some(option) => return mistake(at, unknown(tag, option)),
            None => {
                let text = part.text.trim();
                return mistake(
                    at,
                    format!(
                        "`{tag}` has one key, and `{text}` is a second one: write a tuple, as in `{{% cache (card, user) %}}`"
                    ),
                );
            }
        }
    }
    // Both names of the window mean one option.
    let mut given: Vec<&str> = parts
        .iter()
        .filter_map(|part| part.option)
        .map(|name| if name == "race_ttl" { "race_condition_ttl" } else { name })
        .collect();
    given.sort_unstable();
    if let Some(pair) = given.windows(2).find(|pair| pair[0] == pair[1]) {
        return mistake(at, format!("`{tag}` has `{}` twice", pair[0]));
    }
    if parts.iter().any(|part| part.text.trim_start().starts_with('*')) {
        return mistake(at, format!("`{tag}` takes no `*` or `**`: write its options by name"));
    }
    Ok(())
}

fn unknown(tag: &str, option: &str) -> String {
    let likely = match option {
        "expire" | "expires" | "ttl" | "timeout" | "expire_in" => Some("expires_in"),
        "race" | "race_condition" => Some("race_condition_ttl"),
        "tag" => Some("tags"),
        "key" | "vary_on" | "varies" => Some("vary"),
        _ => None,
    };
    match likely {
        Some(likely) => format!("`{tag}` has no option `{option}`: did you mean `{likely}`?"),
        None => {
            format!("`{tag}` has no option `{option}`: it has {}", OPTIONS.map(|name| format!("`{name}`")).join(", "))
        }
    }
}
