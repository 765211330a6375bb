//! Names with all kinds of characters, in URLs, in style sheets and on the wire.

use cache_assets::Assets;

use crate::site::{IMMUTABLE, REVALIDATED, Site, folder};

const NAMES: [&str; 9] = [
    "with space.png",
    "grüße/日本.png",
    "100%.png",
    "a%20b.png",
    "q?uestion#hash&amp.png",
    "quote'\"<b>.png",
    "no-extension",
    "many.dots.min.js",
    "(a)+[b]~c!.png",
];

#[test]
fn a_url_leads_to_its_file_whatever_the_name_is() {
    let folder = folder(NAMES.map(|name| (name, name)));
    let assets = Assets::scan(&folder).unwrap();
    let site = Site::of(&assets);
    for name in NAMES {
        let url = assets.url(name);
        assert!(url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte)), "{url}");
        let answer = site.get(&url);
        assert_eq!((answer.status, answer.text(), answer.cache_control()), (200, name, IMMUTABLE), "{url}");
    }
}

#[test]
fn a_name_that_ends_like_a_fingerprint_is_a_name() {
    let folder = folder([("chunk-0123456789abcdef.js", "its own"), ("chunk.js", "another")]);
    let assets = Assets::scan(&folder).unwrap();
    let site = Site::of(&assets);
    let plain = site.get("/assets/chunk-0123456789abcdef.js");
    assert_eq!((plain.text(), plain.cache_control()), ("its own", REVALIDATED));
    let url = assets.url("chunk-0123456789abcdef.js");
    assert_eq!((site.get(&url).text(), site.get(&url).cache_control()), ("its own", IMMUTABLE));
    assert_eq!(site.get(&assets.url("chunk.js")).text(), "another");
}

#[cfg(unix)]
#[test]
fn a_name_that_no_url_can_contain_is_left_out() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = folder([("app.css", ""), ("back\\slash.css", ""), ("line\nbreak.css", "")]);
    std::fs::write(folder.path().join(OsStr::from_bytes(b"\xff.css")), "").unwrap();
    assert_eq!(Assets::scan(&folder).unwrap().names(), ["app.css"]);
}

#[test]
fn an_unknown_name_keeps_its_plain_url_and_the_error_knows_a_similar_one() {
    let folder = folder([("css/app.css", "")]);
    let assets = Assets::scan(&folder).unwrap();
    assert_eq!(assets.url("css/ap p.css"), "/assets/css/ap%20p.css");
    let error = assets.try_url("css/apps.css").unwrap_err();
    assert_eq!(error.to_string(), "there is no asset `css/apps.css`: did you mean `css/app.css`?");
    assert_eq!(assets.try_url("logo.svg").unwrap_err().to_string(), "there is no asset `logo.svg`");
}
