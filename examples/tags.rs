//! Tags: one call invalidates every entry that carries a tag.
//!
//! `cargo run --bin tags` prints:
//!
//! ```text
//! computing card 1 of ada
//! computing card 2 of ada
//! computing card 3 of bob
//! the tag user:ada is deleted
//! ada's profile is now None
//! computing card 1 of ada
//! bob still has card 3 of bob
//! ```

use cache_runtime::{Config, Error, cached};

/// The tag is a template, as the key is.
#[cached(key = "card:{id}:{owner}", tags = ["user:{owner}"], expires_in = "1h")]
fn card(id: u64, owner: &str) -> String {
    println!("computing card {id} of {owner}");
    format!("card {id} of {owner}")
}

fn main() -> Result<(), Error> {
    cache_runtime::init(Config::from_address("sqlite::memory:")?)?;
    card(1, "ada");
    card(2, "ada");
    card(3, "bob");

    // Entries that are set by hand can carry tags, too.
    let cache = cache_runtime::cache();
    cache.tags(["user:ada"]).set("profile:ada", "Ada Lovelace")?;

    // However many entries carry the tag, deleting it costs the same.
    cache.delete_tag("user:ada")?;
    println!("the tag user:ada is deleted");

    println!("ada's profile is now {:?}", cache.get::<String>("profile:ada")?);
    card(1, "ada");
    println!("bob still has {}", card(3, "bob"));
    Ok(())
}
