//! Limits in actix-web: who asks, and how a refusal is answered.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, web};
use cache_actix::{ClientAddress, ClientIp, EarlyResponse};
use cache_runtime::{Cache, limited, testing};

#[limited(key = "greet:{ip}", to = 1, within = 60)]
async fn greeting(ip: IpAddr) -> Result<String, EarlyResponse> {
    Ok(format!("Hello {ip}"))
}

async fn greet(ClientIp(ip): ClientIp) -> Result<String, EarlyResponse> {
    greeting(ip).await
}

#[actix_web::test]
async fn a_handler_knows_its_client_and_answers_a_refusal_with_429() {
    testing::scope_async(Cache::memory(), async {
        let client = ClientAddress::new().trust(["10.0.0.0/8"]).unwrap();
        let app = init_service(App::new().app_data(client).route("/", web::get().to(greet))).await;
        let ask = async |forwarded: &str| {
            let request = TestRequest::get().peer_addr(SocketAddr::from(([10, 0, 0, 1], 4711)));
            call_service(&app, request.insert_header(("x-forwarded-for", forwarded)).to_request()).await
        };
        assert_eq!(ask("192.0.2.7").await.status(), StatusCode::OK);
        let refused = ask("1.2.3.4, 192.0.2.7").await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers().get("retry-after").unwrap(), "60");
        assert_eq!(ask("192.0.2.8").await.status(), StatusCode::OK);
    })
    .await;
}

#[actix_web::test]
async fn without_a_peer_the_answer_is_500() {
    let app = init_service(App::new().route("/", web::get().to(greet))).await;
    let response = call_service(&app, TestRequest::get().to_request()).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
}
