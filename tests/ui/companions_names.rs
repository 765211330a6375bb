//! Names that are taken, and an `impl` of a trait.

use cache_runtime::cached;

mod stats {}

#[cached]
fn stats(id: u64) -> u64 {
    id
}

struct Shop;

trait Priced {
    fn price(&self, sku: u64) -> u64;
}

impl Priced for Shop {
    #[cached(key = "price:{sku}", skip(self))]
    fn price(&self, sku: u64) -> u64 {
        sku
    }
}

fn main() {}
