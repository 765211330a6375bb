//! Which requests are for one URL, and which URL a reference names.

use http::{HeaderMap, HeaderValue, Uri, header::HOST};

use super::Target;

fn target(uri: &str, hosts: &[&'static str]) -> Option<String> {
    let mut headers = HeaderMap::new();
    for host in hosts {
        headers.append(HOST, HeaderValue::from_static(host));
    }
    Target::of(&uri.parse::<Uri>().unwrap(), &headers).map(|target| target.key(true))
}

fn resolved(reference: &'static str) -> Option<String> {
    let base = Target::of(&Uri::from_static("http://shop.example/cards/7?full"), &HeaderMap::new()).unwrap();
    base.resolve(&HeaderValue::from_static(reference)).map(|target| target.key(true))
}

#[test]
fn the_host_is_part_of_the_url_and_its_case_is_not() {
    assert_eq!(target("/a?b", &["Shop.example"]).as_deref(), Some("//shop.example/a?b"));
    assert_ne!(target("/a", &["a.example"]), target("/a", &["b.example"]));
}

#[test]
fn the_host_in_the_uri_wins_over_the_field() {
    assert_eq!(target("http://a.example/x", &["b.example"]).as_deref(), Some("http://a.example/x"));
}

#[test]
fn a_host_that_is_missing_doubled_or_malformed_gives_no_url() {
    assert_eq!(target("/a", &[]), None);
    assert_eq!(target("/a", &["a.example", "a.example"]), None);
    assert_eq!(target("/a", &["a example"]), None);
    assert_eq!(target("/a", &["user:password@a.example"]), None);
}

#[test]
fn spellings_of_a_path_are_told_apart() {
    let spellings = ["/a/b", "/a%2fb", "/a%2Fb", "/A/b", "/a//b", "/a/./b", "/a/b/", "/a/b?", "/a/b?x", "/a/b;x"];
    let mut keys: Vec<_> = spellings.iter().map(|uri| target(uri, &["a.example"])).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), spellings.len());
}

#[test]
fn references_are_resolved_against_the_url() {
    for (reference, url) in [
        ("/cards", "http://shop.example/cards"),
        ("8", "http://shop.example/cards/8"),
        ("../a/./b", "http://shop.example/a/b"),
        ("..", "http://shop.example/"),
        ("?short", "http://shop.example/cards/7?short"),
        ("#top", "http://shop.example/cards/7?full"),
        ("http://SHOP.example/x#y", "http://shop.example/x"),
        ("//shop.example?x", "http://shop.example/?x"),
    ] {
        assert_eq!(resolved(reference).as_deref(), Some(url), "{reference}");
    }
}

#[test]
fn references_to_other_origins_name_nothing() {
    for reference in
        ["http://other.example/cards", "//other.example/", "https://shop.example/", "http://shop.example:81/"]
    {
        assert_eq!(resolved(reference), None, "{reference}");
    }
}
