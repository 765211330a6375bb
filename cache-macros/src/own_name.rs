//! A function with the name of a crate, a module or a type that it uses: its companion type has that name too.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::visit::{Visit, visit_path};
use syn::{Error, Path, Signature};

use crate::errors::Errors;
use crate::signature::{Body, Function, place_of};

/// The functions of a companion type.
pub(crate) const COMPANIONS: [&str; 11] =
    ["uncached", "refresh", "invalidate", "peek", "prime", "key", "tags", "stats", "unlimited", "remaining", "reset"];

/// Reports where the function uses its own name for something else.
pub(crate) fn check(function: &Function, errors: &mut Errors) {
    let name = &function.sig.ident;
    let mut places = in_signature(&function.sig);
    // Most bodies do not mention the name. As one text they are searched much faster than token by token.
    if let Body::Present { statements, .. } = &function.body
        && statements.to_string().contains(&name.unraw().to_string())
        && !declares(statements.clone(), name)
    {
        in_body(statements.clone(), name, &mut places);
    }
    errors.extend(places.into_iter().map(|place| {
        let wrong = format!(
            "here `{name}` means the companion type of this function: write `::{name}` for a crate, the whole path of \
             anything else, such as `super::{name}`, or `companions = false`"
        );
        Error::new(place, wrong)
    }));
}

fn in_signature(sig: &Signature) -> Vec<Span> {
    struct Paths<'n>(&'n Ident, Vec<Span>);
    impl<'a> Visit<'a> for Paths<'_> {
        fn visit_path(&mut self, path: &'a Path) {
            if path.leading_colon.is_none() && path.segments.first().is_some_and(|first| first.ident == *self.0) {
                self.1.push(path.segments[0].ident.span());
            }
            visit_path(self, path);
        }
    }
    let mut paths = Paths(&sig.ident, Vec::new());
    paths.visit_generics(&sig.generics);
    sig.inputs.iter().for_each(|input| paths.visit_fn_arg(input));
    paths.visit_return_type(&sig.output);
    paths.1
}

/// Finds `name::…` in statements, unless it is a companion or follows `::`, as in `module::name::…`.
fn in_body(statements: TokenStream, name: &Ident, places: &mut Vec<Span>) {
    let tokens: Vec<TokenTree> = statements.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => in_body(group.stream(), name, places),
            TokenTree::Ident(found) if found == name && !follows_path(&tokens[..at]) => {
                let next = path_segment(&tokens[at + 1..]);
                let is_companion = |next: &Ident| COMPANIONS.iter().any(|companion| next.unraw() == companion);
                places.extend(next.filter(|next| !is_companion(next)).map(|_| found.span()));
            }
            _ => {}
        }
    }
}

fn follows_path(before: &[TokenTree]) -> bool {
    match before {
        [.., first, second] if is_colon(first) && is_colon(second) => true,
        [.., TokenTree::Punct(last)] => last.as_char() == '.',
        _ => false,
    }
}

/// Whether the body itself declares or imports the name.
fn declares(statements: TokenStream, name: &Ident) -> bool {
    let tokens: Vec<TokenTree> = statements.into_iter().collect();
    let mut is_import = false;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) if declares(group.stream(), name) || (is_import && mentions(group, name)) => {
                return true;
            }
            TokenTree::Ident(word) if word == "use" => is_import = true,
            TokenTree::Punct(punct) if punct.as_char() == ';' => is_import = false,
            TokenTree::Ident(word) if word == name => {
                let declared = at.checked_sub(1).is_some_and(|before| {
                    ["mod", "struct", "enum", "type", "trait", "crate", "as"]
                        .iter()
                        .any(|word| tokens[before].to_string() == *word)
                });
                if declared || is_import {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

fn mentions(group: &Group, name: &Ident) -> bool {
    place_of(group.stream(), &name.to_string()).is_some()
}

/// The segment after `::`.
fn path_segment(after: &[TokenTree]) -> Option<&Ident> {
    match after {
        [first, second, TokenTree::Ident(segment), ..] if is_colon(first) && is_colon(second) => Some(segment),
        _ => None,
    }
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
}
