//! What stays borrowed and cannot go into the background.

use cache_runtime::cached;

#[cached(key = "{id}", race_ttl = 10, background, skip(name))]
fn inside(id: u64, name: Option<&str>) -> u64 {
    id + name.map_or(0, |name| name.len() as u64)
}

#[cached(key = "{id}", race_ttl = 10, background, skip(names))]
async fn inside_waited(id: u64, names: &[&str]) -> u64 {
    id + names.len() as u64
}

#[cached(key = "{id}", race_ttl = 10, background, skip(pair))]
fn by_a_pattern(id: u64, pair @ (_, _): &(u64, u64)) -> u64 {
    id + pair.0
}

#[derive(Clone)]
struct Shop {
    id: u64,
}

impl Shop {
    #[cached(key = "{self.id}", race_ttl = 10, background, companions = false)]
    fn in_a_text(&self) -> String {
        format!("{self:p}")
    }
}

#[cached(key = "{id}", race_ttl = 10, background, skip(text))]
fn borrowed_error(id: u64, text: &str) -> Result<u64, &str> {
    if text.is_empty() { Err(text) } else { Ok(id) }
}

fn main() {}
