//! A blog with a database, a cache and templates of its own.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode, header};
use blog::{Blog, Database, Pages, Weather, router};
use cache_assets::Assets;
use cache_runtime::Cache;
use cache_runtime::http::ResponseCache;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// The post with more than a hundred comments.
pub(crate) const LONG: &str = "/posts/1";

/// Where nobody answers.
const NOBODY: &str = "http://127.0.0.1:1/";

pub(crate) struct Site {
    folder: TempDir,
    runtime: Runtime,
    router: Router,
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Where a redirect leads to.
    pub(crate) location: Option<String>,
    pub(crate) html: String,
}

/// What a page with `?explain` says of its fragments, as names such as `comment 17`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Explained {
    pub(crate) rendered: Vec<String>,
    pub(crate) hits: Vec<String>,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::on(&Cache::memory())
    }

    pub(crate) fn on(cache: &Cache) -> Self {
        Self::with_weather(cache, NOBODY)
    }

    /// The weather is told at this URL.
    pub(crate) fn with_weather(cache: &Cache, url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [templates, files] = ["templates", "static"].map(|name| {
            let copied = folder.path().join(name);
            copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name), &copied);
            copied
        });
        let assets = Assets::development(files).unwrap();
        let database = Database::open(folder.path()).unwrap();
        let pages = Pages::new(&templates, &assets, cache, true);
        let (responses, weather) = (ResponseCache::new(cache).name("blog").ignore_requests(), Weather::new(url, cache));
        let router = router(Blog { database, pages, assets, responses, weather, cache: cache.clone() });
        Site { folder, runtime: Runtime::new().unwrap(), router }
    }

    pub(crate) fn database_file(&self) -> PathBuf {
        self.folder.path().join("blog.sqlite3")
    }

    pub(crate) fn edit_template(&self, name: &str, edit: impl FnOnce(&str) -> String) {
        self.edit(Path::new("templates").join(name), edit);
    }

    pub(crate) fn edit(&self, file: impl AsRef<Path>, edit: impl FnOnce(&str) -> String) {
        let file = self.folder.path().join(file);
        let source = fs::read_to_string(&file).unwrap();
        fs::write(&file, edit(&source)).unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> Page {
        let request = Request::get(path).header(header::HOST, "blog.example");
        self.send(request.body(Body::empty()).unwrap())
    }

    /// As a browser does that has been there before, and got this.
    pub(crate) fn revisit(&self, method: &str, path: &str, before: &Page) -> Page {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::IF_NONE_MATCH, &before.headers[header::ETAG]);
        let request = request.header(header::IF_MODIFIED_SINCE, &before.headers[header::LAST_MODIFIED]);
        self.send(request.body(Body::empty()).unwrap())
    }

    /// As a browser does that follows a link on another page.
    pub(crate) fn get_from(&self, path: &str, referer: &str) -> Page {
        self.send(Request::get(path).header(header::REFERER, referer).body(Body::empty()).unwrap())
    }

    pub(crate) fn post(&self, path: &str, form: &str) -> Page {
        let kind = "application/x-www-form-urlencoded";
        self.send(Request::post(path).header(header::CONTENT_TYPE, kind).body(Body::from(form.to_owned())).unwrap())
    }

    /// Adds comments to a post until it has so many.
    pub(crate) fn fill(&self, post: &str, comments: usize) {
        for number in count(&self.show(post), "comment")..comments {
            self.post(post, &format!("author=Ines&body=Comment+{number}"));
        }
    }

    /// As a browser does that has connected from this address.
    pub(crate) fn post_from(&self, peer: &str, path: &str, form: &str) -> Page {
        let kind = "application/x-www-form-urlencoded";
        let request = Request::post(path).header(header::CONTENT_TYPE, kind);
        let peer = ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711));
        self.send(request.extension(peer).body(Body::from(form.to_owned())).unwrap())
    }

    /// Shows a page, which has to be there.
    #[track_caller]
    pub(crate) fn show(&self, path: &str) -> String {
        let page = self.get(path);
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.html);
        page.html
    }

    #[track_caller]
    pub(crate) fn explain(&self, path: &str) -> Explained {
        explained(&self.show(&format!("{path}?explain")))
    }

    fn send(&self, request: Request<Body>) -> Page {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let location = response.headers().get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned());
            let (status, headers) = (response.status(), response.headers().clone());
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            // minijinja also escapes slashes, which would make the tests hard to read.
            Page { status, headers, location, html: String::from_utf8(body.to_vec()).unwrap().replace("&#x2f;", "/") }
        })
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Reads the labels of a page, and compares them with its summary.
#[track_caller]
pub(crate) fn explained(html: &str) -> Explained {
    let mut names = BTreeMap::from([("rendered", Vec::new()), ("hit", Vec::new())]);
    for label in html.split("<div class=\"fragment ").skip(1) {
        let (outcome, rest) = label.split_once('"').unwrap();
        let key = between(rest, "<code>", "</code>");
        let mut parts = key.rsplit('/');
        let (id, model) = (parts.next().unwrap(), parts.next().unwrap());
        names.get_mut(outcome).unwrap().push(format!("{model} {id}"));
    }
    let [hits, rendered] = names.into_values().collect::<Vec<_>>().try_into().unwrap();
    let (hit_count, plural) = (hits.len(), if hits.len() == 1 { "" } else { "s" });
    assert_eq!(between(html, "<strong>", "</strong>"), format!("{} rendered, {hit_count} hit{plural}", rendered.len()));
    Explained { rendered, hits }
}

#[track_caller]
pub(crate) fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("`{start}` is not in it"));
    rest.split_once(end).unwrap_or_else(|| panic!("`{end}` is not in it")).0
}

/// How many elements of this class a page has.
pub(crate) fn count(html: &str, class: &str) -> usize {
    html.matches(&format!("<article class=\"{class}\"")).count()
}
