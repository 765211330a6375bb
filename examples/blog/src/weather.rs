//! The weather of the day, asked of somebody else's server through a cache.
//!
//! The server says for how long a report is right (`Cache-Control`), and until then it is not asked again, whoever looks at the
//! page. If it does not answer, the last report stands in for an hour.

use std::time::Duration;

use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use cache_reqwest::CacheMiddleware;
use cache_runtime::Cache;
use cache_runtime::http::ClientCache;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Result};
use serde::{Deserialize, Serialize};

pub struct Weather {
    client: ClientWithMiddleware,
    url: String,
}

#[derive(Debug, Deserialize, Serialize)]
pub struct Report {
    pub sky: String,
    pub celsius: i32,
}

impl Weather {
    /// The weather that is told at a URL.
    pub fn new(url: impl Into<String>, cache: &Cache) -> Self {
        let responses = ClientCache::new(cache).shared().stale_if_error(60 * 60);
        let client = ClientBuilder::new(reqwest::Client::new()).with(CacheMiddleware::new(responses)).build();
        Weather { client, url: url.into() }
    }

    /// `None` if the server does not answer, and has not answered within the hour: the page does without.
    pub async fn report(&self) -> Option<Report> {
        self.ask().await.inspect_err(|error| tracing::warn!("no weather: {error}")).ok()
    }

    async fn ask(&self) -> Result<Report> {
        let response = self.client.get(&self.url).timeout(Duration::from_secs(2)).send().await?;
        Ok(response.error_for_status()?.json().await?)
    }
}

/// A server of the weather, for an example that needs no network: the program asks itself.
pub fn stand_in() -> Router {
    Router::new().route(
        "/stand-in/weather",
        get(async || {
            tracing::info!("the weather was asked for");
            let report = Report { sky: "light rain".to_owned(), celsius: 11 };
            ([(header::CACHE_CONTROL, "public, max-age=600")], Json(report)).into_response()
        }),
    )
}
