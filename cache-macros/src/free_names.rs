//! Where an expression uses a name of its surroundings.
//!
//! A field, a method, a path of several words and a name that the expression binds itself (the argument of a closure, a
//! `let`, the pattern of a `match`, an item) are other names. The arguments of a macro are parsed if they are expressions, and
//! the first text among them may capture names, as in `format!("{days}")`. What cannot be parsed is searched word by word.

#[cfg(test)]
mod tests;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Arm, Block, Expr, ExprClosure, ExprForLoop, ExprIf, ExprLit, ExprPath, ExprWhile, FieldValue, Item, Lit, Local,
    Macro, Member, Pat, Stmt, Token,
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

    /// Visits the arguments of a macro. `name = value` gives an argument a name, which a text may use.
    fn visit_arguments(&mut self, arguments: &Punctuated<Expr, Token![,]>) {
        let mut is_named = false;
        for argument in arguments {
            match argument {
                Expr::Assign(assign) => {
                    is_named |= matches!(&*assign.left, Expr::Path(path) if path.path.is_ident(self.name));
                    self.visit_expr(&assign.right);
                }
                other => self.visit_expr(other),
            }
        }
        let is_text = |argument: &&Expr| matches!(argument, Expr::Lit(ExprLit { lit: Lit::Str(_), .. }));
        if let Some(Expr::Lit(ExprLit { lit: Lit::Str(format), .. })) = arguments.iter().find(is_text)
            && !is_named
            && captures(&format.value(), &self.name.unraw().to_string())
        {
            self.find(format.span());
        }
    }

    /// Searches tokens that are no expressions. A field, a lifetime and a part of a path are other names.
    fn visit_words(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.visit_words(group.stream()),
                TokenTree::Ident(word) if word == self.name => {
                    let is_other = matches!(puncts(tokens[..at].iter().rev()), ['.' | '\'', _] | [':', ':'])
                        || puncts(tokens[at + 1..].iter()) == [':', ':'];
                    if !is_other {
                        self.find(word.span());
                    }
                }
                _ => {}
            }
        }
    }
}

/// The next two tokens as punctuation; a blank for every other token.
fn puncts<'t>(mut tokens: impl Iterator<Item = &'t TokenTree>) -> [char; 2] {
    [(); 2].map(|()| match tokens.next() {
        Some(TokenTree::Punct(punct)) => punct.as_char(),
        _ => ' ',
    })
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

    /// An item is in force for all of its block.
    fn visit_block(&mut self, block: &'a Block) {
        self.with([], |search| {
            search.bound += block.stmts.iter().filter(|statement| declares(statement, search.name)).count();
            visit::visit_block(search, block);
        });
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
        match Punctuated::parse_terminated.parse2(called.tokens.clone()) {
            Ok(arguments) => self.visit_arguments(&arguments),
            Err(_) => self.visit_words(called.tokens.clone()),
        }
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

/// Whether the statement is an item of this name.
fn declares(statement: &Stmt, name: &Ident) -> bool {
    let declared = match statement {
        Stmt::Item(Item::Fn(item)) => &item.sig.ident,
        Stmt::Item(Item::Const(item)) => &item.ident,
        Stmt::Item(Item::Static(item)) => &item.ident,
        Stmt::Item(Item::Struct(item)) => &item.ident,
        Stmt::Item(Item::Use(item)) => return place_of(item.to_token_stream(), &name.to_string()).is_some(),
        _ => return false,
    };
    declared == name
}

/// Whether a format string captures the name.
fn captures(text: &str, name: &str) -> bool {
    let text = text.replace("{{", "");
    let mut placeholders = text.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    placeholders.any(|placeholder| {
        let (argument, format) = placeholder.split_once(':').unwrap_or((placeholder, ""));
        // A width or a precision: `{x:>width$.precision$}`.
        let mut parameters = format.split('$').map(|before| {
            let start = before.trim_end_matches(|c: char| c == '_' || c.is_alphanumeric()).len();
            &before[start..]
        });
        argument.trim_end() == name || (format.contains('$') && parameters.any(|parameter| parameter == name))
    })
}
