//! Paths into the runtime.

use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Path;

use crate::signature::runtime_path;

/// A path, token by token. Most statements of an expansion contain one, and the compiler takes a stream inside a stream much
/// more slowly than single tokens.
#[derive(Clone)]
pub(super) struct RuntimePath(Vec<TokenTree>);

impl RuntimePath {
    /// The runtime's module for expansions.
    pub(super) fn support(renamed: Option<&Path>, place: Span) -> Self {
        RuntimePath(runtime_path(renamed, place).into_iter().collect()).then("macro_support", place)
    }

    /// The path with one more name.
    pub(super) fn then(mut self, name: &str, place: Span) -> Self {
        let colon = |spacing| {
            let mut colon = Punct::new(':', spacing);
            colon.set_span(place);
            TokenTree::Punct(colon)
        };
        self.0.extend([colon(Spacing::Joint), colon(Spacing::Alone), Ident::new(name, place).into()]);
        self
    }

    /// The same path elsewhere.
    pub(super) fn at(&self, place: Span) -> Self {
        let mut path = self.clone();
        path.0.iter_mut().for_each(|token| token.set_span(place));
        path
    }
}

impl ToTokens for RuntimePath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }
}
