//! Shows an expansion to whoever asks for it.

use std::env;
use std::io::{Write, stderr};

use proc_macro2::{Ident, TokenStream};

/// The environment variable that names the function to be shown.
const ASKED: &str = "CACHE_MACROS_DEBUG";

/// Writes the expansion to standard error if its function was asked for.
pub(super) fn show(function: &Ident, expansion: &TokenStream) {
    if env::var(ASKED).is_ok_and(|asked| function == &asked) {
        // That it cannot be shown is no reason not to compile.
        let _ = writeln!(stderr(), "// {ASKED}={function}\n{expansion}\n");
    }
}
