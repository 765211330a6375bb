//! Answers requests: the right `Cache-Control` for each name, over `ServeDir` of tower-http.

mod backend;

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use cache_runtime::http::{Preconditions, Validators, Verdict};
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, LAST_MODIFIED, RANGE, VARY};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri};
use tower_http::services::ServeDir;
use tower_http::services::fs::ServeFileSystemResponseBody as Body;
use tower_service::Service;

use self::backend::OneFile;
use crate::assets::Assets;
use crate::encoding::Encoding;
use crate::manifest::{Asked, Asset};
use crate::name;

/// What is behind a fingerprinted name never changes, so nobody needs to ask again.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("max-age=31536000, public, immutable");
const REVALIDATED: HeaderValue = HeaderValue::from_static("max-age=0, public, must-revalidate");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Serves [`Assets`]: a tower service for axum's `nest_service`, hyper, and whatever takes one.
///
/// | name in the path | answer |
/// |---|---|
/// | with the fingerprint of the file | 200, `max-age=31536000, public, immutable` |
/// | without a fingerprint | 200, `max-age=0, public, must-revalidate` |
/// | with the fingerprint of another build | the file as it is now, as without a fingerprint |
/// | any other | 404, `no-store` |
///
/// All have an ETag of the content, and a 304 for whoever has it; ranges; and a compressed file if there is one. Only
/// the files that were found in the folder are ever opened, whatever a path says.
#[derive(Clone)]
pub struct ServeAssets {
    assets: Assets,
}

impl ServeAssets {
    pub(crate) fn new(assets: Assets) -> Self {
        ServeAssets { assets }
    }
}

impl<B> Service<Request<B>> for ServeAssets {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (assets, (request, _)) = (self.assets.clone(), request.into_parts());
        Box::pin(async move {
            let manifest = assets.manifest_async().await;
            let found = name::decoded(request.uri.path().trim_start_matches('/')).and_then(|path| manifest.find(&path));
            Ok(match found {
                Some((asset, asked)) => answer(&asset, asked, &request).await,
                None => not_found(),
            })
        })
    }
}

impl fmt::Debug for ServeAssets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServeAssets").finish_non_exhaustive()
    }
}

async fn answer(asset: &Arc<Asset>, asked: Asked, request: &Parts) -> Response<Body> {
    let preconditions = Preconditions::new(&request.method, &request.headers);
    let mut opened = open(asset, request, &[ACCEPT_ENCODING, RANGE]).await;
    if !preconditions.allow_range(&Validators::of(opened.response.headers())) {
        // Its start would come from one version of the file, and its end from another.
        opened = open(asset, request, &[ACCEPT_ENCODING]).await;
    }
    let Opened { response, is_as_named } = opened;
    let mut response = match verdict(&preconditions, &response) {
        Verdict::Proceed => response,
        Verdict::NotModified => not_modified(response.headers()),
        Verdict::PreconditionFailed => empty(StatusCode::PRECONDITION_FAILED),
    };
    let cache_control = match response.status() {
        status if status.is_client_error() || status.is_server_error() => NO_STORE,
        _ if asked == Asked::Fingerprinted && is_as_named => IMMUTABLE,
        _ => REVALIDATED,
    };
    response.headers_mut().insert(CACHE_CONTROL, cache_control);
    response
}

/// Preconditions are for what is there. A range that is not satisfiable is one of a file that is.
fn verdict(preconditions: &Preconditions, response: &Response<Body>) -> Verdict {
    match response.status() {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            preconditions.evaluate(&Validators::of(response.headers()))
        }
        _ => Verdict::Proceed,
    }
}

struct Opened {
    response: Response<Body>,
    /// The file is the one that the fingerprint was taken of. Otherwise somebody has changed it since.
    is_as_named: bool,
}

/// Asks `ServeDir`, which chooses the compressed file and the range. It must not look at preconditions: it knows no
/// ETag of the content, and two builds may have files of one length and one time.
async fn open(asset: &Arc<Asset>, request: &Parts, fields: &[HeaderName]) -> Opened {
    let mut asked = Request::new(());
    *asked.method_mut() = request.method.clone();
    *asked.uri_mut() = uri(asset);
    for field in fields {
        for value in request.headers.get_all(field) {
            asked.headers_mut().append(field, value.clone());
        }
    }
    let file = OneFile::new(Arc::clone(asset));
    let Ok(mut response) = serve_dir(asset, file.clone()).call(asked).await;
    if !file.has_changed() {
        let etag = etag(asset, response.headers().get(CONTENT_ENCODING));
        response.headers_mut().insert(ETAG, etag);
    }
    Opened { response, is_as_named: !file.has_changed() }
}

fn serve_dir(asset: &Asset, file: OneFile) -> ServeDir<tower_http::services::fs::DefaultServeDirFallback, OneFile> {
    let dir =
        ServeDir::with_backend("", file).append_index_html_on_directories(false).ignore_multi_range_requests(true);
    // Only what there is, so that others have no `Vary`.
    asset.variants.iter().fold(dir, |dir, (encoding, _)| match encoding {
        Encoding::Br => dir.precompressed_br(),
        Encoding::Gzip => dir.precompressed_gzip(),
        Encoding::Zstd => dir.precompressed_zstd(),
    })
}

/// `ServeDir` takes the type of the content from it.
fn uri(asset: &Asset) -> Uri {
    format!("/{}", name::encoded(name::file(&asset.name))).parse().expect("an encoded name is the path of an URI")
}

/// A strong one, of the content and its coding.
fn etag(asset: &Asset, coding: Option<&HeaderValue>) -> HeaderValue {
    let coding = coding.and_then(|coding| coding.to_str().ok()).map(|coding| format!("-{coding}")).unwrap_or_default();
    HeaderValue::try_from(format!("\"{}{coding}\"", asset.fingerprint)).expect("digits are ASCII")
}

fn not_modified(headers: &HeaderMap) -> Response<Body> {
    let mut response = empty(StatusCode::NOT_MODIFIED);
    for field in [ETAG, LAST_MODIFIED, VARY] {
        if let Some(value) = headers.get(&field) {
            response.headers_mut().insert(field, value.clone());
        }
    }
    response
}

/// Nobody keeps that, because the next moment of a deploy may mend it.
fn not_found() -> Response<Body> {
    let mut response = empty(StatusCode::NOT_FOUND);
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = status;
    response
}
