//! The function that returns a counter's handle.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Path, Signature};

use crate::signature::{Function, runtime_path};

/// The type of the handle.
pub(crate) fn handle_type(sig: &Signature, runtime: Option<&Path>) -> TokenStream {
    let runtime = runtime_path(runtime, proc_macro2::Span::mixed_site());
    match sig.asyncness {
        Some(_) => quote!(#runtime::AsyncCounter),
        None => quote!(#runtime::Counter),
    }
}

/// The function with its handle as return type. The handle is asynchronous; the function that returns it is not.
pub(crate) fn with_handle(mut function: Function, handle: &TokenStream) -> Function {
    function.sig.asyncness = None;
    function.sig.output = syn::parse_quote!(-> #handle);
    function
}
