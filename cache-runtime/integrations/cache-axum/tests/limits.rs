//! Limits in axum: who asks, and how a refusal is answered.

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use axum::{Extension, Router};
use cache_axum::{ClientAddress, ClientIp, EarlyResponse, LimitLayer, PeerAddress};
use cache_runtime::limit::AsyncRateLimiter;
use cache_runtime::{Cache, limited, testing};
use tower::ServiceExt;

#[limited(key = "greet:{ip}", to = 1, within = 60)]
async fn greeting(ip: IpAddr) -> Result<String, EarlyResponse> {
    Ok(format!("Hello {ip}"))
}

async fn greet(ClientIp(ip): ClientIp) -> Result<String, EarlyResponse> {
    greeting(ip).await
}

fn router() -> Router {
    let client = ClientAddress::new()
        .trust(["10.0.0.0/8"])
        .unwrap()
        .peer(|extensions| extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip()));
    Router::new().route("/", get(greet)).layer(Extension(client))
}

fn request(forwarded: &str) -> Request<Body> {
    let peer = ConnectInfo(SocketAddr::from(([10, 0, 0, 1], 4711)));
    Request::get("/").extension(peer).header("x-forwarded-for", forwarded).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_handler_knows_its_client_and_answers_a_refusal_with_429() {
    testing::scope_async(Cache::memory(), async {
        let ask = async |forwarded| router().oneshot(request(forwarded)).await.unwrap();
        assert_eq!(ask("192.0.2.7").await.status(), StatusCode::OK);
        let refused = ask("1.2.3.4, 192.0.2.7").await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers()["retry-after"], "60");
        assert_eq!(ask("192.0.2.8").await.status(), StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn without_a_peer_the_answer_is_500() {
    let request = Request::get("/").body(Body::empty()).unwrap();
    assert_eq!(router().oneshot(request).await.unwrap().status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn a_layer_limits_the_routes_it_is_put_on() {
    let limiter = AsyncRateLimiter::new(&Cache::memory().to_async(), "comments").to(1).within(60);
    let comments = post(async || "saved").layer(LimitLayer::new(limiter));
    let router = Router::new().route("/comments", comments).route("/", get(async || "page"));
    let ask = async |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).extension(PeerAddress([192, 0, 2, 7].into()));
        router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status().as_u16()
    };
    assert_eq!(
        (ask("POST", "/comments").await, ask("POST", "/comments").await, ask("GET", "/").await),
        (200, 429, 200)
    );
}
