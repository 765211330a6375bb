//! How much one visitor may write.

use std::net::SocketAddr;

use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::http::{Method, Response, header};
use cache_axum::{ClientAddress, LimitLayer};
use cache_runtime::Cache;
use cache_runtime::http::EarlyResponse;
use cache_runtime::limit::{AsyncRateLimiter, RateLimited};

use crate::routes::Blog;

/// In a minute, and in a day: somebody who writes ten comments in a minute does not read.
const IN_A_MINUTE: u64 = 10;
const IN_A_DAY: u64 = 200;

/// The forms, by the visitor's address. Behind a proxy its address belongs into `trust`.
pub(crate) fn of_writing(cache: &Cache) -> LimitLayer {
    let limiter = |name| AsyncRateLimiter::new(&cache.to_async(), name);
    let minute = limiter("writing").to(IN_A_MINUTE).within(60);
    // A cache that cannot count two limits in one step has the one of a minute.
    let both = minute.clone().and(limiter("writing-daily").to(IN_A_DAY).within(86_400)).unwrap_or(minute);
    let client =
        ClientAddress::new().peer(|extensions| extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip()));
    LimitLayer::new(both).client(client).only(|request| request.method == Method::POST).silent()
}

/// The page for somebody who writes too much.
pub(crate) fn refusal(blog: &Blog, refused: &RateLimited) -> Response<Bytes> {
    let early = EarlyResponse::from(refused);
    let text =
        format!("You write faster than we can read. Please wait for {} seconds.", refused.retry_after().as_secs() + 1);
    let page = blog.pages.problem("Too many forms", &text).unwrap_or(text);
    let mut response = Response::new(Bytes::from(page));
    *response.status_mut() = early.status();
    response.headers_mut().extend(early.headers().clone());
    let html = header::HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}
