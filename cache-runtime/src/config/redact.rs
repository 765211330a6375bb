//! Addresses without their secrets.

/// The address for messages: without credentials, and without its query, which may hold credentials as well.
///
/// A password that was not percent-encoded may hold any character, so in doubt it hides more than necessary.
pub(crate) fn without_secrets(address: &str) -> String {
    let (scheme, rest) = split_scheme(address);
    let (secret, shown) = match rest.rsplit_once('@') {
        None => ("", rest),
        // Either the password has a question mark, or the query an at sign. So what follows may be secret.
        Some((before, _)) if before.contains(['?', '#']) => return format!("{scheme}***"),
        Some((_, host)) => ("***@", host),
    };
    let shown = shown.split_once('?').map_or(shown, |(path, _)| path);
    format!("{scheme}{secret}{shown}")
}

/// Splits an address into its scheme with `:` or `://`, and the rest.
fn split_scheme(address: &str) -> (&str, &str) {
    let Some(colon) = address.find(':') else { return ("", address) };
    let after = &address[colon + 1..];
    let slashes = if after.starts_with("//") { 2 } else { 0 };
    address.split_at(colon + 1 + slashes)
}

#[cfg(test)]
mod tests;
