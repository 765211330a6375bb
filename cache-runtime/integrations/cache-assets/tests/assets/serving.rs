//! How long each name may be kept, and who is told "not modified".

use std::fs;
use std::time::{Duration, SystemTime};

use cache_assets::Assets;

use crate::site::{IMMUTABLE, REVALIDATED, Site, folder, set_age, set_modified, write};

#[test]
fn a_fingerprinted_name_may_be_kept_for_a_year_and_is_never_asked_for_again() {
    let folder = folder([("css/app.css", "a { color: red }")]);
    let assets = Assets::scan(&folder).unwrap();
    let answer = Site::of(&assets).get(&assets.url("css/app.css"));
    assert_eq!((answer.status, answer.cache_control()), (200, IMMUTABLE));
    assert_eq!((answer.text(), answer.field("content-type")), ("a { color: red }", "text/css"));
}

#[test]
fn a_plain_name_is_revalidated() {
    let folder = folder([("css/app.css", "a {}")]);
    let site = Site::of(&Assets::scan(&folder).unwrap());
    let first = site.get("/assets/css/app.css");
    assert_eq!((first.status, first.cache_control()), (200, REVALIDATED));
    for (field, validator) in
        [("if-none-match", first.field("etag")), ("if-modified-since", first.field("last-modified"))]
    {
        let second = site.get_with("/assets/css/app.css", &[(field, validator)]);
        assert_eq!((second.status, second.cache_control(), &*second.body), (304, REVALIDATED, &b""[..]), "{field}");
        assert_eq!(
            (second.field("etag"), second.field("last-modified")),
            (first.field("etag"), first.field("last-modified"))
        );
        assert_eq!(second.field("content-type"), "");
    }
}

#[test]
fn a_304_for_a_fingerprinted_name_is_immutable_too() {
    let folder = folder([("app.css", "a {}")]);
    let assets = Assets::scan(&folder).unwrap();
    let (site, url) = (Site::of(&assets), assets.url("app.css"));
    let etag = site.get(&url).field("etag").to_owned();
    let second = site.get_with(&url, &[("if-none-match", &etag)]);
    assert_eq!((second.status, second.cache_control()), (304, IMMUTABLE));
}

#[test]
fn an_etag_that_matches_nothing_wins_over_a_date_that_does() {
    let folder = folder([("app.css", "a {}")]);
    let site = Site::of(&Assets::scan(&folder).unwrap());
    let date = site.get("/assets/app.css").field("last-modified").to_owned();
    let answer = site.get_with("/assets/app.css", &[("if-none-match", "\"x\""), ("if-modified-since", &date)]);
    assert_eq!(answer.status, 200);
}

/// Packages and images often give all files one time.
#[test]
fn two_builds_with_files_of_one_length_and_one_time_have_two_etags() {
    let etags = ["a { color: #111 }", "a { color: #222 }"].map(|content| {
        let folder = folder([("app.css", content)]);
        set_modified(&folder, "app.css", SystemTime::UNIX_EPOCH + Duration::from_secs(1));
        Site::of(&Assets::scan(&folder).unwrap()).get("/assets/app.css").field("etag").to_owned()
    });
    assert!(!etags[0].is_empty() && etags[0] != etags[1], "{etags:?}");
}

#[test]
fn the_time_of_a_change_is_not_in_the_fingerprint() {
    let folder = folder([("app.css", "a {}")]);
    let before = Assets::scan(&folder).unwrap().url("app.css");
    set_age(&folder, "app.css", 1000);
    assert_eq!(Assets::scan(&folder).unwrap().url("app.css"), before);
    write(&folder, "app.css", "b {}");
    set_age(&folder, "app.css", 1000);
    assert_ne!(Assets::scan(&folder).unwrap().url("app.css"), before);
}

#[test]
fn a_date_of_the_future_is_not_told() {
    let folder = folder([("app.css", "a {}")]);
    set_modified(&folder, "app.css", SystemTime::now() + Duration::from_secs(3600));
    let answer = Site::of(&Assets::scan(&folder).unwrap()).get("/assets/app.css");
    assert_eq!((answer.status, answer.field("last-modified")), (200, ""));
    assert_ne!(answer.field("etag"), "");
}

#[test]
fn an_empty_file_is_served() {
    let folder = folder([("empty.js", "")]);
    let assets = Assets::scan(&folder).unwrap();
    let answer = Site::of(&assets).get(&assets.url("empty.js"));
    assert_eq!((answer.status, answer.cache_control(), &*answer.body), (200, IMMUTABLE, &b""[..]));
}

#[test]
fn head_has_the_fields_of_get_and_no_body() {
    let folder = folder([("app.css", "a {}")]);
    let assets = Assets::scan(&folder).unwrap();
    let (site, url) = (Site::of(&assets), assets.url("app.css"));
    let (get, head) = (site.get(&url), site.send("HEAD", &url, &[]));
    assert_eq!((head.status, &*head.body), (200, &b""[..]));
    for field in ["etag", "last-modified", "cache-control", "content-length", "content-type"] {
        assert_eq!(head.field(field), get.field(field), "{field}");
    }
}

