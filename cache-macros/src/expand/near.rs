//! The first look of a call: near, by the bytes of what its key is made of.
//!
//! ```text
//! let near = {
//!     let mut call = CallKey::of::<load>();
//!     TemplateParts::new(&(&id,)).cache_parts(&mut call);
//!     match near(REFRESH, cache, &mut call, FitProbe::<User>::new().cache_fit()) {
//!         Ok(result) => return result,
//!         Err(slot) => slot,
//!     }
//! };
//! ```
//!
//! The companion type tells the function from all others. In a method, or without companions, a closure's type does, which also
//! has the type parameters of an `impl`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{GenericParam, Lifetime, Type, TypeParam, TypeParamBound, WherePredicate};

use super::Expansion;
use super::forwarding::type_name;
use super::key::displayed;
use super::options::optional;
use super::path::RuntimePath;
use crate::args::Near;
use crate::companions::Parameter;
use crate::key::{Key, TypeArgument};
use crate::signature::{names_in, place_of};

impl Expansion<'_> {
    /// A statement that returns the value if it is kept near, and else says where it is to be kept. `is_refresh` tells
    /// whether the call is one.
    pub(super) fn near(&self, is_refresh: &TokenStream) -> TokenStream {
        let support = self.support(Span::mixed_site());
        if matches!(self.plan.args.near, Some(Near::Off)) || !self.may_be_kept() {
            return quote_spanned!(Span::mixed_site()=> let near = #support::NearSlot::none(););
        }
        let (patterns, parts) = (self.patterns(), self.parts());
        let (cache, kept) = (optional(self.plan.args.cache.as_ref()), self.kept_type());
        let call = self.call_key(&support);
        quote_spanned! {Span::mixed_site()=>
            let near = {
                let mut call = #call;
                #patterns
                #parts
                match #support::near(#is_refresh, #cache, &mut call, #support::FitProbe::<#kept>::new().cache_fit()) {
                    ::core::result::Result::Ok(result) => return result,
                    ::core::result::Result::Err(slot) => slot,
                }
            };
        }
    }

    /// The start of the call's key.
    fn call_key(&self, support: &RuntimePath) -> TokenStream {
        let of_a_closure = quote_spanned!(Span::mixed_site()=> #support::CallKey::of_val(&|| ()));
        let is_free = self.plan.companions.as_ref().is_some_and(|companions| !companions.in_impl);
        let types = self.plan.types.iter().map(|argument| match argument {
            TypeArgument::Type(name) => Some(quote_spanned!(Span::mixed_site()=> ::core::marker::PhantomData<#name>)),
            TypeArgument::Const(_) | TypeArgument::Of(_) => None,
        });
        let Some(types) = types.collect::<Option<Vec<_>>>().filter(|_| is_free) else { return of_a_closure };
        let name = type_name(self.function);
        quote_spanned!(Span::mixed_site()=> #support::CallKey::of::<(#name, #(#types),*)>())
    }

    /// Whether the compiler can find out if values of the type are kept. It chooses methods without regard to lifetimes,
    /// and reports them afterwards: a type parameter in the return type has to be `'static`.
    fn may_be_kept(&self) -> bool {
        let Some(result) = self.function.result() else { return true };
        let result = result.to_token_stream();
        let generics = &self.function.sig.generics;
        let unbounded = generics.params.iter().any(|param| match param {
            GenericParam::Type(param) => {
                place_of(result.clone(), &param.ident.to_string()).is_some() && !self.is_static(param)
            }
            _ => false,
        });
        // The parameters of an `impl` are not to be seen; most have short names.
        let around =
            self.function.is_associated && result.into_iter().any(|token| looks_like_parameter(&token.to_string()));
        !unbounded && !around
    }

    fn is_static(&self, param: &TypeParam) -> bool {
        let says = |bound: &TypeParamBound| matches!(bound, TypeParamBound::Lifetime(it) if it.ident == "static");
        let clause = self.function.sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        let mut bounded = clause.filter_map(|predicate| match predicate {
            WherePredicate::Type(it) if param.ident == it.bounded_ty.to_token_stream().to_string() => Some(&it.bounds),
            _ => None,
        });
        param.bounds.iter().any(says) || bounded.any(|bounds| bounds.iter().any(says))
    }

    /// The return type with lifetimes that the compiler infers: what is kept owns its data.
    fn kept_type(&self) -> TokenStream {
        let Some(mut result) = self.function.result().cloned() else { return self.returned() };
        InferLifetimes.visit_type_mut(&mut result);
        result.into_token_stream()
    }

    /// The names that patterns of arguments bind, where the arguments have other names here.
    fn patterns(&self) -> TokenStream {
        let parameters = self.plan.companions.iter().flat_map(|companions| &companions.parameters);
        let patterns = parameters.filter_map(|parameter| {
            let (pattern, Parameter { name, .. }) = (parameter.pattern_of_reference()?, parameter);
            let names = names_in(&pattern);
            names
                .iter()
                .any(|name| self.plan.key.uses(name))
                .then(|| quote_spanned!(Span::mixed_site()=> let #pattern = &#name; #(let _ = #names;)*))
        });
        patterns.collect()
    }

    /// The statement that writes the parts of the key; nothing if it has none.
    fn parts(&self) -> Option<TokenStream> {
        let (kind, values): (_, Vec<TokenStream>) = match &self.plan.key {
            Key::Template { text, values, .. } => {
                ("TemplateParts", values.iter().map(|value| displayed(value, text.span(), false)).collect())
            }
            Key::Default { arguments } => {
                ("ArgumentParts", arguments.iter().map(|name| quote_spanned!(name.span()=> &#name)).collect())
            }
        };
        let (support, kind) = (self.support(Span::mixed_site()), Ident::new(kind, Span::mixed_site()));
        let statement =
            quote_spanned!(Span::mixed_site()=> #support::#kind::new(&(#(#values,)*)).cache_parts(&mut call););
        (!values.is_empty()).then_some(statement)
    }
}

/// A type parameter has such a name: `T`, `K2`. `Self` may have parameters.
fn looks_like_parameter(name: &str) -> bool {
    name == "Self" || name.len() <= 2 && name.starts_with(|first: char| first.is_ascii_uppercase())
}

struct InferLifetimes;

impl VisitMut for InferLifetimes {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        *lifetime = Lifetime::new("'_", lifetime.span());
    }

    // The lifetimes of a function pointer are its own.
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if !matches!(ty, Type::FnPtr(_)) {
            visit_type_mut(self, ty);
        }
    }
}
