//! Moves from SQLite to Redis by changing the configuration alone: see `storage.toml` next to this file.
//!
//! ```sh
//! cargo run --bin sqlite_to_redis                                       # SQLite, in storage/
//! APP_ENV=prod cargo run --features redis --bin sqlite_to_redis         # Redis at localhost
//! APP_ENV=prod REDIS_URL=redis-cluster://a:7000,b:7000 cargo run --features redis --bin sqlite_to_redis
//! ```

use cache_runtime::{AsyncCounter, Config, Error, cached, counter};

const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sqlite_to_redis/storage.toml");

#[cached(key = "square:{number}", expires_in = "1h")]
fn square(number: u64) -> u64 {
    println!("computing the square of {number}");
    number * number
}

#[counter(key = "runs", expires_in = "1h")]
async fn runs();

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // Your program would have this file at `config/storage.toml`, and call `Config::load()`.
    cache_runtime::init(Config::from_file(CONFIGURATION)?)?;

    println!("it is {}", square(12));
    let counter: AsyncCounter = runs();
    println!("run {} with this cache: {:?}", counter.increment().await?, cache_runtime::cache());
    Ok(())
}
