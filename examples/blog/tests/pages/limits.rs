//! How much one visitor may write.

use axum::http::StatusCode;

use crate::site::{LONG, Site};

#[test]
fn a_visitor_who_writes_too_much_is_asked_to_wait_and_others_are_not() {
    let site = Site::new();
    let write = |peer: &str| site.post_from(peer, LONG, "author=Ines&body=Indeed.");
    assert!((0..10).all(|_| write("192.0.2.7").status == StatusCode::SEE_OTHER));
    let refused = write("192.0.2.7");
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.html.contains("You write faster than we can read"), "{}", refused.html);
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(write("192.0.2.8").status, StatusCode::SEE_OTHER);
    assert_eq!(site.get(LONG).status, StatusCode::OK, "reading is not limited");
}

#[test]
fn forms_that_are_refused_count_too() {
    let site = Site::new();
    let write = || site.post_from("2001:db8::1", "/comments/1/reply", "author=+&body=").status;
    assert!((0..10).all(|_| write() == StatusCode::BAD_REQUEST));
    assert_eq!(write(), StatusCode::TOO_MANY_REQUESTS);
}
