//! Where an expression uses a name of its surroundings.
//!
//! A field, a method, a path of several words and a name that the expression binds itself (the argument of a closure, a
//! `let`, the pattern of a `match`) are other names. The arguments of a macro are parsed if they are expressions, and texts
//! in them may capture names, as in `format!("{days}")`; what cannot be parsed is searched word by word.

#[cfg(test)]
mod tests;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Arm, Block, Expr, ExprClosure, ExprForLoop, ExprIf, ExprPath, ExprWhile, FieldValue, Item, Lit, LitStr, Local,
    Macro, Member, Pat, Token,
};

use crate::signature::{names_in, place_of};

/// Where the expression uses the name, if it does.
pub(crate) fn free_use(expression: &Expr, name: &Ident) -> Option<Span> {
    let mut search = Search { name, bound: 0, found: None };
    search.visit_expr(expression);
    search.found
}

struct Search<'n> {
    name: &'n Ident,
    /// How many patterns around here bind the name.
    bound: usize,
    found: Option<Span>,
}

impl Search<'_> {
    fn find(&mut self, place: Span) {
        if self.bound == 0 {
            self.found.get_or_insert(place);
        }
    }

    /// Visits what the pattern is in force for.
    fn with<'a>(&mut self, patterns: impl IntoIterator<Item = &'a Pat>, visit: impl FnOnce(&mut Self)) {
        let before = self.bound;
        patterns.into_iter().for_each(|pattern| self.bind(pattern));
        visit(self);
        self.bound = before;
    }

    fn bind(&mut self, pattern: &Pat) {
        self.bound += usize::from(names_in(pattern).contains(self.name));
    }

    /// Binds the patterns of the `let`s in a condition, which are in force after them.
    fn visit_condition(&mut self, condition: &Expr) {
        match condition {
            Expr::Let(binding) => {
                self.visit_expr(&binding.expr);
                self.bind(&binding.pat);
            }
            Expr::Binary(both) => {
                self.visit_condition(&both.left);
                self.visit_condition(&both.right);
            }
            other => self.visit_expr(other),
        }
    }

    fn visit_tokens(&mut self, tokens: TokenStream) {
        if let Ok(arguments) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone()) {
            arguments.iter().for_each(|argument| self.visit_expr(argument));
        } else if let Some(place) = place_of(tokens.clone(), &self.name.to_string()) {
            self.find(place);
        }
        self.visit_captures(tokens);
    }

    /// Finds `{name}` and `{name:?}` in texts.
    fn visit_captures(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.visit_captures(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse2::<LitStr>(TokenTree::Literal(literal).into())
                        && captures(&text.value(), &self.name.unraw().to_string())
                    {
                        self.find(text.span());
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'a> Visit<'a> for Search<'_> {
    fn visit_expr_path(&mut self, path: &'a ExprPath) {
        if path.path.is_ident(self.name) {
            self.find(path.path.segments[0].ident.span());
        }
    }

    /// `Point { x }` uses `x`, and `Point { x: 1 }` does not.
    fn visit_field_value(&mut self, field: &'a FieldValue) {
        match &field.member {
            Member::Named(member) if field.colon_token.is_none() && member == self.name => self.find(member.span()),
            _ => self.visit_expr(&field.expr),
        }
    }

    fn visit_expr_closure(&mut self, closure: &'a ExprClosure) {
        self.with(&closure.inputs, |search| search.visit_expr(&closure.body));
    }

    fn visit_arm(&mut self, arm: &'a Arm) {
        self.with([&arm.pat], |search| {
            if let Pat::Guard(guarded) = &arm.pat {
                search.visit_condition(&guarded.guard);
            }
            search.visit_expr(&arm.body);
        });
    }

    fn visit_expr_if(&mut self, found: &'a ExprIf) {
        self.with([], |search| {
            search.visit_condition(&found.cond);
            search.visit_block(&found.then_branch);
        });
        found.else_branch.iter().for_each(|(_, other)| self.visit_expr(other));
    }

    fn visit_expr_while(&mut self, found: &'a ExprWhile) {
        self.with([], |search| {
            search.visit_condition(&found.cond);
            search.visit_block(&found.body);
        });
    }

    fn visit_expr_for_loop(&mut self, found: &'a ExprForLoop) {
        self.visit_expr(&found.expr);
        self.with([&*found.pat], |search| search.visit_block(&found.body));
    }

    fn visit_block(&mut self, block: &'a Block) {
        self.with([], |search| visit::visit_block(search, block));
    }

    /// A `let` is in force for the statements after it.
    fn visit_local(&mut self, local: &'a Local) {
        visit::visit_local(self, local);
        self.bind(&local.pat);
    }

    fn visit_macro(&mut self, called: &'a Macro) {
        if called.path.segments.last().is_some_and(|last| last.ident == "matches")
            && let Ok((value, pattern, guard)) = matches_arguments.parse2(called.tokens.clone())
        {
            self.visit_expr(&value);
            return self.with([&pattern], |search| guard.iter().for_each(|guard| search.visit_condition(guard)));
        }
        self.visit_tokens(called.tokens.clone());
    }

    /// An item sees nothing of its surroundings.
    fn visit_item(&mut self, _: &'a Item) {}

    /// Its names are bound by whoever visits what it belongs to.
    fn visit_pat(&mut self, _: &'a Pat) {}

    fn visit_lit(&mut self, _: &'a Lit) {}
}

/// The arguments of `matches!`.
fn matches_arguments(input: ParseStream) -> syn::Result<(Expr, Pat, Option<Expr>)> {
    let value = input.parse()?;
    input.parse::<Token![,]>()?;
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    let guard = if input.parse::<Option<Token![if]>>()?.is_some() { Some(input.parse()?) } else { None };
    input.parse::<Option<Token![,]>>()?;
    Ok((value, pattern, guard))
}

/// Whether a format string captures the name.
fn captures(text: &str, name: &str) -> bool {
    let text = text.replace("{{", "");
    let mut placeholders = text.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    placeholders.any(|placeholder| {
        let (argument, format) = placeholder.split_once(':').unwrap_or((placeholder, ""));
        argument.trim_end() == name || format.contains(&format!("{name}$"))
    })
}
