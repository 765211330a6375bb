//! Which requests select one response.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Selection, Vary};

fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(*name, HeaderValue::from_static(value));
    }
    headers
}

fn on(names: &[&'static str]) -> Selection {
    Selection::new(names.iter().map(|name| HeaderName::from_static(name)))
}

#[test]
fn a_star_anywhere_in_the_list_is_anything() {
    for value in ["*", "*, *", ", *", "*, foo", "foo, *"] {
        assert_eq!(Vary::of(&headers(&[("vary", value)])), Vary::Anything, "{value}");
    }
    assert_eq!(Vary::of(&headers(&[("vary", "foo"), ("vary", "*")])), Vary::Anything);
}

#[test]
fn a_list_that_is_malformed_or_endless_is_anything() {
    assert_eq!(Vary::of(&headers(&[("vary", "foo bar")])), Vary::Anything);
    let mut many = HeaderMap::new();
    for number in 0..1000 {
        many.append("vary", HeaderValue::try_from(format!("x-{number}")).unwrap());
    }
    assert_eq!(Vary::of(&many), Vary::Anything);
}

#[test]
fn case_order_and_repetition_of_names_do_not_matter() {
    let vary = Vary::of(&headers(&[("vary", "Foo, BAR"), ("vary", "foo,, bar")]));
    assert_eq!(vary, Vary::On(on(&["bar", "foo"])));
}

#[test]
fn lines_and_whitespace_of_a_request_do_not_matter() {
    let foo = on(&["foo"]);
    let together = foo.hash(&headers(&[("foo", "1,2")]));
    assert_eq!(together, foo.hash(&headers(&[("foo", "1"), ("foo", " 2 ")])));
    assert_ne!(together, foo.hash(&headers(&[("foo", "2,1")])));
}

#[test]
fn the_case_of_a_language_does_not_matter_and_that_of_other_values_does() {
    let language = on(&["accept-language"]);
    assert_eq!(
        language.hash(&headers(&[("accept-language", "EN")])),
        language.hash(&headers(&[("accept-language", "en")]))
    );
    let foo = on(&["foo"]);
    assert_ne!(foo.hash(&headers(&[("foo", "A")])), foo.hash(&headers(&[("foo", "a")])));
}

#[test]
fn a_missing_field_an_empty_one_and_a_value_that_looks_like_two_fields_are_told_apart() {
    let both = on(&["bar", "foo"]);
    let requests = [
        headers(&[]),
        headers(&[("foo", "")]),
        headers(&[("bar", "")]),
        headers(&[("bar", "1foo2")]),
        headers(&[("bar", "1"), ("foo", "2")]),
    ];
    let mut hashes: Vec<String> = requests.iter().map(|request| both.hash(request)).collect();
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), requests.len());
}

#[test]
fn of_forwarded_the_host_and_the_scheme_count_and_the_client_does_not() {
    let forwarded = on(&["forwarded"]);
    let hash = |value| forwarded.hash(&headers(&[("forwarded", value)]));
    assert_eq!(hash("for=192.0.2.1;host=a.example"), hash("for=192.0.2.2; Host=a.example"));
    assert_ne!(hash("for=192.0.2.1;host=a.example"), hash("for=192.0.2.1;host=b.example"));
}
