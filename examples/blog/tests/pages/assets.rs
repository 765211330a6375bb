//! The style sheet: pages link it with its fingerprint, and browsers keep it for a year.

use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;

use crate::site::{LONG, Site, between};

const IMMUTABLE: &str = "max-age=31536000, public, immutable";
const REVALIDATED: &str = "max-age=0, public, must-revalidate";

fn style_of(site: &Site, path: &str) -> String {
    between(&site.get(path).html, "<link rel=\"stylesheet\" href=\"", "\"").to_owned()
}

#[test]
fn every_page_links_the_style_sheet_with_its_fingerprint_and_it_is_immutable() {
    let site = Site::new();
    let url = style_of(&site, "/");
    assert!(url.starts_with("/assets/style-") && url.ends_with(".css"), "{url}");
    for path in [LONG, "/posts/1?explain", "/comments/1/reply", "/nothing"] {
        assert_eq!(style_of(&site, path), url, "{path}");
    }
    let style = site.get(&url);
    assert_eq!(style.status, StatusCode::OK);
    assert_eq!(style.headers[CACHE_CONTROL], IMMUTABLE);
    assert!(style.html.contains("color-scheme: light dark"));
}

#[test]
fn the_plain_name_and_that_of_another_build_are_revalidated() {
    let site = Site::new();
    for path in ["/assets/style.css", "/assets/style-0123456789abcdef.css"] {
        let style = site.get(path);
        assert_eq!(style.status, StatusCode::OK, "{path}");
        assert_eq!(style.headers[CACHE_CONTROL], REVALIDATED, "{path}");
    }
    assert_eq!(site.get("/assets/nothing.css").status, StatusCode::NOT_FOUND);
}

#[test]
fn an_edited_style_sheet_has_another_url_and_no_fragment_is_rendered_for_that() {
    let site = Site::new();
    let (before, visited, _) = (style_of(&site, LONG), site.get(LONG), site.explain(LONG));
    assert_eq!(site.revisit("GET", LONG, &visited).status, StatusCode::NOT_MODIFIED);
    site.edit("static/style.css", |css| format!("{css}\nb {{ color: red }}"));
    let after = style_of(&site, LONG);
    assert_ne!(after, before);
    // A page that a browser has links the old one, so that it is sent again.
    assert_eq!(site.revisit("GET", LONG, &visited).status, StatusCode::OK);
    assert_eq!(site.get(&after).headers[CACHE_CONTROL], IMMUTABLE);
    assert_eq!(site.get(&before).headers[CACHE_CONTROL], REVALIDATED);
    assert_eq!(site.explain(LONG).rendered, [""; 0]);
}
