//! What a cached function returns.

use std::path::Path;
use std::pin::Pin;

use cache_runtime::cached;

#[cached]
fn text(id: u64) -> &'static str {
    if id == 0 { "none" } else { "some" }
}

#[cached]
fn text_inside(text: &str) -> Option<&str> {
    text.get(1..)
}

#[cached]
fn slice_in_a_result(ids: &[u64]) -> Result<&[u64], &'static str> {
    ids.get(1..).ok_or("short")
}

#[cached]
fn path_and_value(path: &'static Path) -> (&'static Path, &'static u8) {
    (path, &1)
}

#[cached]
fn unnamed(n: u8) -> impl Iterator<Item = u8> {
    0..n
}

#[cached]
fn unnamed_error(n: u8) -> Result<u8, impl std::fmt::Debug> {
    if n == 0 { Err("zero") } else { Ok(n) }
}

#[cached]
fn future(n: u8) -> impl Future<Output = u8> {
    async move { n }
}

#[cached]
fn boxed<'a>(n: &'a u8) -> Pin<Box<dyn Future<Output = u8> + Send + 'a>> {
    Box::pin(async move { *n })
}

#[cached]
fn never() -> ! {
    loop {}
}

struct Bare;

type Alias = Result<Bare, std::io::Error>;

#[cached]
fn bare() -> Bare {
    Bare
}

#[cached]
async fn bare_waited() -> Bare {
    Bare
}

#[cached]
fn bare_in_a_result() -> Result<Bare, ()> {
    Ok(Bare)
}

#[cached]
fn bare_behind_an_alias() -> Alias {
    Ok(Bare)
}

#[cached]
fn generic<T: Default>() -> T {
    T::default()
}

#[cached]
fn generic_inside<T: Default>() -> Vec<T> {
    vec![T::default()]
}

// Mistakes in a body are told as they are without the attribute.

#[cached]
fn another_type(n: u64) -> u64 {
    n.to_string()
}

#[cached]
async fn another_type_waited(n: u64) -> u64 {
    n.to_string()
}

#[cached]
fn waits(n: u64) -> u64 {
    another_type_waited(n).await
}

fn main() {}
