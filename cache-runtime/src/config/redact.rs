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
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown() {
        for (address, shown) in [
            ("redis://localhost:6379/0", "redis://localhost:6379/0"),
            ("redis://user:hunter2@host:6379/0", "redis://***@host:6379/0"),
            ("redis://:hunter2@host", "redis://***@host"),
            ("redis://:hun@ter2@host", "redis://***@host"),
            ("redis://:hun/ter2@host/1", "redis://***@host/1"),
            ("redis://:hun?ter2@host", "redis://***"),
            ("redis://host?pass=hunter2", "redis://host"),
            ("redis+unix:///run/redis.sock?pass=hun@ter2", "redis+unix://***"),
            ("redis-cluster://u:hunter2@a,u:hunter2@b", "redis-cluster://***@b"),
            ("redis:u:hunter2@host", "redis:***@host"),
            ("hunter2@host", "***@host"),
            ("sqlite::memory:", "sqlite::memory:"),
            ("sqlite:///var/cache.sqlite3?timeout=5", "sqlite:///var/cache.sqlite3"),
            ("", ""),
        ] {
            assert_eq!(without_secrets(address), shown);
        }
    }
}
