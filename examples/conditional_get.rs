//! A conditional GET in axum: what the browser has already is not rendered again.
//!
//! `cargo run -p cache-examples --example conditional_get` prints:
//!
//! ```text
//! the first visit: 200 OK, 1 rendered
//! the second visit: 304 Not Modified, 1 rendered
//! the card is changed: 200 OK, 2 rendered
//! a save of the old card: 412 Precondition Failed
//! a save of the current card: 204 No Content
//! ```

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use cache_axum::{Conditional, EarlyResponse, FreshWhen};
use cache_runtime::model::Cacheable;
use tower::ServiceExt as _;

#[derive(Cacheable, Clone)]
struct Card {
    id: u32,
    title: &'static str,
    updated_at: SystemTime,
}

struct App {
    card: Mutex<Card>,
    rendered: AtomicUsize,
}

/// What both the page and the write depend on. The tag is strong, because `If-Match` compares strongly.
fn state(card: &Card) -> FreshWhen {
    FreshWhen::of(card).strong().required()
}

async fn show(cond: Conditional, State(app): State<Arc<App>>) -> Result<impl IntoResponse, EarlyResponse> {
    let card = app.card.lock().unwrap().clone();
    let fresh = cond.fresh_when(state(&card))?; // 304, and nothing below runs
    app.rendered.fetch_add(1, Ordering::SeqCst);
    Ok((fresh, Html(format!("<h1>{}</h1>", card.title))))
}

async fn save(cond: Conditional, State(app): State<Arc<App>>) -> Result<StatusCode, EarlyResponse> {
    let mut card = app.card.lock().unwrap();
    cond.guard(state(&card))?; // 412, if somebody was faster
    card.updated_at = SystemTime::now();
    Ok(StatusCode::NO_CONTENT)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    story().await.iter().for_each(|line| println!("{line}"));
}

async fn story() -> Vec<String> {
    let card = Mutex::new(Card { id: 42, title: "Tea", updated_at: SystemTime::UNIX_EPOCH });
    let app = Arc::new(App { card, rendered: AtomicUsize::new(0) });
    let router = Router::new().route("/", get(show).put(save)).with_state(Arc::clone(&app));
    let send = async |method, field: Option<(HeaderName, HeaderValue)>| -> Response<Body> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        request.headers_mut().extend(field);
        router.clone().oneshot(request).await.unwrap()
    };
    let rendered = || app.rendered.load(Ordering::SeqCst);
    let mut story = Vec::new();

    let first = send(Method::GET, None).await;
    story.push(format!("the first visit: {}, {} rendered", first.status(), rendered()));

    let old = first.headers()[header::ETAG].clone();
    let second = send(Method::GET, Some((header::IF_NONE_MATCH, old.clone()))).await;
    story.push(format!("the second visit: {}, {} rendered", second.status(), rendered()));

    app.card.lock().unwrap().updated_at = SystemTime::now();
    let third = send(Method::GET, Some((header::IF_NONE_MATCH, old.clone()))).await;
    story.push(format!("the card is changed: {}, {} rendered", third.status(), rendered()));

    let current = third.headers()[header::ETAG].clone();
    let refused = send(Method::PUT, Some((header::IF_MATCH, old))).await;
    story.push(format!("a save of the old card: {}", refused.status()));
    let saved = send(Method::PUT, Some((header::IF_MATCH, current))).await;
    story.push(format!("a save of the current card: {}", saved.status()));
    story
}

#[tokio::test]
async fn conditional_get_as_shown() {
    let shown = include_str!("conditional_get.rs").lines().skip_while(|line| *line != "//! ```text").skip(1);
    let shown: Vec<_> =
        shown.take_while(|line| *line != "//! ```").map(|line| line.trim_start_matches("//! ")).collect();
    assert_eq!(story().await, shown);
}
