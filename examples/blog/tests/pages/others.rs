//! What is the same for everybody is rendered once for all readers, and a server that is asked for the weather is asked once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::serve;
use blog::stand_in;
use cache_runtime::{Cache, testing};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::site::Site;

/// The stand-in for the server of the weather on a port of its own. It counts its requests, and fails from the second on.
fn weather(runtime: &Runtime) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let fails_later = from_fn(move |request: Request, next: Next| {
        let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        async move { if is_first { next.run(request).await } else { StatusCode::SERVICE_UNAVAILABLE.into_response() } }
    });
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}/stand-in/weather", listener.local_addr().unwrap());
    runtime.spawn(async move { serve(listener, stand_in().layer(fails_later)).await });
    (url, asked)
}

#[test]
fn the_feed_is_rendered_once_for_all_readers() {
    let site = Site::new();
    let first = site.get("/feed.xml");
    assert_eq!(first.headers[header::CONTENT_TYPE], "application/atom+xml");
    assert_eq!(first.headers["cache-status"], "blog; fwd=uri-miss; stored");
    assert!(first.html.contains("<link href=\"/posts/1\"/>"), "{}", first.html);

    site.edit_template("feed.xml", |_| "{{ broken(".to_owned());
    let second = site.get("/feed.xml");
    assert_eq!((second.status, second.html), (StatusCode::OK, first.html));
    assert!(second.headers["cache-status"].to_str().unwrap().starts_with("blog; hit; ttl="));
}

#[test]
fn the_weather_is_asked_for_once_and_a_report_outlives_its_server() {
    let (cache, runtime) = (Cache::memory(), Runtime::new().unwrap());
    let _scope = testing::scope(cache.clone());
    let (url, asked) = weather(&runtime);
    let site = Site::with_weather(&cache, &url);
    for _ in 0..3 {
        assert!(site.show("/about").contains("light rain, 11 °C"));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);

    testing::advance(Duration::from_secs(15 * 60));
    assert!(site.show("/about").contains("light rain, 11 °C"), "the last report");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn without_the_weather_the_page_is_there() {
    assert!(Site::new().show("/about").contains("Nobody at the hut answers"));
}
