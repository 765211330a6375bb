//! What goes wrong: in the address, in a form, in the cache, in a template.

use std::fs;

use axum::http::StatusCode;
use cache_runtime::Cache;
use cache_runtime::testing::Chaos;

use crate::site::{LONG, Site, count};

#[test]
fn what_is_not_there_has_a_page_that_says_so() {
    let site = Site::new();
    for path in
        ["/nothing", "/posts/999", "/posts/mine", "/comments/999/edit", "/comments/999/reply", "/replies/x/edit"]
    {
        let page = site.get(path);
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.html.contains("<h1>Not Found</h1>") && page.html.contains("href=\"/\""), "{path}");
    }
    for path in ["/posts/999", "/comments/999/edit", "/comments/999/reply", "/replies/999/edit"] {
        assert_eq!(site.post(path, "author=Ines&body=Hello").status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn a_form_of_another_kind_or_size_has_a_page_that_says_so() {
    let site = Site::new();
    let page = site.post(LONG, "author=Ines");
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.html.contains("<h1>Bad Request</h1>"));
    let large = site.post(LONG, &format!("author=Ines&body={}", "x".repeat(40_000)));
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let page = site.post("/", "author=Ines&body=Hello");
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(page.html.contains("<h1>Method Not Allowed</h1>"));
}

#[test]
fn a_cache_that_is_down_still_shows_the_pages() {
    let chaos = Chaos::over(&Cache::memory());
    let site = Site::on(&Cache::new(chaos.clone()));
    let before = site.show(LONG);
    chaos.fail(true);
    site.post(LONG, "author=Ines&body=Is+it+down%3F");
    for path in ["/posts/1", "/posts/1?explain", "/"] {
        site.show(path);
    }
    let after = site.show(LONG);
    assert_eq!(count(&after, "comment"), count(&before, "comment") + 1);
    assert!(after.contains("Is it down?"));
}

#[test]
fn a_cache_whose_file_cannot_be_opened_still_shows_the_pages() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cache.sqlite3");
    fs::create_dir(&file).unwrap();
    let site = Site::on(&Cache::open(&format!("sqlite://{}", file.display())).unwrap());
    assert!(count(&site.show(LONG), "comment") > 100);
}

#[test]
fn a_broken_template_has_a_page_that_tells_no_details() {
    let site = Site::new();
    site.edit_template("reply.html", |_| "{{ 1 / 0 }}".to_owned());
    let page = site.get(LONG);
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.html.contains("<h1>Internal Server Error</h1>") && !page.html.contains("reply.html"), "{}", page.html);

    site.edit_template("layout.html", |_| "{{ 1 / 0 }}".to_owned());
    let page = site.get(LONG);
    assert_eq!(
        (page.status, &*page.html),
        (StatusCode::INTERNAL_SERVER_ERROR, "Something is broken here. Please try again later.")
    );
}
