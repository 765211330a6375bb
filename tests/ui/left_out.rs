//! Arguments that are neither in the key nor skipped: warnings, which this file makes errors.

#![deny(warnings)]

use cache_runtime::{cached, counter};

#[cached(key = "page:{url}")]
fn left_out(url: &str, lang: &str) -> String {
    format!("{url}{lang}")
}

#[cached(key = "page")]
async fn all_left_out(url: &str, (page, _size): (u8, u8)) -> String {
    format!("{url}{page}")
}

struct Shop {
    rate: u64,
}

impl Shop {
    #[cached(key = "price:{sku}")]
    fn self_left_out(&self, sku: u64) -> u64 {
        self.rate * sku
    }
}

#[counter(key = "views")]
fn left_out_of_a_counter(page: u64);

#[cached(key = "quiet:{a}", skip(b))]
fn not_a_word(a: u8, b: u8, _c: u8, _: u8) -> u8 {
    a + b
}

fn main() {
    left_out("", "");
    let _ = all_left_out("", (1, 2));
    Shop { rate: 1 }.self_left_out(2);
    let _ = left_out_of_a_counter(1);
    not_a_word(1, 2, 3, 4);
}
