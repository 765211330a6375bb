//! What is written when something is wrong: the user's function, and the errors.
//!
//! With the function in place its callers still compile, so that one mistake is one error, and the editor keeps
//! working in its body.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use crate::args::Kind;
use crate::expand::{counter_type, with_handle};
use crate::signature::{Body, Function};

/// The item as it was, and the errors.
pub(crate) fn item(item: TokenStream, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    quote!(#item #errors)
}

/// The function without our attribute, and the errors.
pub(crate) fn function(kind: Kind, function: Function, error: &syn::Error) -> TokenStream {
    let errors = error.to_compile_error();
    let function = match (kind, &function.body) {
        (Kind::Cached, Body::Present { .. }) => whole(&function),
        (Kind::Cached, Body::Absent(_)) => bodied(&function),
        (Kind::Counter, _) => {
            // Where the runtime is may be among what could not be read, so this looks where it is by default.
            let handle = counter_type(&function.sig, None);
            bodied(&with_handle(function, &handle))
        }
    };
    quote!(#function #errors)
}

fn whole(Function { attrs, vis, sig, body }: &Function) -> TokenStream {
    quote!(#(#attrs)* #vis #sig #body)
}

/// The function with a body that never returns, and so returns every type.
fn bodied(function: &Function) -> TokenStream {
    let Function { attrs, vis, sig, .. } = function;
    let attrs = attrs.iter().map(ToTokens::to_token_stream);
    quote_spanned! {Span::mixed_site()=>
        #(#attrs)*
        #[allow(unused_variables, clippy::empty_loop)]
        #vis #sig { loop {} }
    }
}
