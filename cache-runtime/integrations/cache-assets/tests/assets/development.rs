//! While files are edited, each change shows at once, without a restart.

use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use cache_assets::Assets;

use crate::site::{IMMUTABLE, Site, folder, set_modified, write};

#[test]
fn an_edited_file_has_another_url_at_once() {
    let folder = folder([("app.css", "a { color: #111 }")]);
    let assets = Assets::development(&folder).unwrap();
    let site = Site::of(&assets);
    let mut urls = Vec::new();
    // Of one length, and within one tick of the clock of some file systems.
    for content in ["a { color: #111 }", "a { color: #222 }", "a { color: #333 }", "a { color: #444 }"] {
        write(&folder, "app.css", content);
        let url = assets.url("app.css");
        let answer = site.get(&url);
        assert_eq!((answer.text(), answer.cache_control()), (content, IMMUTABLE));
        urls.push(url);
    }
    urls.dedup();
    assert_eq!(urls.len(), 4);
}

/// As some editors and file systems do, whose clock has only whole seconds.
#[test]
fn an_edit_within_one_tick_of_the_clock_is_seen() {
    let folder = folder([("app.css", "a { color: #111 }")]);
    let moment = SystemTime::now();
    set_modified(&folder, "app.css", moment);
    let assets = Assets::development(&folder).unwrap();
    let before = assets.url("app.css");
    write(&folder, "app.css", "a { color: #222 }");
    set_modified(&folder, "app.css", moment);
    assert_ne!(assets.url("app.css"), before);
}

#[test]
fn an_edited_picture_changes_the_style_sheet() {
    let folder = folder([("app.css", "a { background: url(a.png) }"), ("a.png", "1")]);
    let assets = Assets::development(&folder).unwrap();
    let before = assets.url("app.css");
    write(&folder, "a.png", "2");
    assert_ne!(assets.url("app.css"), before);
}

#[test]
fn files_come_and_go() {
    let folder = folder([("app.css", "")]);
    let assets = Assets::development(&folder).unwrap();
    let site = Site::of(&assets);
    write(&folder, "new/b.css", "b {}");
    assert_eq!(
        (assets.names(), site.get(&assets.url("new/b.css")).text()),
        (vec!["app.css".to_owned(), "new/b.css".to_owned()], "b {}")
    );
    fs::remove_file(folder.path().join("app.css")).unwrap();
    assert_eq!((assets.names(), site.get("/assets/app.css").status), (vec!["new/b.css".to_owned()], 404));
}

#[test]
fn a_missing_reference_is_one_warning_with_file_and_line() {
    let folder = folder([("app.css", "\na { background: url(no.png) }"), ("b.css", "")]);
    let log = logged(|| {
        let assets = Assets::development(&folder).unwrap();
        assets.url("app.css");
        write(&folder, "b.css", "b {}");
        assets.url("app.css");
    });
    assert_eq!(log.matches("app.css:2: `no.png` is not there").count(), 1, "{log}");
}

#[test]
fn a_folder_that_is_gone_for_a_moment_is_logged_and_served_as_before() {
    let outer = folder([("assets/app.css", "a {}")]);
    let assets = Assets::development(outer.path().join("assets")).unwrap();
    let url = assets.url("app.css");
    fs::rename(outer.path().join("assets"), outer.path().join("away")).unwrap();
    let log = logged(|| assert_eq!(assets.url("app.css"), url));
    assert!(log.contains("cannot read "), "{log}");
    fs::rename(outer.path().join("away"), outer.path().join("assets")).unwrap();
    write(&outer, "assets/app.css", "b {}");
    assert_ne!(assets.url("app.css"), url);
}

/// What is logged meanwhile on this thread.
fn logged(work: impl FnOnce()) -> String {
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, work);
    let written = log.0.lock().unwrap().clone();
    String::from_utf8(written).unwrap()
}
