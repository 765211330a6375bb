//! Async functions, on any runtime; here tokio.
//!
//! `cargo run --bin async_functions` prints:
//!
//! ```text
//! asking for Quito
//! Quito: 19 degrees
//! Quito: 19 degrees
//! asking for Atlantis
//! Atlantis: NoSuchCity
//! asking for Atlantis
//! Atlantis: NoSuchCity
//! tomorrow: 21 degrees
//! forecasts given: 4
//! ```

use std::time::Duration;

use cache_runtime::{Config, Error, cached, counter};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Forecast {
    city: String,
    celsius: i32,
}

#[derive(Debug)]
struct NoSuchCity;

/// `Ok` is stored and `Err` is not. The error type needs nothing from serde.
#[cached(key = "forecast:{city}", expires_in = "10m", race_ttl = 30)]
async fn forecast(city: &str) -> Result<Forecast, NoSuchCity> {
    let celsius = ask_the_weather_service(city).await.ok_or(NoSuchCity)?;
    Ok(Forecast { city: city.to_owned(), celsius })
}

/// Stands for a slow call over the network.
async fn ask_the_weather_service(city: &str) -> Option<i32> {
    println!("asking for {city}");
    tokio::time::sleep(Duration::from_millis(50)).await;
    (city == "Quito").then_some(19)
}

#[counter(key = "forecasts", expires_in = "1 day")]
async fn forecasts_given();

#[tokio::main]
async fn main() -> Result<(), Error> {
    cache_runtime::init(Config::from_address("sqlite::memory:")?)?;

    for city in ["Quito", "Quito", "Atlantis", "Atlantis"] {
        match forecast(city).await {
            Ok(forecast) => println!("{}: {} degrees", forecast.city, forecast.celsius),
            Err(error) => println!("{city}: {error:?}"),
        }
        forecasts_given().increment().await?;
    }

    // By hand it is the same cache, and a closure returns a future.
    let cache = cache_runtime::async_cache();
    let tomorrow = cache.expires_in(3600).get_or_set("forecast:tomorrow", || async { 21 }).await;
    println!("tomorrow: {tomorrow} degrees");
    println!("forecasts given: {}", forecasts_given().get().await?.unwrap_or(0));
    Ok(())
}
