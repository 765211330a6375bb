//! One argument of an attribute: its name, and the forms of its value.

use std::fmt::Display;

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprLit, Lit, LitStr, Path, Result, Token, parenthesized};

use crate::time::Time;

/// An argument whose name has been read and whose value has not.
///
/// The `form` that the methods take is how the argument is written; errors show it.
pub(crate) struct Arg<'a> {
    pub(crate) name: Ident,
    pub(crate) input: ParseStream<'a>,
}

impl Arg<'_> {
    /// A error at the name.
    pub(crate) fn wrong(&self, message: impl Display) -> Error {
        Error::new(self.name.span(), message)
    }

    /// `= expression`
    pub(crate) fn value(&self, form: &str) -> Result<Expr> {
        self.equals(form)?;
        self.input.parse()
    }

    /// `= "text"`
    pub(crate) fn text(&self, form: &str) -> Result<LitStr> {
        let value = self.value(form)?;
        match literal(&value) {
            Some(Lit::Str(text)) => Ok(text.clone()),
            _ => Err(Error::new_spanned(value, format!("`{}` is a text in quotes: write `{form}`", self.name))),
        }
    }

    /// `= "text"` that is not empty
    pub(crate) fn filled_text(&self, form: &str) -> Result<LitStr> {
        let text = self.text(form)?;
        if text.value().trim().is_empty() {
            return Err(Error::new_spanned(text, format!("`{}` is empty: write `{form}`, or remove it", self.name)));
        }
        Ok(text)
    }

    /// `= ["one", "two"]`, none of which is empty
    pub(crate) fn texts(&self, form: &str) -> Result<Vec<LitStr>> {
        let value = self.value(form)?;
        let Expr::Array(list) = &value else {
            let wrong = format!("`{}` is a list in brackets: write `{form}`", self.name);
            return Err(Error::new_spanned(value, wrong));
        };
        if list.elems.is_empty() {
            let wrong = format!("`{}` is empty: write `{form}`, or remove it", self.name);
            return Err(Error::new_spanned(value, wrong));
        }
        let text = |element: &Expr| match literal(element) {
            Some(Lit::Str(text)) if !text.value().is_empty() => Ok(text.clone()),
            _ => {
                let wrong = format!("`{}` contains only non-empty texts in quotes: write `{form}`", self.name);
                Err(Error::new_spanned(element, wrong))
            }
        };
        list.elems.iter().map(text).collect()
    }

    /// `= 2` or `= "two"`
    pub(crate) fn number_or_text(&self, form: &str) -> Result<String> {
        let value = self.value(form)?;
        match literal(&value) {
            Some(Lit::Int(number)) if number.suffix().is_empty() => Ok(number.base10_digits().to_owned()),
            Some(Lit::Str(text)) if !text.value().is_empty() => Ok(text.value()),
            _ => {
                let wrong = format!("`{}` is a whole number or a text in quotes: write `{form}`", self.name);
                Err(Error::new_spanned(value, wrong))
            }
        }
    }

    /// `= 10`, a time that ends
    pub(crate) fn window(&self, form: &str) -> Result<Time> {
        Time::window(self.value(form)?, form)
    }

    /// `= 0.1`, a part of the whole
    pub(crate) fn share(&self, form: &str) -> Result<f64> {
        let value = self.value(form)?;
        let share = match literal(&value) {
            Some(Lit::Float(number)) => number.base10_parse().ok(),
            _ => None,
        };
        share.filter(|share| *share > 0.0 && *share < 1.0).ok_or_else(|| {
            let wrong = format!("`{}` is a number between 0 and 1: for up to 10 % write `{form}`", self.name);
            Error::new_spanned(value, wrong)
        })
    }

    /// `= true` or `= false`
    pub(crate) fn yes_or_no(&self, form: &str) -> Result<bool> {
        let value = self.value(form)?;
        match literal(&value) {
            Some(Lit::Bool(said)) => Ok(said.value),
            _ => Err(Error::new_spanned(value, format!("`{}` is `true` or `false`: write `{form}`", self.name))),
        }
    }

    /// `= |value| …`, or the path of a function
    pub(crate) fn condition(&self, form: &str) -> Result<Expr> {
        let value = self.value(form)?;
        let wrong = match &value {
            Expr::Closure(closure) if closure.asyncness.is_some() => {
                "cannot be an `async` closure, since its answer is needed at once"
            }
            Expr::Closure(closure) if closure.inputs.len() != 1 => "takes one argument, the value",
            Expr::Closure(_) | Expr::Path(_) => return Ok(value),
            _ => "is a closure, or the path of a function",
        };
        Err(Error::new_spanned(value, format!("`{}` {wrong}: write `{form}`", self.name)))
    }

    /// `= some::path`
    pub(crate) fn path(&self, form: &str) -> Result<Path> {
        self.equals(form)?;
        self.input.call(Path::parse_mod_style).map_err(|error| {
            Error::new(error.span(), format!("`{}` is a path without quotes: write `{form}`", self.name))
        })
    }

    /// `= argument`
    pub(crate) fn argument(&self, form: &str) -> Result<Ident> {
        let value = self.value(form)?;
        let name = if let Expr::Path(path) = &value { path.path.get_ident() } else { None };
        name.cloned().ok_or_else(|| {
            Error::new_spanned(&value, format!("`{}` is the name of an argument: write `{form}`", self.name))
        })
    }

    /// `(a, b)`
    pub(crate) fn names(&self, form: &str) -> Result<Vec<Ident>> {
        if !self.input.peek(syn::token::Paren) {
            return Err(self.wrong(format!("`{}` is a list in parentheses: write `{form}`", self.name)));
        }
        let inside;
        parenthesized!(inside in self.input);
        if inside.is_empty() {
            return Err(self.wrong(format!("`{}` names no argument: write `{form}`, or remove it", self.name)));
        }
        let names = Punctuated::<Ident, Token![,]>::parse_terminated_with;
        let names = (|input: ParseStream| names(input, Ident::parse_any)).parse2(inside.parse()?).map_err(|error| {
            Error::new(error.span(), format!("`{}` contains only names of arguments: write `{form}`", self.name))
        })?;
        Ok(names.into_iter().collect())
    }

    /// The name alone
    pub(crate) fn flag(&self) -> Result<Ident> {
        if self.input.is_empty() || self.input.peek(Token![,]) {
            return Ok(self.name.clone());
        }
        Err(self.wrong(format!("`{0}` takes no value: write only `{0}`", self.name)))
    }

    /// The end of the argument: a comma, or nothing.
    pub(crate) fn end(&self) -> Result<()> {
        if self.input.is_empty() || self.input.peek(Token![,]) {
            return Ok(());
        }
        Err(self.input.error(format!("expected a comma after `{}`", self.name)))
    }

    fn equals(&self, form: &str) -> Result<()> {
        let equals = self.input.parse::<Option<Token![=]>>()?;
        if equals.is_none() || self.input.is_empty() || self.input.peek(Token![,]) {
            return Err(self.wrong(format!("`{}` needs a value: write `{form}`", self.name)));
        }
        Ok(())
    }
}

/// The literal, also if a `macro_rules!` macro passes it in an invisible group.
fn literal(value: &Expr) -> Option<&Lit> {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}
