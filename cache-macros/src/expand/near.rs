//! The first look of a call: near, by the bytes of what its key is made of.
//!
//! ```text
//! let near = match near(REFRESH, cache, TemplateParts::new(&(&id,)).cache_key(PhantomData::<load>), &outcome) {
//!     Ok(result) => return result,
//!     Err(slot) => slot,
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
use crate::args::Near;
use crate::borrowed::reference;
use crate::companions::Parameter;
use crate::key::{Key, TypeArgument};
use crate::return_type;
use crate::signature::{names_in, place_of};

/// Longer tuples are not written as parts of a key.
const MOST_PARTS: usize = 8;

impl Expansion<'_> {
    /// A statement that returns the value if it is kept near, and else says where it is to be kept. `is_refresh` tells
    /// whether the call is one.
    pub(super) fn near(&self, is_refresh: &TokenStream) -> TokenStream {
        let support = self.support(Span::mixed_site());
        if !self.is_kept_near() {
            return quote_spanned!(Span::mixed_site()=> let near = #support::NearSlot::none(););
        }
        let (cache, call, patterns) = (optional(self.plan.args.cache.as_ref()), self.call_key(), self.patterns());
        // Placed as the outcome is: what cannot be stored is reported once for one place.
        let support = support.at(self.place);
        let look = quote_spanned!(self.place=> #support::near(#is_refresh, #cache, #call, &outcome));
        let look = quote_spanned! {Span::mixed_site()=>
            match #look {
                ::core::result::Result::Ok(result) => return result,
                ::core::result::Result::Err(slot) => slot,
            }
        };
        match patterns.is_empty() {
            true => quote_spanned!(Span::mixed_site()=> let near = #look;),
            false => quote_spanned!(Span::mixed_site()=> let near = { #patterns #look };),
        }
    }

    /// Whether calls look near.
    pub(super) fn is_kept_near(&self) -> bool {
        !matches!(self.plan.args.near, Some(Near::Off)) && self.may_be_kept()
    }

    /// What the call is found by.
    fn call_key(&self) -> TokenStream {
        let (support, function) = (self.support(Span::mixed_site()), self.marker());
        let (kind, values): (_, Vec<TokenStream>) = match &self.plan.key {
            Key::Template { text, values, .. } => {
                ("TemplateParts", values.iter().map(|value| displayed(value, text.span(), false)).collect())
            }
            Key::Default { arguments } => {
                ("ArgumentParts", arguments.iter().map(|name| quote_spanned!(name.span()=> &#name)).collect())
            }
        };
        if values.is_empty() {
            return quote_spanned!(Span::mixed_site()=> #support::CallKey::of(#function));
        }
        let parts = quote_spanned!(Span::mixed_site()=> &(#(#values,)*));
        if values.len() <= MOST_PARTS && self.has_primitive_key() {
            return quote_spanned!(Span::mixed_site()=> #support::CallKey::plain(#parts, #function));
        }
        let kind = support.then(kind, Span::mixed_site());
        quote_spanned!(Span::mixed_site()=> #kind::new(#parts).cache_key(#function))
    }

    /// Whether the key is made of primitive values alone, by the names of their types: the compiler need not be asked.
    fn has_primitive_key(&self) -> bool {
        let is_primitive = |name: &Ident| {
            let mut ty = self.function.type_of(name);
            while let Some(outer) = ty.and_then(reference) {
                ty = Some(&outer.elem);
            }
            ty.is_some_and(return_type::is_primitive)
        };
        match &self.plan.key {
            Key::Template { values, .. } => {
                values.iter().all(|value| value.fields.is_empty() && is_primitive(&value.argument))
            }
            Key::Default { arguments } => arguments.iter().all(is_primitive),
        }
    }

    /// A value whose type belongs to the function alone.
    fn marker(&self) -> TokenStream {
        let of_a_closure = quote_spanned!(Span::mixed_site()=> || ());
        let is_free = self.plan.companions.as_ref().is_some_and(|companions| !companions.in_impl);
        let types = self.plan.types.iter().map(|argument| match argument {
            TypeArgument::Type(name) => Some(name),
            TypeArgument::Const(_) | TypeArgument::Of(_) => None,
        });
        let Some(types) = types.collect::<Option<Vec<_>>>().filter(|_| is_free) else { return of_a_closure };
        let name = type_name(self.function);
        let marker = quote_spanned!(Span::mixed_site()=> ::core::marker::PhantomData);
        match types.is_empty() {
            true => quote_spanned!(Span::mixed_site()=> #marker::<#name>),
            false => quote_spanned!(Span::mixed_site()=> #marker::<(#name, #(#marker<#types>),*)>),
        }
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
    pub(super) fn kept_type(&self) -> TokenStream {
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
