//! Names of files as paths of an URL: `css/app.css`, and `css/app-3bf3a8d5236ad2db.css` with a fingerprint.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The hexadecimal digits of a fingerprint.
pub(crate) const FINGERPRINT_LEN: usize = 16;

/// What no URL, no attribute of HTML and no `url(…)` of CSS gives a meaning of its own stays as it is.
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Puts a fingerprint before the extension.
pub(crate) fn with_fingerprint(name: &str, fingerprint: &str) -> String {
    let (stem, extension) = name.split_at(stem_len(name));
    format!("{stem}-{fingerprint}{extension}")
}

/// The name without its fingerprint, and the fingerprint, of whatever build that is. `None` if it has none.
pub(crate) fn without_fingerprint(name: &str) -> Option<(String, &str)> {
    let (stem, extension) = name.split_at(stem_len(name));
    let (plain, fingerprint) = stem.rsplit_once('-')?;
    let is_hex = fingerprint.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (fingerprint.len() == FINGERPRINT_LEN && is_hex).then(|| (format!("{plain}{extension}"), fingerprint))
}

fn stem_len(name: &str) -> usize {
    let file = file_start(name);
    name[file..].rfind('.').map_or(name.len(), |dot| file + dot)
}

/// The folder of a name, empty or with a slash at its end.
pub(crate) fn folder(name: &str) -> &str {
    &name[..file_start(name)]
}

/// The last part of a name.
pub(crate) fn file(name: &str) -> &str {
    &name[file_start(name)..]
}

fn file_start(name: &str) -> usize {
    name.rfind('/').map_or(0, |slash| slash + 1)
}

/// The extension in lower case, without the dot.
pub(crate) fn extension(name: &str) -> String {
    name[stem_len(name)..].trim_start_matches('.').to_ascii_lowercase()
}

pub(crate) fn encoded(name: &str) -> String {
    utf8_percent_encode(name, &ENCODED).to_string()
}

/// `None` if it is not UTF-8.
pub(crate) fn decoded(path: &str) -> Option<String> {
    Some(percent_decode_str(path).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_fingerprint_stands_before_the_last_extension() {
        for (name, expected) in [
            ("app.css", "app-0123456789abcdef.css"),
            ("v1.2/lib.min.js", "v1.2/lib.min-0123456789abcdef.js"),
            ("v1.2/LICENSE", "v1.2/LICENSE-0123456789abcdef"),
        ] {
            assert_eq!(with_fingerprint(name, "0123456789abcdef"), expected);
            assert_eq!(without_fingerprint(expected), Some((name.to_owned(), "0123456789abcdef")));
        }
    }

    #[test]
    fn what_only_looks_like_a_fingerprint_is_none() {
        for name in
            ["app.css", "app-0123456789abcde.css", "app-0123456789ABCDEF.css", "a-b/0123456789abcdef.css", "-", ""]
        {
            assert_eq!(without_fingerprint(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_name_survives_its_fingerprint_and_its_encoding(name in "[^/]{1,8}(/[^/]{1,8}){0,2}") {
            let named = with_fingerprint(&name, "0123456789abcdef");
            prop_assert_eq!(without_fingerprint(&named), Some((name.clone(), "0123456789abcdef")));
            prop_assert_eq!(decoded(&encoded(&name)), Some(name));
        }
    }
}
