//! From SQLite to Redis by the configuration alone; `storage.toml` beside this file says how.
//!
//! ```sh
//! cargo run --bin switched                                                  # SQLite, in storage/
//! APP_ENV=prod cargo run --features redis --bin switched                    # Redis at localhost
//! APP_ENV=prod REDIS_URL=redis-cluster://a:7000,b:7000 cargo run --features redis --bin switched
//! ```

use cache_runtime::{AsyncCounter, Config, Error, cached, counter};

const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/switched/storage.toml");

#[cached(key = "square:{number}", expires_in = "1h")]
fn square(number: u64) -> u64 {
    println!("computing the square of {number}");
    number * number
}

#[counter(key = "runs", expires_in = "1h")]
async fn runs();

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // A program of yours has it at `config/storage.toml`, and writes `Config::load()`.
    cache_runtime::init(Config::from_file(CONFIGURATION)?)?;

    println!("it is {}", square(12));
    let counter: AsyncCounter = runs();
    println!("run {} with this cache: {:?}", counter.increment().await?, cache_runtime::cache());
    Ok(())
}
