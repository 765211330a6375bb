//! A cache in memcached. Run: `cargo run -p cache-memcached -- memcached://localhost:11211`

use cache_runtime::{Config, Error, cached};

#[cached(key = "square:{number}", expires_in = "1h")]
fn square(number: u64) -> u64 {
    println!("computing the square of {number}");
    number * number
}

fn main() -> Result<(), Error> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "memcached://localhost:11211".to_owned());
    // Register the store before the configuration that names it. In a file: `type = "memcached"`, `url = "…"`.
    cache_memcached::register()?;
    cache_runtime::init(Config::from_address(&address)?)?;

    println!("12 * 12 = {}", square(12));
    println!("12 * 12 = {}", square(12));
    Ok(())
}
