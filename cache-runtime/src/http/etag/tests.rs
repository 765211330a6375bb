//! Tags are compared as RFC 9110 says, and lists of them are read from any bytes.

use http::HeaderValue;
use proptest::prelude::*;

use super::{ETag, Member, members};

fn tag(text: &str) -> ETag {
    ETag::parse(text.as_bytes()).expect("it is a tag")
}

fn read(line: &str) -> Vec<Member<'_>> {
    members(line.as_bytes()).collect()
}

fn strong(opaque: &str) -> Member<'_> {
    Member::Tag { weak: false, opaque: opaque.as_bytes() }
}

fn weak(opaque: &str) -> Member<'_> {
    Member::Tag { weak: true, opaque: opaque.as_bytes() }
}

#[test]
fn tags_are_compared_weakly_and_strongly() {
    // RFC 9110, 8.8.3.2.
    for (one, other, is_strong, is_weak) in [
        ("W/\"1\"", "W/\"1\"", false, true),
        ("W/\"1\"", "W/\"2\"", false, false),
        ("W/\"1\"", "\"1\"", false, true),
        ("\"1\"", "\"1\"", true, true),
    ] {
        let (one, other) = (tag(one), tag(other));
        assert_eq!(one.matches_strongly(&other), is_strong, "{one} {other}");
        assert_eq!(one.matches_weakly(&other), is_weak, "{one} {other}");
        assert_eq!(read(&other.to_string())[0].matches_strongly(&one), is_strong, "{one} {other}");
        assert_eq!(read(&other.to_string())[0].matches_weakly(&one), is_weak, "{one} {other}");
    }
}

#[test]
fn only_a_quoted_text_is_a_tag() {
    for text in ["", "a", "\"", "\"\"\"", "w/\"a\"", "\"a\", \"b\"", "W/a", "\"a\nb\""] {
        assert_eq!(ETag::parse(text.as_bytes()), None, "{text:?}");
    }
    assert_eq!(tag(" \"a b\" ").opaque(), b"a b");
    assert_eq!(tag("\"\"").opaque(), b"");
}

#[test]
fn bytes_that_are_not_text_are_kept() {
    let tag = ETag::parse(b"\"\xe9\"").expect("it is a tag");
    assert_eq!(HeaderValue::from(tag.into_weak()).as_bytes(), b"W/\"\xe9\"");
}

#[test]
fn a_list_is_read_member_by_member() {
    assert_eq!(read("\"x\", W/\"a\" ,\"y\""), [strong("x"), weak("a"), strong("y")]);
    assert_eq!(read("\"a,b\",\"a b\""), [strong("a,b"), strong("a b")]);
    assert_eq!(read(" *\t"), [Member::Any]);
    assert_eq!(read("\"\""), [strong("")]);
}

#[test]
fn malformed_members_are_left_out() {
    assert_eq!(read(""), []);
    assert_eq!(read(" , ,"), []);
    assert_eq!(read("\"\"\""), []);
    assert_eq!(read("a, w/\"b\", \"c\""), [strong("c")]);
    assert_eq!(read("\"a\"b, \"c\""), [strong("c")]);
    assert_eq!(read("\"a\" \"b\", **, \"c\""), [strong("c")]);
    assert_eq!(read("\"a\", \"b"), [strong("a")]);
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(line in proptest::collection::vec(any::<u8>(), 0..200)) {
        members(&line).for_each(drop);
        let _ = ETag::parse(&line);
    }

    #[test]
    fn any_list_like_text_can_be_read(line in "[\"W/*a, \\\\]{0,40}") {
        for member in members(line.as_bytes()) {
            if let Member::Tag { opaque, .. } = member {
                prop_assert!(!opaque.contains(&b'"'));
            }
        }
    }

    #[test]
    fn what_is_written_is_read_again(opaque in "[!#-~]{0,20}", is_weak in any::<bool>()) {
        let written = format!("{}\"{opaque}\"", if is_weak { "W/" } else { "" });
        let tag = tag(&written);
        let listed = format!("\"other\", {written},");
        prop_assert_eq!(tag.to_string(), written);
        prop_assert_eq!(read(&listed)[1..].to_vec(), vec![Member::Tag { weak: is_weak, opaque: opaque.as_bytes() }]);
    }
}