#[test]
fn other_methods_are_refused_and_nobody_keeps_that() {
    let folder = folder([("app.css", "a {}")]);
    let assets = Assets::scan(&folder).unwrap();
    let answer = Site::of(&assets).send("POST", &assets.url("app.css"), &[]);
    assert_eq!((answer.status, answer.cache_control(), answer.field("allow")), (405, "no-store", "GET,HEAD"));
}

#[test]
fn an_unknown_name_is_a_404_that_nobody_keeps() {
    let folder = folder([("app.css", "a {}")]);
    let site = Site::of(&Assets::scan(&folder).unwrap());
    for path in ["/assets/nope.css", "/assets/app-zz.css", "/assets/nope-0123456789abcdef.css", "/assets", "/assets/"] {
        let answer = site.get(path);
        assert_eq!((answer.status, answer.cache_control()), (404, "no-store"), "{path}");
    }
}

#[test]
fn a_file_that_is_removed_while_the_program_runs_is_a_404() {
    let folder = folder([("app.js", "1")]);
    let assets = Assets::scan(&folder).unwrap();
    let site = Site::of(&assets);
    fs::remove_file(folder.path().join("app.js")).unwrap();
    let answer = site.get(&assets.url("app.js"));
    assert_eq!((answer.status, answer.cache_control()), (404, "no-store"));
}

/// As by a deploy that copies files over those of the running program.
#[test]
fn a_file_that_is_changed_while_the_program_runs_is_not_immutable_under_the_old_name() {
    let folder = folder([("app.js", "1")]);
    set_age(&folder, "app.js", 100);
    let assets = Assets::scan(&folder).unwrap();
    let (site, url) = (Site::of(&assets), assets.url("app.js"));
    let etag = site.get(&url).field("etag").to_owned();
    write(&folder, "app.js", "2");
    let answer = site.get_with(&url, &[("if-none-match", &etag)]);
    assert_eq!((answer.status, answer.cache_control(), answer.text()), (200, REVALIDATED, "2"));
    assert_ne!(answer.field("etag"), etag);
    assert_eq!(site.send("HEAD", &url, &[]).cache_control(), REVALIDATED);
}

#[test]
fn a_range_is_a_part_and_only_of_the_version_that_is_named() {
    let folder = folder([("film.bin", "0123456789")]);
    let assets = Assets::scan(&folder).unwrap();
    let (site, url) = (Site::of(&assets), assets.url("film.bin"));
    let etag = site.get(&url).field("etag").to_owned();
    let part = |fields: &[(&str, &str)]| {
        let answer = site.get_with(&url, &[&[("range", "bytes=2-4")], fields].concat());
        (answer.status, answer.text().to_owned(), answer.cache_control().to_owned())
    };
    assert_eq!(part(&[]), (206, "234".to_owned(), IMMUTABLE.to_owned()));
    assert_eq!(part(&[("if-range", &etag)]).0, 206);
    assert_eq!(part(&[("if-range", "\"another\"")]), (200, "0123456789".to_owned(), IMMUTABLE.to_owned()));
    let beyond = site.get_with(&url, &[("range", "bytes=20-30")]);
    assert_eq!((beyond.status, beyond.cache_control()), (416, "no-store"));
}

#[test]
fn a_precondition_that_fails_is_a_412() {
    let folder = folder([("app.js", "1")]);
    let answer = Site::of(&Assets::scan(&folder).unwrap()).get_with("/assets/app.js", &[("if-match", "\"x\"")]);
    assert_eq!((answer.status, answer.cache_control()), (412, "no-store"));
}

#[test]
fn the_assets_can_be_the_whole_site_or_behind_a_cdn() {
    let folder = folder([("app.js", "1")]);
    let cdn = Assets::builder(&folder).prefix("https://cdn.example.com/v/").scan().unwrap();
    let url = cdn.url("app.js");
    let path = url.strip_prefix("https://cdn.example.com").unwrap();
    assert_eq!(Site::at("/v", &cdn).get(path).cache_control(), IMMUTABLE);
    let root = Assets::builder(&folder).prefix("/").scan().unwrap();
    assert!(root.url("app.js").starts_with("/app-"), "{}", root.url("app.js"));
}

#[test]
fn what_is_no_start_of_a_url_is_refused_as_prefix() {
    let folder = folder([("app.js", "1")]);
    for prefix in ["assets", "/a\"onload=\"x", "javascript:alert(1)", "/a b", "/a?b"] {
        let error = Assets::builder(&folder).prefix(prefix).scan().unwrap_err();
        assert!(error.to_string().contains("cannot be the prefix of a URL"), "{error}");
    }
}
