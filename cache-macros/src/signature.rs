//! The annotated function, as far as an attribute has to know it.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::visit::Visit;
use syn::{
    Attribute, FnArg, Pat, PatIdent, PatType, Receiver, Result, Signature, Token, Type, TypeImplTrait, Visibility,
};
use syn::{braced, token};

use crate::args::Kind;

/// A function with a body or without one.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Body,
}

/// What stands after the signature. A body's statements are the user's: they are passed on and not looked into.
pub(crate) enum Body {
    Absent(Token![;]),
    Present { brace: token::Brace, attrs: Vec<Attribute>, statements: TokenStream },
}

impl Function {
    pub(crate) fn parse(kind: Kind, item: TokenStream) -> Result<Self> {
        (|input: ParseStream| Function::read(kind, input)).parse2(item)
    }

    fn read(kind: Kind, input: ParseStream) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !is_function(&input.fork()) {
            let name = kind.name();
            let wrong = format!(
                "{name} stands on a function, `fn` or `async fn`: in an `impl`, on each method that is to have it"
            );
            return Err(input.error(wrong));
        }
        Ok(Function { attrs, vis, sig: input.parse()?, body: Body::read(input)? })
    }

    /// The arguments by their names, `self` among them.
    pub(crate) fn arguments(&self) -> Vec<Argument> {
        self.sig.inputs.iter().flat_map(named_in).collect()
    }

    /// Whether it can only stand in an `impl` or a trait, as far as its signature tells.
    pub(crate) fn is_associated(&self) -> bool {
        self.sig.receiver().is_some() || place_of(self.sig.to_token_stream(), "Self").is_some()
    }
}

impl Body {
    fn read(input: ParseStream) -> Result<Self> {
        if let Some(semicolon) = input.parse::<Option<Token![;]>>()? {
            return Ok(Body::Absent(semicolon));
        }
        let inside;
        let brace = braced!(inside in input);
        Ok(Body::Present { brace, attrs: inside.call(Attribute::parse_inner)?, statements: inside.parse()? })
    }
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Body::Absent(semicolon) => semicolon.to_tokens(tokens),
            Body::Present { brace, attrs, statements } => {
                brace.surround(tokens, |inside| inside.extend(quote!(#(#attrs)* #statements)));
            }
        }
    }
}

/// Whether what comes is a function: words such as `const` and `extern "C"` may stand before `fn`.
fn is_function(input: ParseStream) -> bool {
    while !input.peek(Token![fn]) {
        match input.parse() {
            Ok(TokenTree::Ident(word)) if ["const", "async", "unsafe", "safe", "extern"].iter().any(|w| word == w) => {}
            Ok(TokenTree::Literal(_)) => {}
            _ => return false,
        }
    }
    true
}

/// Something that the body can call by a name: an argument, or a part of one that its pattern names.
pub(crate) struct Argument {
    pub(crate) name: Ident,
    /// Whether its type is an `impl Trait`, which counts as a type argument.
    pub(crate) unnamed_type: bool,
}

impl Argument {
    /// Whether it is called so, with `r#` or without.
    pub(crate) fn is(&self, name: &str) -> bool {
        Argument::is_named(&self.name, name)
    }

    pub(crate) fn is_named(ident: &Ident, name: &str) -> bool {
        ident.unraw() == name
    }

    /// Whether the body is expected to use it.
    pub(crate) fn is_meant(&self) -> bool {
        !self.name.to_string().starts_with('_')
    }
}

fn named_in(argument: &FnArg) -> Vec<Argument> {
    match argument {
        FnArg::Receiver(Receiver { self_token, .. }) => {
            vec![Argument { name: Ident::new("self", self_token.span), unnamed_type: false }]
        }
        FnArg::Typed(PatType { pat, ty, .. }) => {
            let unnamed_type = first_impl_trait(ty).is_some();
            names_in(pat).into_iter().map(|name| Argument { name, unnamed_type }).collect()
        }
    }
}

/// All that a pattern names.
pub(crate) fn names_in(pat: &Pat) -> Vec<Ident> {
    struct Names(Vec<Ident>);
    impl<'a> Visit<'a> for Names {
        fn visit_pat_ident(&mut self, pat: &'a PatIdent) {
            // The branches of `Ok(x) | Err(x)` name the same.
            if !self.0.contains(&pat.ident) {
                self.0.push(pat.ident.clone());
            }
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pat);
    names.0
}

/// Where a word stands first in the tokens.
pub(crate) fn place_of(tokens: TokenStream, word: &str) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(other) => (other == word).then(|| other.span()),
        TokenTree::Group(group) => place_of(group.stream(), word),
        _ => None,
    })
}

/// The first `impl Trait` in a type.
pub(crate) fn first_impl_trait(ty: &Type) -> Option<&TypeImplTrait> {
    struct First<'a>(Option<&'a TypeImplTrait>);
    impl<'a> Visit<'a> for First<'a> {
        fn visit_type_impl_trait(&mut self, found: &'a TypeImplTrait) {
            self.0 = self.0.or(Some(found));
        }
    }
    let mut first = First(None);
    first.visit_type(ty);
    first.0
}
