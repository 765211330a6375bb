//! Lifetimes that a signature leaves out. Where its types stand elsewhere each needs a name.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::visit_mut::{VisitMut, visit_lifetime_mut, visit_type_reference_mut};
use syn::{Lifetime, Type, TypeReference};

/// The type with the name `'static` for each lifetime that was left out: what comes out of a store owns its data.
pub(super) fn owned(ty: TokenStream) -> TokenStream {
    let Ok(mut owned) = syn::parse2::<Type>(ty.clone()) else { return ty };
    Owned.visit_type_mut(&mut owned);
    owned.into_token_stream()
}

struct Owned;

impl VisitMut for Owned {
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
