//! The page in axum.

use std::net::{Ipv4Addr, SocketAddr};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use cache_axum::{Conditional, ETagSeed, EarlyResponse, FreshWhen};
use tokio::net::TcpListener;

use crate::server::Counts;
use crate::state;

pub(crate) async fn start(seed: Option<&str>) -> (SocketAddr, Counts) {
    let counts = Counts::default();
    let routes = get(show).options(show).put(write).post(write).delete(write);
    let mut app = Router::new().route("/", routes).with_state(counts.clone());
    if let Some(seed) = seed {
        app = app.layer(Extension(ETagSeed::new(seed)));
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    tokio::spawn(async { axum::serve(listener, app).await });
    (address, counts)
}

async fn show(cond: Conditional, State(counts): State<Counts>, headers: HeaderMap) -> Result<Response, EarlyResponse> {
    let fresh = cond.fresh_when(page(&headers))?;
    let mut page = Html(counts.render()).into_response();
    if let Some(control) = headers.get("x-control") {
        page.headers_mut().insert(header::CACHE_CONTROL, control.clone());
    }
    Ok((fresh, page).into_response())
}

/// Its error is a response, to show that `?` converts into one.
async fn write(cond: Conditional, State(counts): State<Counts>, headers: HeaderMap) -> Result<StatusCode, Response> {
    cond.guard(page(&headers))?;
    counts.write();
    Ok(StatusCode::NO_CONTENT)
}

fn page(headers: &HeaderMap) -> FreshWhen {
    state::page(|name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned))
}
