//! The build step: what it writes, and that a folder that it wrote is served as the folder that it read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cache_assets::Assets;

use crate::site::{IMMUTABLE, REVALIDATED, Site, folder, write};

#[test]
fn a_build_has_the_names_and_contents_of_a_scan() {
    let source = folder([("css/app.css", "a { background: url(../a.png) }"), ("a.png", "png"), ("LICENSE", "")]);
    let (output, scanned) = (tempfile::tempdir().unwrap(), Assets::scan(&source).unwrap());
    let built = Assets::builder(&source).build(&output).unwrap();
    let loaded = Assets::from_manifest(&output).unwrap();
    assert_eq!(loaded.names(), scanned.names());
    assert_eq!((built.digest(), loaded.digest()), (scanned.digest(), scanned.digest()));
    let sites = [&scanned, &built, &loaded].map(Site::of);
    for name in scanned.names() {
        let url = scanned.url(&name);
        assert_eq!([built.url(&name), loaded.url(&name)], [url.clone(), url.clone()]);
        let plain = format!("/assets/{name}");
        let answers =
            |path: &str| sites.each_ref().map(|site| (site.get(path).body, site.get(path).cache_control().to_owned()));
        assert!(answers(&url).iter().all(|(_, cache_control)| cache_control == IMMUTABLE));
        assert!(answers(&plain).iter().all(|(_, cache_control)| cache_control == REVALIDATED));
        let bodies: BTreeSet<_> =
            [answers(&url), answers(&plain)].into_iter().flatten().map(|(body, _)| body).collect();
        assert_eq!(bodies.len(), 1, "{name}");
    }
}

#[test]
fn a_build_writes_fingerprinted_files_and_a_manifest() {
    let source = folder([("css/app.css", "a {}"), ("a.png", "png")]);
    let output = tempfile::tempdir().unwrap();
    Assets::builder(&source).build(output.path().join("new/folder")).unwrap();
    let output = output.path().join("new/folder");
    assert_eq!(files(&output), ["a-8f8cbb7dcf46e0bc.png", "css/app-9a4487ccbedf68e5.css", "manifest.json"]);
    let manifest = fs::read_to_string(output.join("manifest.json")).unwrap();
    assert_eq!(
        manifest,
        r#"{
  "assets": {
    "a.png": {
      "file": "a-8f8cbb7dcf46e0bc.png"
    },
    "css/app.css": {
      "file": "css/app-9a4487ccbedf68e5.css"
    }
  }
}"#
    );
}

#[test]
fn a_second_build_keeps_what_is_there_and_the_files_of_the_first() {
    let (source, output) = (folder([("app.css", "a {}"), ("b.css", "b {}")]), tempfile::tempdir().unwrap());
    Assets::builder(&source).build(&output).unwrap();
    let before = files(output.path());
    let modified = |name: &str| fs::metadata(output.path().join(name)).unwrap().modified().unwrap();
    let times: Vec<_> = before.iter().map(|name| modified(name)).collect();
    write(&source, "app.css", "a { color: red }");
    Assets::builder(&source).build(&output).unwrap();
    let after = files(output.path());
    assert_eq!(after.len(), before.len() + 1);
    for (name, time) in before.iter().zip(times).filter(|(name, _)| *name != "manifest.json") {
        assert!(after.contains(name) && modified(name) == time, "{name}");
    }
}

#[test]
fn half_a_file_of_an_interrupted_build_is_written_again() {
    let (source, output) = (folder([("app.css", "a { color: red }")]), tempfile::tempdir().unwrap());
    let assets = Assets::builder(&source).build(&output).unwrap();
    let file = output.path().join(assets.url("app.css").strip_prefix("/assets/").unwrap());
    fs::write(&file, "a { co").unwrap();
    Assets::builder(&source).build(&output).unwrap();
    assert_eq!(fs::read_to_string(file).unwrap(), "a { color: red }");
}

#[test]
fn an_output_inside_of_the_source_is_refused() {
    let source = folder([("app.css", "a {}")]);
    for output in [source.path().to_owned(), source.path().join("public")] {
        let error = Assets::builder(&source).build(output).unwrap_err().to_string();
        assert!(error.contains(" is inside of ") && error.contains("write the files to another folder"), "{error}");
    }
}

#[test]
fn nothing_is_written_if_a_reference_leads_nowhere() {
    let (source, output) = (folder([("app.css", "a { background: url(no.png) }")]), tempfile::tempdir().unwrap());
    let error = Assets::builder(&source).build(&output).unwrap_err().to_string();
    assert!(error.starts_with("app.css:1: `no.png` is not there"), "{error}");
    assert_eq!(files(output.path()), [""; 0]);
}

#[test]
fn a_file_that_the_manifest_names_and_that_is_gone_is_found_at_the_start() {
    let (source, output) = (folder([("app.css", "a {}")]), tempfile::tempdir().unwrap());
    let assets = Assets::builder(&source).build(&output).unwrap();
    let file = assets.url("app.css").strip_prefix("/assets/").unwrap().to_owned();
    fs::remove_file(output.path().join(&file)).unwrap();
    let error = Assets::from_manifest(&output).unwrap_err().to_string();
    assert!(error.starts_with("cannot read ") && error.contains(&file), "{error}");
}

/// All files below a folder, in order.
fn files(folder: &Path) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(inside).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned()),
            }
        }
    }
    found.sort();
    found
}
