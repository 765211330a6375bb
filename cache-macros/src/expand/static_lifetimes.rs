//! Names for the lifetimes that a return type leaves out. Elsewhere in a signature they cannot be left out.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::visit_mut::{VisitMut, visit_lifetime_mut, visit_type_reference_mut};
use syn::{Lifetime, Type, TypeReference};

/// The type with `'static` for each lifetime that was left out: what is read from a store owns its data.
pub(super) fn named(ty: &Type) -> TokenStream {
    let mut named = ty.clone();
    NameLifetimes.visit_type_mut(&mut named);
    named.into_token_stream()
}

struct NameLifetimes;

impl VisitMut for NameLifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime.get_or_insert_with(|| Lifetime::new("'static", Span::mixed_site()));
        visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = Lifetime::new("'static", Span::mixed_site());
        }
        visit_lifetime_mut(self, lifetime);
    }
}
