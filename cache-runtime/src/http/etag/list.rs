//! The list of tags in `If-Match` and `If-None-Match`, read member by member.

use super::ETag;

/// A member of the list, as bytes of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Member<'a> {
    /// `*`: whatever there is.
    Any,
    Tag {
        weak: bool,
        opaque: &'a [u8],
    },
}

impl Member<'_> {
    pub(in crate::http) fn matches_weakly(self, current: &ETag) -> bool {
        match self {
            Member::Any => true,
            Member::Tag { opaque, .. } => opaque == current.opaque(),
        }
    }

    pub(in crate::http) fn matches_strongly(self, current: &ETag) -> bool {
        match self {
            Member::Any => true,
            Member::Tag { weak, opaque } => !weak && !current.is_weak() && opaque == current.opaque(),
        }
    }
}

/// The members of one line of the field. What is malformed is left out up to the next comma. Within quotes any byte may
/// stand, a comma too, except a quote.
pub(in crate::http) fn members(line: &[u8]) -> impl Iterator<Item = Member<'_>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        loop {
            rest = after_separators(rest);
            if rest.is_empty() {
                return None;
            }
            let (member, after) = first_member(rest);
            let after = after.trim_ascii_start();
            let ends_here = after.is_empty() || after.starts_with(b",");
            rest = if ends_here { after } else { from_next_comma(after) };
            if member.is_some() && ends_here {
                return member;
            }
        }
    })
}

fn after_separators(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !matches!(byte, b',' | b' ' | b'\t'));
    &text[start.unwrap_or(text.len())..]
}

fn from_next_comma(text: &[u8]) -> &[u8] {
    let comma = text.iter().position(|byte| *byte == b',');
    &text[comma.unwrap_or(text.len())..]
}

/// The member at the start, if it is one, and what follows.
fn first_member(text: &[u8]) -> (Option<Member<'_>>, &[u8]) {
    if let Some(after) = text.strip_prefix(b"*") {
        return (Some(Member::Any), after);
    }
    let (weak, quoted) = text.strip_prefix(b"W/").map_or((false, text), |quoted| (true, quoted));
    let Some(opened) = quoted.strip_prefix(b"\"") else { return (None, text) };
    match opened.iter().position(|byte| *byte == b'"') {
        Some(end) => (Some(Member::Tag { weak, opaque: &opened[..end] }), &opened[end + 1..]),
        None => (None, &[]),
    }
}
