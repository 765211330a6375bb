//! Takes its caches from the configuration. Run: `CACHE_URL=sqlite::memory: cargo run --bin configuration`
//!
//! Without `CACHE_URL` it reads `config/storage.toml` in the current folder: the README shows one.

use cache_runtime::{Config, Error, cached};

#[cached(key = "square:{number}", expires_in = "1h")]
fn square(number: u64) -> u64 {
    println!("computing the square of {number}");
    number * number
}

fn main() -> Result<(), Error> {
    // At the start of `main`, so that a mistake in the file is found when the program starts.
    cache_runtime::init(Config::load()?)?;

    println!("it is {}", square(12));
    println!("it is {}, and the cache is {:?}", square(12), cache_runtime::cache());

    // A second cache has a name. If it is not configured, the error lists the names that are.
    match cache_runtime::named("sessions") {
        Ok(sessions) => sessions.set("session:1", "Ada")?,
        Err(error) => println!("{error}"),
    }
    Ok(())
}
