//! What is never served: everything outside of the folder, whoever asks and however, and hidden files.

use std::fs;

use cache_assets::Assets;

use crate::site::{Site, folder, write};

const SECRET: &str = "not for you";

#[test]
fn no_path_leads_out_of_the_folder() {
    let outer = folder([("secret.txt", SECRET), ("assets/css/app.css", "a {}"), ("assets/index.html", "")]);
    let site = Site::of(&Assets::scan(outer.path().join("assets")).unwrap());
    for path in [
        "../secret.txt",
        "css/../../secret.txt",
        "css/..%2f..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "%2e%2e%2fsecret.txt",
        "%252e%252e/secret.txt",
        "..%5csecret.txt",
        "..\\secret.txt",
        "....//secret.txt",
        "/secret.txt",
        "//secret.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "C:/secret.txt",
        "C:%5csecret.txt",
        "css/app.css/../../../secret.txt",
        "css/app.css%00.png",
        "%00",
        "css/app.css%00",
        "css%c0%ae%c0%ae/secret.txt",
        "%ff%fe",
        "css",
        "css/",
        "css/app.css/",
        "css/./app.css",
        "CON",
        "NUL.css",
    ] {
        let answer = site.get(&format!("/assets/{path}"));
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert!(!answer.text().contains(SECRET), "{path}");
    }
}

#[test]
fn hidden_files_and_folders_are_not_served() {
    let folder = folder([(".env", SECRET), (".git/config", SECRET), ("a/.hidden.css", SECRET), ("app.css", "")]);
    let assets = Assets::scan(&folder).unwrap();
    assert_eq!(assets.names(), ["app.css"]);
    let site = Site::of(&assets);
    for path in [".env", ".git/config", "a/.hidden.css"] {
        assert_eq!(site.get(&format!("/assets/{path}")).status, 404, "{path}");
    }
}

#[test]
fn the_manifest_is_not_served() {
    let (source, output) = (folder([("app.css", "")]), tempfile::tempdir().unwrap());
    let assets = Assets::builder(&source).build(&output).unwrap();
    assert_eq!(Site::of(&assets).get("/assets/manifest.json").status, 404);
}

#[test]
fn a_file_that_is_made_after_the_start_is_not_served() {
    let folder = folder([("app.css", "")]);
    let site = Site::of(&Assets::scan(&folder).unwrap());
    write(&folder, "late.css", "");
    assert_eq!(site.get("/assets/late.css").status, 404);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_not_served_and_one_inside_is() {
    use std::os::unix::fs::symlink;

    let outer = folder([("secret.txt", SECRET), ("more/b.css", SECRET), ("assets/css/app.css", "a {}")]);
    let inner = outer.path().join("assets");
    symlink(outer.path().join("secret.txt"), inner.join("secret.txt")).unwrap();
    symlink("../secret.txt", inner.join("relative.txt")).unwrap();
    symlink(outer.path().join("more"), inner.join("more")).unwrap();
    symlink("/nowhere", inner.join("broken.css")).unwrap();
    symlink(".", inner.join("loop")).unwrap();
    symlink("css/app.css", inner.join("alias.css")).unwrap();
    let assets = Assets::scan(&inner).unwrap();
    assert_eq!(assets.names(), ["alias.css", "css/app.css"]);
    let answer = Site::of(&assets).get(&assets.url("alias.css"));
    assert_eq!((answer.status, answer.text()), (200, "a {}"));
}

#[test]
fn a_manifest_that_names_files_outside_of_its_folder_is_refused() {
    let outer = folder([("secret-0123456789abcdef.txt", SECRET), ("public/app.css", "")]);
    let public = outer.path().join("public");
    for (name, file) in [
        ("../secret.txt", "../secret-0123456789abcdef.txt"),
        ("secret.txt", "../secret-0123456789abcdef.txt"),
        ("/etc/passwd", "/etc/passwd-0123456789abcdef"),
        ("app.css", "app.css"),
    ] {
        write(&public, "manifest.json", format!(r#"{{"assets": {{"{name}": {{"file": "{file}"}}}}}}"#));
        let error = Assets::from_manifest(&public).unwrap_err().to_string();
        assert!(error.contains("manifest.json") && error.contains("is no file of"), "{error}");
    }
}

#[test]
fn a_manifest_that_is_none_says_so() {
    let public = folder([("manifest.json", "{")]);
    let error = Assets::from_manifest(&public).unwrap_err().to_string();
    assert!(error.contains("manifest.json: EOF") && error.ends_with("Build the assets again"), "{error}");
    fs::remove_file(public.path().join("manifest.json")).unwrap();
    let error = Assets::from_manifest(&public).unwrap_err().to_string();
    assert!(error.starts_with("cannot read ") && error.contains("manifest.json"), "{error}");
}
