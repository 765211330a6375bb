//! The annotated function, as far as the macros parse it.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::visit::Visit;
use syn::{Attribute, Expr, FnArg, Pat, PatIdent, PatType, Path, Result, Signature, Token, Type, Visibility};
use syn::{braced, token};

use crate::args::MacroKind;

/// A function with a body or without one.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Body,
    /// Whether the signature shows that it belongs to an `impl` or a trait.
    pub(crate) is_associated: bool,
}

/// What follows the signature. The statements of a body are passed on and not parsed.
pub(crate) enum Body {
    Absent(Token![;]),
    Present { brace: token::Brace, attrs: Vec<Attribute>, statements: TokenStream },
}

impl Function {
    pub(crate) fn parse(kind: MacroKind, item: TokenStream) -> Result<Self> {
        (|input: ParseStream| Function::read(kind, input)).parse2(item)
    }

    fn read(kind: MacroKind, input: ParseStream) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !is_function(&input.fork()) {
            let wrong = "is for functions: write it above a `fn` or an `async fn`; in an `impl`, above each method";
            return Err(input.error(format!("{} {wrong}", kind.name())));
        }
        let (sig, body): (Signature, _) = (input.parse()?, Body::read(input)?);
        let is_associated = sig.receiver().is_some() || place_of(sig.to_token_stream(), "Self").is_some();
        Ok(Function { attrs, vis, sig, body, is_associated })
    }

    /// The names of the arguments, also those inside of patterns, and `self`.
    pub(crate) fn arguments(&self) -> Vec<Argument> {
        self.sig.inputs.iter().flat_map(named_in).collect()
    }

    /// The type of an argument that is not a part of a pattern.
    pub(crate) fn type_of(&self, name: &Ident) -> Option<&Type> {
        self.sig.inputs.iter().find_map(|input| match input {
            FnArg::Typed(PatType { pat, ty, .. }) if matches!(&**pat, Pat::Ident(pat) if pat.ident == *name) => {
                Some(&**ty)
            }
            _ => None,
        })
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

/// Whether a function follows: `fn`, perhaps after qualifiers such as `const` and `extern "C"`.
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

/// A name that the body can use: an argument, or a name in an argument's pattern.
pub(crate) struct Argument {
    pub(crate) name: Ident,
    /// Whether its type is an `impl Trait`, which is a type argument of the function.
    pub(crate) unnamed_type: bool,
}

impl Argument {
    /// Whether the body is expected to use it: its name does not begin with `_`. `#[async_trait]` names an argument with a
    /// pattern `__arg1`.
    pub(crate) fn is_meant(&self) -> bool {
        let name = self.name.to_string();
        let number = name.strip_prefix("__arg").unwrap_or_default();
        !name.starts_with('_') || (!number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
    }
}

fn named_in(argument: &FnArg) -> Vec<Argument> {
    match argument {
        FnArg::Receiver(receiver) => vec![Argument { name: receiver.self_token.into(), unnamed_type: false }],
        FnArg::Typed(PatType { pat, ty, .. }) => {
            let unnamed_type = place_of(ty.to_token_stream(), "impl").is_some();
            names_in(pat).into_iter().map(|name| Argument { name, unnamed_type }).collect()
        }
    }
}

/// Whether this is the name, with `r#` or without.
pub(crate) fn is_named(ident: &Ident, name: &str) -> bool {
    ident.unraw() == name
}

/// All names in a pattern.
pub(crate) fn names_in(pat: &Pat) -> Vec<Ident> {
    struct Names(Vec<Ident>);
    impl<'a> Visit<'a> for Names {
        fn visit_pat_ident(&mut self, pat: &'a PatIdent) {
            // The branches of `Ok(x) | Err(x)` have the same names.
            if !self.0.contains(&pat.ident) {
                self.0.push(pat.ident.clone());
            }
            syn::visit::visit_pat_ident(self, pat);
        }

        /// What the guard of an arm binds is not the pattern's.
        fn visit_expr(&mut self, _: &'a Expr) {}
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pat);
    names.0
}

/// The position of the first identifier with this text.
pub(crate) fn place_of(tokens: TokenStream, word: &str) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(other) => (other == word).then(|| other.span()),
        TokenTree::Group(group) => place_of(group.stream(), word),
        _ => None,
    })
}

/// The path of the runtime: the one of the argument `crate`, or its usual name.
pub(crate) fn runtime_path(renamed: Option<&Path>, place: Span) -> TokenStream {
    renamed.map_or_else(|| quote_spanned!(place=> ::cache_runtime), ToTokens::to_token_stream)
}
