//! What cannot stand beside a function, and where it cannot stand.

use cache_runtime::cached;

#[cached(companions)]
fn without_a_value(id: u64) -> u64 {
    id
}

#[cached(companions = "false")]
fn in_quotes(id: u64) -> u64 {
    id
}

#[cached(companion = false)]
fn mistyped(id: u64) -> u64 {
    id
}

#[cached(key = "{id}", expires_in = std::time::Duration::from_secs(length), skip(length))]
fn in_a_pattern((id, length): (u64, u64)) -> u64 {
    id + length
}

struct Shop;

// Without indentation the attribute does not see the `impl`.
#[rustfmt::skip]
impl Shop {
#[cached(key = "price:{sku}")]
fn price(sku: u64) -> u64 {
    sku
}
}

fn main() {}
