//! The function that returns a counter's handle.

use proc_macro2::Span;
use syn::Path;

use crate::signature::{Function, runtime_path};

/// The function with its handle as return type. The handle may be asynchronous; the function that returns it is not.
pub(crate) fn with_handle(mut function: Function, runtime: Option<&Path>) -> Function {
    let runtime = runtime_path(runtime, Span::mixed_site());
    function.sig.output = match function.sig.asyncness.take() {
        Some(_) => syn::parse_quote!(-> #runtime::AsyncCounter),
        None => syn::parse_quote!(-> #runtime::Counter),
    };
    function
}
