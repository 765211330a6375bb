//! The expansion if something is wrong: the user's function, and the errors.
//!
//! The function is still there, so that its callers compile and the editor works in its body.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::args::MacroKind;
use crate::counter::with_handle;
use crate::signature::{Body, Function};

/// The item without changes, and the errors.
pub(crate) fn item(item: TokenStream, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    quote!(#item #errors)
}

/// The function without the attribute, and the errors.
pub(crate) fn function(kind: MacroKind, function: Function, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let function = match (kind, &function.body) {
        (MacroKind::Cached | MacroKind::Limited, Body::Present { .. }) => {
            let Function { attrs, vis, sig, body, .. } = function;
            quote!(#(#attrs)* #vis #sig #body)
        }
        (MacroKind::Cached | MacroKind::Limited, Body::Absent(_)) => without_body(&function),
        // The argument `crate` may be what is wrong, so this uses the usual name.
        (MacroKind::Counter, _) => without_body(&with_handle(function, None)),
    };
    quote!(#function #errors)
}

/// The function with a body that never returns, which fits every return type.
fn without_body(Function { attrs, vis, sig, .. }: &Function) -> TokenStream {
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)*
        #[allow(unused_variables, clippy::empty_loop)]
        #vis #sig { loop {} }
    }
}
