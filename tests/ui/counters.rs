//! What a counter is written like.

use cache_runtime::counter;

#[counter(key = "views:{page}")]
fn with_a_body(page: u64) {
    println!("{page}");
}

#[counter(key = "views:{page}")]
fn with_a_return_type(page: u64) -> i64;

#[counter(key = "views:{page}")]
async fn with_both(page: u64) -> i64 {
    page as i64
}

#[counter(key = "views:{pgae}", expires_in = 0)]
fn with_other_mistakes(page: u64);

fn main() -> Result<(), cache_runtime::Error> {
    with_a_body(1).increment()?;
    with_a_return_type(1).increment()?;
    let _ = with_both(1).increment();
    with_other_mistakes(1).increment()?;
    Ok(())
}
