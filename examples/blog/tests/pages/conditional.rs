//! What a browser has already is answered with 304 and not rendered.

use axum::http::{StatusCode, header};
use cache_runtime::Cache;
use rusqlite::Connection;

use crate::site::{LONG, Site};

/// Without their tables, comments and replies cannot be rendered.
fn break_rendering(site: &Site) {
    let connection = Connection::open(site.database_file()).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF; DROP TABLE replies; DROP TABLE comments").unwrap();
}

#[test]
fn a_second_visit_renders_nothing() {
    let site = Site::on(&Cache::none());
    let first = site.get(LONG);
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.headers[header::CACHE_CONTROL], "max-age=0, public, must-revalidate");

    break_rendering(&site);
    for method in ["GET", "HEAD"] {
        let second = site.revisit(method, LONG, &first);
        assert_eq!((second.status, &*second.html), (StatusCode::NOT_MODIFIED, ""), "{method}");
        assert_eq!(second.headers[header::ETAG], first.headers[header::ETAG]);
        assert!(
            !second.headers.contains_key(header::CONTENT_TYPE) && !second.headers.contains_key(header::CONTENT_LENGTH)
        );
    }
    assert_eq!(site.get(LONG).status, StatusCode::INTERNAL_SERVER_ERROR, "rendering was really broken");
}

#[test]
fn a_changed_comment_or_reply_is_sent() {
    let site = Site::new();
    let first = site.get(LONG);
    site.post("/comments/7/edit", "author=Ines&body=It+was+the+left+path.");
    let second = site.revisit("GET", LONG, &first);
    assert_eq!(second.status, StatusCode::OK);
    assert!(second.html.contains("It was the left path."));
    site.post("/replies/2/edit", "author=Ines&body=Or+the+right+one.");
    assert_eq!(site.revisit("GET", LONG, &second).status, StatusCode::OK);
    assert_eq!(site.revisit("GET", LONG, &site.get(LONG)).status, StatusCode::NOT_MODIFIED);
}

#[test]
fn an_edited_template_or_layout_is_sent() {
    let site = Site::new();
    for template in ["post.html", "layout.html", "by.html", "form.html"] {
        let before = site.get(LONG);
        assert_eq!(site.revisit("GET", LONG, &before).status, StatusCode::NOT_MODIFIED);
        site.edit_template(template, |source| format!("{source}\n"));
        assert_eq!(site.revisit("GET", LONG, &before).status, StatusCode::OK, "{template}");
    }
}

#[test]
fn head_has_the_fields_of_get() {
    let site = Site::new();
    let first = site.get(LONG);
    site.post("/comments/7/edit", "author=Ines&body=changed");
    let (head, get) = (site.revisit("HEAD", LONG, &first), site.revisit("GET", LONG, &first));
    assert_eq!((head.status, &*head.html), (StatusCode::OK, ""));
    assert_eq!(head.headers, get.headers);
}

#[test]
fn a_post_that_is_not_there_is_not_found_and_an_explanation_is_always_new() {
    let site = Site::new();
    let first = site.get(LONG);
    assert_eq!(site.revisit("GET", "/posts/999", &first).status, StatusCode::NOT_FOUND);
    assert!(!site.get(&format!("{LONG}?explain")).headers.contains_key(header::ETAG));
}
