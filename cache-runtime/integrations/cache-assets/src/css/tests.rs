use proptest::prelude::*;

use super::*;

fn values(css: &str) -> Vec<String> {
    references(css).unwrap().into_iter().map(|reference| reference.value).collect()
}

/// Each reference with a text behind it.
fn renamed(css: &str) -> String {
    let found = references(css).unwrap();
    replace(css, found.iter().map(|reference| (reference, format!("{}-0a", reference.value))))
}

#[test]
fn strings_and_urls_are_references_only_where_css_says_so() {
    for (css, expected) in [
        ("@import 'a';", &["a"][..]),
        ("@IMPORT/**/\"a\"screen;", &["a"]),
        ("@import url(a)layer(b)supports(display: grid);", &["a"]),
        ("@media print { @import 'a'; }", &[]),
        ("@layer a; @import 'b'", &["b"]),
        ("@import screen 'a';", &[]),
        ("@namespace svg url(a); b { c: url(d) }", &["d"]),
        ("@namespace 'a'; @namespace url('b'); c { d: url(e) }", &["e"]),
        ("a { b: 'c' url(d) }", &["d"]),
        ("a { b: url( 'c' ) url(\n d\t) }", &["c", "d"]),
        ("a { b: image-set('c' type('d'), url(e) 2x) -webkit-image-set('f' 1x) }", &["c", "e", "f"]),
        ("a { b: local('c') format('d') src('e') }", &["e"]),
        ("a[b='url(c)'] { }", &[]),
        ("/* url(a) @import 'b' */", &[]),
        ("@supports (b: url(c)) { d { e: var(--f, url(g)) } }", &["c", "g"]),
        ("a { b { c: url(d) } }", &["d"]),
        ("a { b: url(c d) url(e\"f) url(g) }", &["g"]),
        ("a { b: url() url('') }", &["", ""]),
        ("}} a { b: url(c) } )] d { e: url(f)", &["c", "f"]),
    ] {
        assert_eq!(values(css), expected, "{css}");
    }
}

#[test]
fn only_the_value_is_replaced_and_its_quotes_stay() {
    for (css, expected) in [
        ("@import 'a';", "@import 'a-0a';"),
        ("a { b: url( c ) url('d') URL(\"e\") }", "a { b: url( c-0a ) url('d-0a') URL(\"e-0a\") }"),
        ("a { b: url(\nc\n) }", "a { b: url(\nc-0a\n) }"),
    ] {
        assert_eq!(renamed(css), expected);
    }
}

#[test]
fn what_has_escapes_or_no_end_is_written_anew() {
    for (css, expected) in [
        (r"a { b: url(my\ cat) }", r#"a { b: url("my cat-0a") }"#),
        (r"@import 'it\'s';", r#"@import "it's-0a";"#),
        (r"a { b: \75 rl(c) }", r"a { b: \75 rl(c-0a) }"),
        ("a { b: url(c", r#"a { b: url("c-0a")"#),
        (r"a { b: url(c\)", r#"a { b: url("c)-0a")"#),
        ("@import 'a", r#"@import "a-0a""#),
        (r"@import 'a\'", r#"@import "a'-0a""#),
        ("a { b: url('c", r#"a { b: url("c-0a""#),
    ] {
        assert_eq!(renamed(css), expected);
        assert_eq!(values(&renamed(css)), values(css).into_iter().map(|value| value + "-0a").collect::<Vec<_>>());
    }
}

#[test]
fn a_reference_knows_its_line() {
    let css = "a\n{ b: url(c);\r\nd: url('e') }";
    let lines: Vec<_> = references(css).unwrap().iter().map(|reference| reference.line(css)).collect();
    assert_eq!(lines, [2, 3]);
}

/// Pieces that CSS gives a meaning, and pieces of them, in any order.
fn css() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("url(".to_owned()),
        Just("url('".to_owned()),
        Just("@import ".to_owned()),
        Just("@namespace ".to_owned()),
        Just("image-set(".to_owned()),
        Just("/*".to_owned()),
        Just("*/".to_owned()),
        "[\\\\'\"(){};,\\[\\] \\n\\r\\x0c:@!-]{1,2}",
        "[a-f0-9]{1,4}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// The tokens of a style sheet with all references emptied.
fn rest(css: &str) -> Vec<String> {
    fn walk(parser: &mut Parser<'_>, found: &mut Vec<String>) -> Result<(), ParseError<()>> {
        loop {
            let start = parser.position();
            let Ok(token) = parser.next_including_whitespace_and_comments() else { return Ok(()) };
            let opens = matches!(
                token,
                Token::Function(_) | Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock
            );
            let is_url = matches!(token, Token::UnquotedUrl(_));
            let is_string = matches!(token, Token::QuotedString(_));
            match (is_url, is_string) {
                (true, _) => found.extend(["url(".to_owned(), "string".to_owned()]),
                (_, true) => found.push("string".to_owned()),
                _ => found.push(parser.slice_from(start).to_owned()),
            }
            if opens {
                parser.parse_nested_block(|parser| walk(parser, found))?;
            }
        }
    }
    let mut found = Vec::new();
    let _ = walk(&mut Parser::new(css), &mut found);
    found.into_iter().map(|token| if token.eq_ignore_ascii_case("url(") { "url(".to_owned() } else { token }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn without_other_names_every_byte_stays(css in css()) {
        let found = references(&css).unwrap();
        prop_assert_eq!(replace(&css, [].into_iter()), &*css);
        // Also where all references are written again, unless they have escapes or no end.
        if found.iter().all(|reference| reference.form == Form::Verbatim) {
            let same = found.iter().map(|reference| (reference, reference.value.clone()));
            prop_assert_eq!(replace(&css, same), css);
        }
    }

    #[test]
    fn other_names_change_the_references_and_no_other_token(css in css()) {
        let written = renamed(&css);
        let expected: Vec<String> = values(&css).into_iter().map(|value| value + "-0a").collect();
        prop_assert_eq!(values(&written), expected);
        prop_assert_eq!(rest(&written), rest(&css));
    }

    #[test]
    fn no_text_makes_it_panic(css in any::<String>()) {
        let _ = references(&css);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = references(&String::from_utf8_lossy(&bytes));
    }
}
