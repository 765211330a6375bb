//! The blog in this process, which counts the requests that reach it.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use blog::{Blog, Database, Pages, Weather, router};
use cache_assets::Assets;
use cache_runtime::Cache;
use cache_runtime::http::ResponseCache;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) struct CountedBlog {
    address: SocketAddr,
    requests: Arc<Mutex<HashMap<String, usize>>>,
    _runtime: Runtime,
    _data: TempDir,
}

impl CountedBlog {
    pub(crate) fn start() -> Self {
        let (data, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let assets = Assets::scan(package.join("static")).unwrap();
        let cache = Cache::memory();
        let pages = Pages::new(package.join("templates"), &assets, &cache, false);
        let database = Database::open(data.path()).unwrap();

        let requests = Arc::<Mutex<HashMap<String, usize>>>::default();
        let counted = Arc::clone(&requests);
        let count = from_fn(move |request: Request, next: Next| {
            *counted.lock().unwrap().entry(request.uri().path().to_owned()).or_default() += 1;
            next.run(request)
        });
        let (responses, weather) = (ResponseCache::new(&cache), Weather::new("http://localhost/", &cache));
        let router = router(Blog { database, pages, assets, responses, weather, cache }).layer(count);
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await });
        CountedBlog { address, requests, _runtime: runtime, _data: data }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How often a path was asked for.
    pub(crate) fn requests(&self, path: &str) -> usize {
        self.requests.lock().unwrap().get(path).copied().unwrap_or_default()
    }
}
