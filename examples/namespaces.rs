//! Namespaces: the same key, apart for each tenant.
//!
//! `cargo run --bin namespaces` prints:
//!
//! ```text
//! tenant-7 has the theme dark
//! tenant-8 has the theme light
//! the root has no theme
//! cleared: 2 entries of tenant-7
//! tenant-7 has no theme
//! tenant-8 has the theme light
//! ```

use cache_runtime::{Cache, Error};

fn main() -> Result<(), Error> {
    let root = Cache::memory();
    let seven = root.namespace("tenant-7");
    let eight = root.namespace("tenant-8");

    seven.set("theme", "dark")?;
    eight.set("theme", "light")?;
    show_theme("tenant-7", &seven)?;
    show_theme("tenant-8", &eight)?;
    show_theme("the root", &root)?;

    // Namespaces nest: clearing one clears those inside it, and no other.
    seven.namespace("drafts").set("theme", "blue")?;
    println!("cleared: {} entries of tenant-7", seven.clear()?);
    show_theme("tenant-7", &seven)?;
    show_theme("tenant-8", &eight)
}

fn show_theme(owner: &str, cache: &Cache) -> Result<(), Error> {
    match cache.get::<String>("theme")? {
        Some(theme) => println!("{owner} has the theme {theme}"),
        None => println!("{owner} has no theme"),
    }
    Ok(())
}
