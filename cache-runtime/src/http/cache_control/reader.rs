//! Cuts a line of `Cache-Control` into directives: `name`, `name=token` or `name="quoted"`, between commas.

use std::time::Duration;

/// The greatest time in seconds: what RFC 9111, 1.2.2 writes for all that are greater.
const LONGEST_TIME: u64 = 1 << 31;

/// A directive as it was sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive<'a> {
    pub(super) name: &'a [u8],
    /// Without its quotes. What follows the name without a `=` is a value, too: a wrong one.
    pub(super) value: Option<&'a [u8]>,
}

impl<'a> Directive<'a> {
    fn read(text: &'a [u8]) -> Self {
        let end = text.iter().position(|byte| matches!(byte, b'=' | b'"' | b' ' | b'\t')).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let value = match rest.strip_prefix(b"=") {
            None if rest.is_empty() => None,
            None => Some(rest),
            Some(value) => Some(unquoted(value)),
        };
        Directive { name, value }
    }

    /// The value as a time; `None` if it is no number.
    pub(super) fn seconds(&self) -> Option<Duration> {
        let digits = self.value.filter(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))?;
        let seconds = digits.iter().fold(0, |sum, digit| (sum * 10 + u64::from(digit - b'0')).min(LONGEST_TIME));
        Some(Duration::from_secs(seconds))
    }
}

fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|opened| opened.strip_suffix(b"\"")).unwrap_or(value)
}

/// The directives of a line. A comma within quotes separates nothing, unless the quotes are not closed: whoever forgets a
/// quote must not lose the `no-store` behind it.
pub(super) fn directives(line: &[u8]) -> impl Iterator<Item = Directive<'_>> {
    let mut rest = line;
    let mut quotes_close = true;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let end = end_of_first(rest, &mut quotes_close);
            let text = rest[..end].trim_ascii();
            rest = rest.get(end + 1..).unwrap_or_default();
            if !text.is_empty() {
                return Some(Directive::read(text));
            }
        }
    })
}

/// Where the next comma outside of quotes is, or the end. After the first quote that is not closed none is looked for, so that
/// the time stays proportional to the length.
fn end_of_first(text: &[u8], quotes_close: &mut bool) -> usize {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b',' => return at,
            b'"' if *quotes_close => match end_of_quoted(&text[at + 1..]) {
                Some(length) => at += length,
                None => *quotes_close = false,
            },
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// How many bytes follow an opening quote up to and with the closing one. A backslash takes the meaning from the next byte.
fn end_of_quoted(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}
