//! One argument of an attribute: its name, and the forms of its value.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprLit, Lit, LitStr, Path, Result, Token, parenthesized};

/// An argument whose name has been read and whose value has not.
pub(crate) struct Arg<'a> {
    pub(crate) name: Ident,
    /// How it is written; errors show it.
    pub(crate) form: &'static str,
    pub(crate) input: ParseStream<'a>,
}

impl Arg<'_> {
    /// An error at the name.
    pub(crate) fn wrong_name(&self, what: &str) -> Error {
        Error::new(self.name.span(), format!("`{}` {what}", self.name))
    }

    /// What is wrong, and how to write it.
    fn message(&self, what: &str) -> String {
        format!("`{}` {what} `{}`", self.name, self.form)
    }

    fn wrong(&self, place: impl ToTokens, what: &str) -> Error {
        Error::new_spanned(place, self.message(what))
    }

    /// `= expression`, also in the invisible group in which a `macro_rules!` macro passes one
    pub(crate) fn value(&self) -> Result<Expr> {
        self.equals()?;
        self.input.parse().map(ungrouped)
    }

    /// `= "text"`
    pub(crate) fn text(&self) -> Result<LitStr> {
        let value = self.value()?;
        text(&value).ok_or_else(|| self.wrong(value, "is a text in quotes: write"))
    }

    /// `= "text"` that is not empty
    pub(crate) fn filled_text(&self) -> Result<LitStr> {
        let text = self.text()?;
        if text.value().trim().is_empty() {
            return Err(Error::new_spanned(text, self.message("is empty: write") + ", or remove it"));
        }
        Ok(text)
    }

    /// `= ["one", "two"]`, none of which is empty
    pub(crate) fn texts(&self) -> Result<Vec<LitStr>> {
        let value = self.value()?;
        let Expr::Array(list) = &value else { return Err(self.wrong(value, "is a list in brackets: write")) };
        if list.elems.is_empty() {
            return Err(Error::new_spanned(value, self.message("is empty: write") + ", or remove it"));
        }
        let texts = list.elems.iter().map(|element| {
            let filled = text(&ungrouped(element.clone())).filter(|text| !text.value().is_empty());
            filled.ok_or_else(|| self.wrong(element, "contains only non-empty texts in quotes: write"))
        });
        texts.collect()
    }

    /// `= 2` or `= "two"`
    pub(crate) fn number_or_text(&self) -> Result<String> {
        let value = self.value()?;
        match literal(&value) {
            Some(Lit::Int(number)) if number.suffix().is_empty() => Ok(number.base10_digits().to_owned()),
            Some(Lit::Str(text)) if !text.value().is_empty() => Ok(text.value()),
            _ => Err(self.wrong(value, "is a whole number or a text in quotes: write")),
        }
    }

    /// `= 0.1`, a part of the whole
    pub(crate) fn share(&self) -> Result<f64> {
        let value = self.value()?;
        let share = if let Some(Lit::Float(number)) = literal(&value) { number.base10_parse().ok() } else { None };
        let share = share.filter(|share| *share > 0.0 && *share < 1.0);
        share.ok_or_else(|| self.wrong(value, "is a number between 0 and 1: for up to 10 % write"))
    }

    /// `= true` or `= false`
    pub(crate) fn yes_or_no(&self) -> Result<bool> {
        let value = self.value()?;
        match literal(&value) {
            Some(Lit::Bool(said)) => Ok(said.value),
            _ => Err(self.wrong(value, "is `true` or `false`: write")),
        }
    }

    /// `= |value| …`, or the path of a function
    pub(crate) fn condition(&self) -> Result<Expr> {
        let value = self.value()?;
        let wrong = match &value {
            Expr::Closure(closure) if closure.asyncness.is_some() => {
                "cannot be an `async` closure, since its answer is needed at once: write"
            }
            Expr::Closure(closure) if closure.inputs.len() != 1 => "takes one argument, the value: write",
            Expr::Closure(_) | Expr::Path(_) => return Ok(value),
            _ => "is a closure, or the path of a function: write",
        };
        Err(self.wrong(value, wrong))
    }

    /// `= some::path`
    pub(crate) fn path(&self) -> Result<Path> {
        self.equals()?;
        // A path as a whole may be in a group.
        let fork = self.input.fork();
        if let Ok(Expr::Path(path)) = fork.parse().map(ungrouped) {
            self.input.advance_to(&fork);
            return Ok(path.path);
        }
        let path = self.input.call(Path::parse_mod_style);
        path.map_err(|error| Error::new(error.span(), self.message("is a path without quotes: write")))
    }

    /// `= argument`
    pub(crate) fn argument(&self) -> Result<Ident> {
        let value = self.value()?;
        let name = if let Expr::Path(path) = &value { path.path.get_ident() } else { None };
        name.cloned().ok_or_else(|| self.wrong(&value, "is the name of an argument: write"))
    }

    /// `(a, b)`
    pub(crate) fn names(&self) -> Result<Vec<Ident>> {
        if !self.input.peek(syn::token::Paren) {
            return Err(self.wrong(&self.name, "is a list in parentheses: write"));
        }
        let inside;
        parenthesized!(inside in self.input);
        if inside.is_empty() {
            return Err(Error::new(self.name.span(), self.message("names no argument: write") + ", or remove it"));
        }
        let names = |input: ParseStream| Punctuated::<Ident, Token![,]>::parse_terminated_with(input, Ident::parse_any);
        let names = names.parse2(inside.parse()?);
        names
            .map(|names| names.into_iter().collect())
            .map_err(|error| Error::new(error.span(), self.message("contains only names of arguments: write")))
    }

    /// `= 5`, or an expression; a number that is written is at least 1
    pub(crate) fn count(&self) -> Result<Expr> {
        let value = self.value()?;
        match literal(&value) {
            Some(Lit::Int(number)) if number.base10_parse::<u64>().is_ok_and(|number| number > 0) => Ok(value),
            Some(_) => Err(self.wrong(value, "is a whole number from 1 on: write")),
            None if matches!(value, Expr::Unary(_)) => Err(self.wrong(value, "is a whole number from 1 on: write")),
            None => Ok(value),
        }
    }

    /// `= word`, one of a few
    pub(crate) fn one_of(&self, words: &[&str]) -> Result<Ident> {
        let value = self.value()?;
        let word = if let Expr::Path(path) = &value { path.path.get_ident() } else { None };
        let known = word.filter(|word| words.iter().any(|known| word == known));
        let list = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        known.cloned().ok_or_else(|| Error::new_spanned(&value, format!("`{}` is one of {list}", self.name)))
    }

    /// The name alone
    pub(crate) fn flag(&self) -> Result<Ident> {
        if self.is_at_end() { Ok(self.name.clone()) } else { Err(self.wrong(&self.name, "takes no value: write only")) }
    }

    /// The end of the argument: a comma, or nothing.
    pub(crate) fn end(&self) -> Result<()> {
        if self.is_at_end() { Ok(()) } else { Err(self.input.error(format!("expected a comma after `{}`", self.name))) }
    }

    fn is_at_end(&self) -> bool {
        self.input.is_empty() || self.input.peek(Token![,])
    }

    fn equals(&self) -> Result<()> {
        if self.input.parse::<Option<Token![=]>>()?.is_none() || self.is_at_end() {
            return Err(self.wrong(&self.name, "needs a value: write"));
        }
        Ok(())
    }
}

fn text(value: &Expr) -> Option<LitStr> {
    if let Some(Lit::Str(text)) = literal(value) { Some(text.clone()) } else { None }
}

fn literal(value: &Expr) -> Option<&Lit> {
    if let Expr::Lit(ExprLit { lit, .. }) = value { Some(lit) } else { None }
}

/// The expression without the invisible groups in which a `macro_rules!` macro passes one.
fn ungrouped(value: Expr) -> Expr {
    if let Expr::Group(group) = value { ungrouped(*group.expr) } else { value }
}
