//! What forms accept, and how it is shown.

use axum::http::StatusCode;

use crate::site::{LONG, Site, between};

#[test]
fn what_visitors_write_is_shown_as_text() {
    let site = Site::new();
    let script = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let id = site.post(LONG, &format!("author=%22%3E{script}&body={script}")).location.unwrap();
    let id = id.strip_prefix("/posts/1#comment-").unwrap().to_owned();
    site.post(&format!("/comments/{id}/reply"), &format!("author={script}&body=%3C!--%5Bcache%5D+{script}"));
    for page in [LONG, "/posts/1?explain", &format!("/comments/{id}/edit"), &format!("/comments/{id}/reply")] {
        let html = site.show(page);
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{page}");
        assert!(!html.contains("<!--[cache]"), "{page}");
    }
}

#[test]
fn a_form_holds_what_is_to_be_edited_and_saves_it() {
    let site = Site::new();
    site.post("/comments/4/edit", "author=Ines+D.&body=first+line%0D%0Asecond+%26+last%0D%0A");
    let form = site.show("/comments/4/edit");
    assert_eq!(between(&form, "name=\"author\" value=\"", "\""), "Ines D.");
    assert_eq!(between(&form, "rows=\"5\">\n", "</textarea>"), "first line\nsecond &amp; last");
    assert!(site.show(LONG).contains("first line\nsecond &amp; last"));
}

#[test]
fn what_is_missing_or_too_long_is_refused_and_kept_in_the_form() {
    let site = Site::new();
    for (form, message) in [
        ("author=+&body=kept".to_owned(), "Your name is missing."),
        ("author=kept&body=%0D%0A".to_owned(), "The text is missing."),
        (format!("author={}&body=kept", "n".repeat(51)), "Your name has 51 characters, and 50 are the most."),
        (format!("author=kept&body={}", "%C3%A9".repeat(2001)), "The text has 2001 characters, and 2000 are the most."),
    ] {
        for path in [LONG, "/comments/1/reply", "/comments/1/edit", "/replies/1/edit"] {
            let page = site.post(path, &form);
            assert_eq!(page.status, StatusCode::BAD_REQUEST);
            assert!(page.html.contains(message) && page.html.contains("kept"), "{path}: {}", page.html);
        }
    }
    let longest = format!("author={}&body={}", "%F0%9F%8D%9E".repeat(50), "%F0%9F%8D%9E".repeat(2000));
    assert_eq!(site.post(LONG, &longest).status, StatusCode::SEE_OTHER);
}

#[test]
fn the_explanation_goes_on_after_a_form() {
    let site = Site::new();
    for path in ["/comments/1/reply", "/comments/1/edit", "/replies/1/edit"] {
        let explained = site.get_from(path, "http://127.0.0.1:3000/posts/1?explain").html;
        let action = between(&explained, "action=\"", "\"");
        assert_eq!(action, format!("{path}?explain"));
        let location = site.post(action, "author=Ines&body=Indeed.").location.unwrap();
        assert!(location.starts_with("/posts/1?explain#"), "{location}");
        let plain = site.get_from(path, "http://127.0.0.1:3000/posts/1").html;
        assert_eq!(between(&plain, "action=\"", "\""), path);
    }
}
