//! Shows the expansion of a function on request.

use std::env;
use std::io::{Write, stderr};

use proc_macro2::{Ident, TokenStream};

/// The environment variable that names the function to be shown.
const ASKED: &str = "CACHE_MACROS_DEBUG";

/// Writes the expansion to standard error if its function was asked for.
pub(super) fn show(function: &Ident, expansion: &TokenStream) {
    if env::var(ASKED).is_ok_and(|asked| function == &asked) {
        // A failure to show it must not stop the build.
        let _ = writeln!(stderr(), "// {ASKED}={function}\n{expansion}\n");
    }
}
