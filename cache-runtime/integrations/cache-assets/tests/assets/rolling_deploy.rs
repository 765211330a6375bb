//! Two builds side by side: the old and the new program answer requests for pages of each other.

use cache_assets::Assets;
use tempfile::TempDir;

use crate::site::{Answer, IMMUTABLE, REVALIDATED, Site, folder};

/// A program of one build, while it runs.
struct Release {
    assets: Assets,
    site: Site,
    _output: TempDir,
}

impl Release {
    fn of(css: &str) -> Self {
        let (source, output) = (folder([("css/app.css", css), ("js/app.js", "1")]), tempfile::tempdir().unwrap());
        let assets = Assets::builder(&source).build(&output).unwrap();
        Release { site: Site::of(&assets), assets, _output: output }
    }

    fn url(&self) -> String {
        self.assets.url("css/app.css")
    }

    fn get(&self, url: &str) -> Answer {
        self.site.get(url)
    }
}

const OLD: &str = "a { color: red }";
const NEW: &str = "a { color: blue }";

#[test]
fn a_name_of_another_build_is_the_current_file_and_never_immutable() {
    let (old, new) = (Release::of(OLD), Release::of(NEW));
    assert_ne!(old.url(), new.url());
    for (release, other, text) in [(&old, &new, OLD), (&new, &old, NEW)] {
        let answer = release.get(&release.url());
        assert_eq!((answer.text(), answer.cache_control()), (text, IMMUTABLE));
        let answer = release.get(&other.url());
        assert_eq!((answer.status, answer.text(), answer.cache_control()), (200, text, REVALIDATED));
    }
}

#[test]
fn a_cache_that_got_the_wrong_file_gets_the_right_one_when_it_asks_again() {
    let (old, new) = (Release::of(OLD), Release::of(NEW));
    let wrong = old.get(&new.url());
    let fields = [("if-none-match", wrong.field("etag")), ("if-modified-since", wrong.field("last-modified"))];
    let right = new.site.get_with(&new.url(), &fields);
    assert_eq!((right.status, right.text(), right.cache_control()), (200, NEW, IMMUTABLE));
}

#[test]
fn a_304_under_the_name_of_another_build_is_not_immutable_either() {
    let (old, new) = (Release::of(OLD), Release::of(NEW));
    let first = new.get(&old.url());
    let second = new.site.get_with(&old.url(), &[("if-none-match", first.field("etag"))]);
    assert_eq!((second.status, second.cache_control()), (304, REVALIDATED));
}

#[test]
fn what_has_not_changed_is_immutable_on_both() {
    let releases = [OLD, NEW].map(Release::of);
    let [old, new] = releases.each_ref().map(|release| release.assets.url("js/app.js"));
    assert_eq!(old, new);
    for release in releases {
        assert_eq!(release.get(&old).cache_control(), IMMUTABLE);
    }
}

#[test]
fn a_build_into_the_folder_of_a_running_program_leaves_it_its_files() {
    let output = tempfile::tempdir().unwrap();
    let build = |css: &str| {
        let source = folder([("app.css", css)]);
        Assets::builder(&source).build(&output).unwrap()
    };
    let old = build(OLD);
    let site = Site::of(&old);
    let new = build(NEW);
    assert_eq!(Assets::from_manifest(&output).unwrap().digest(), new.digest());
    let answer = site.get(&old.url("app.css"));
    assert_eq!((answer.text(), answer.cache_control()), (OLD, IMMUTABLE));
}
