//! Compressed files beside the others: who gets them, and that none is served that does not belong to its file.

use std::io::Read;

use cache_assets::Assets;

use crate::site::{Answer, IMMUTABLE, REVALIDATED, Site, folder, set_age, write};

const ENCODINGS: [&str; 3] = ["br", "zstd", "gzip"];

fn decompressed(answer: &Answer) -> Vec<u8> {
    let (mut body, mut content) = (&*answer.body, Vec::new());
    match answer.field("content-encoding") {
        "br" => brotli::BrotliDecompress(&mut body, &mut content).unwrap(),
        "gzip" => drop(flate2::read::GzDecoder::new(body).read_to_end(&mut content).unwrap()),
        "zstd" => content = zstd::decode_all(body).unwrap(),
        _ => content.extend(body),
    }
    content
}

#[test]
fn a_build_compresses_and_each_client_gets_what_it_reads() {
    let css = "a { color: red }\n".repeat(200);
    let (source, output) = (folder([("app.css", &css)]), tempfile::tempdir().unwrap());
    let assets = Assets::builder(&source).build(&output).unwrap();
    let (site, url) = (Site::of(&assets), assets.url("app.css"));
    let plain = site.get(&url);
    assert_eq!((plain.field("content-encoding"), plain.text()), ("", &*css));
    let mut etags = vec![plain.field("etag").to_owned()];
    for encoding in ENCODINGS {
        let answer = site.get_with(&url, &[("accept-encoding", encoding)]);
        assert_eq!((answer.field("content-encoding"), answer.cache_control()), (encoding, IMMUTABLE));
        assert_eq!((answer.field("vary"), answer.field("content-type")), ("accept-encoding", "text/css"));
        assert!(answer.body.len() < css.len() / 10);
        assert_eq!(decompressed(&answer), css.as_bytes());
        etags.push(answer.field("etag").to_owned());
        let again = site.get_with(&url, &[("accept-encoding", encoding), ("if-none-match", answer.field("etag"))]);
        assert_eq!((again.status, again.field("vary"), again.cache_control()), (304, "accept-encoding", IMMUTABLE));
    }
    etags.sort();
    etags.dedup();
    assert_eq!(etags.len(), 4, "strong tags differ by encoding");
    let by_plain_name = site.get_with("/assets/app.css", &[("accept-encoding", "br, gzip;q=0.5")]);
    assert_eq!((by_plain_name.field("content-encoding"), by_plain_name.cache_control()), ("br", REVALIDATED));
    let refused = site.get_with(&url, &[("accept-encoding", "br;q=0, gzip;q=0")]);
    assert_eq!((refused.field("content-encoding"), refused.field("vary")), ("", "accept-encoding"));
}

#[test]
fn what_does_not_become_smaller_is_not_compressed() {
    let (source, output) =
        (folder([("a.css", "a{}"), ("b.png", &"0".repeat(5000)), ("e.js", "")]), tempfile::tempdir().unwrap());
    let assets = Assets::builder(&source).build(&output).unwrap();
    let site = Site::of(&assets);
    for name in assets.names() {
        let answer = site.get_with(&assets.url(&name), &[("accept-encoding", "br, gzip, zstd")]);
        assert_eq!((answer.status, answer.field("content-encoding"), answer.field("vary")), (200, "", ""), "{name}");
    }
}

#[test]
fn a_compressed_file_in_the_folder_is_no_asset_of_its_own() {
    let folder = folder([("app.js", "long text"), ("app.js.gz", "gz"), ("alone.csv.gz", "data")]);
    let assets = Assets::scan(&folder).unwrap();
    assert_eq!(assets.names(), ["alone.csv.gz", "app.js"]);
    let site = Site::of(&assets);
    assert_eq!(site.get_with("/assets/app.js", &[("accept-encoding", "gzip")]).text(), "gz");
    assert_eq!(site.get("/assets/app.js.gz").status, 404);
    let alone = site.get(&assets.url("alone.csv.gz"));
    assert_eq!((alone.text(), alone.field("content-encoding")), ("data", ""));
}

#[test]
fn a_compressed_file_that_is_older_than_its_file_is_not_served() {
    let folder = folder([("app.js", "new"), ("app.js.gz", "old")]);
    set_age(&folder, "app.js.gz", 100);
    let site = Site::of(&Assets::scan(&folder).unwrap());
    assert_eq!(site.get_with("/assets/app.js", &[("accept-encoding", "gzip")]).text(), "new");
}

#[test]
fn a_compressed_style_sheet_with_plain_references_is_not_served() {
    let folder = folder([("app.css", "a { background: url(a.png) }"), ("app.css.gz", "gz"), ("a.png", "")]);
    let assets = Assets::scan(&folder).unwrap();
    let answer = Site::of(&assets).get_with(&assets.url("app.css"), &[("accept-encoding", "gzip")]);
    assert!(answer.text().starts_with("a { background: url(a-"), "{}", answer.text());
}

#[test]
fn a_build_takes_the_compressed_files_that_are_there() {
    let (source, output) = (folder([("app.js", "long text"), ("app.js.br", "mine")]), tempfile::tempdir().unwrap());
    let assets = Assets::builder(&source).build(&output).unwrap();
    assert_eq!(Site::of(&assets).get_with(&assets.url("app.js"), &[("accept-encoding", "br")]).text(), "mine");
}

#[test]
fn a_compressed_file_that_is_removed_while_the_program_runs_is_not_missed() {
    let folder = folder([("app.js", "text"), ("app.js.br", "br")]);
    let assets = Assets::scan(&folder).unwrap();
    std::fs::remove_file(folder.path().join("app.js.br")).unwrap();
    let answer = Site::of(&assets).get_with(&assets.url("app.js"), &[("accept-encoding", "br")]);
    assert_eq!((answer.status, answer.text(), answer.cache_control()), (200, "text", IMMUTABLE));
}

#[test]
fn the_rest_of_a_compressed_file_is_not_of_the_uncompressed_one() {
    let folder = folder([("app.js", "0123456789"), ("app.js.br", "abcdefgh")]);
    let assets = Assets::scan(&folder).unwrap();
    let (site, url) = (Site::of(&assets), assets.url("app.js"));
    let etag = site.get_with(&url, &[("accept-encoding", "br")]).field("etag").to_owned();
    let rest = |coding| site.get_with(&url, &[("accept-encoding", coding), ("range", "bytes=2-"), ("if-range", &etag)]);
    assert_eq!((rest("br").status, rest("br").text()), (206, "cdefgh"));
    assert_eq!((rest("gzip").status, rest("gzip").text()), (200, "0123456789"));
}

#[test]
fn a_changed_file_is_not_served_in_its_old_compression() {
    let folder = folder([("app.js", "1"), ("app.js.br", "one")]);
    let assets = Assets::development(&folder).unwrap();
    let site = Site::of(&assets);
    write(&folder, "app.js", "changed");
    set_age(&folder, "app.js.br", 100);
    assert_eq!(site.get_with("/assets/app.js", &[("accept-encoding", "br")]).text(), "changed");
}
