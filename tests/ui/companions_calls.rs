//! Calls of what stands beside a function.

use cache_runtime::cached;
use serde::{Deserialize, Serialize};

struct Client;

#[derive(Serialize, Deserialize)]
struct User;

#[cached(key = "user:{id}", skip(client))]
fn load(client: &Client, id: u64) -> Result<User, String> {
    let _ = (client, id);
    Ok(User)
}

fn calls() {
    let _ = load::prime(1, &1_u8);
    let _ = load::invalidate(&Client, 1);
    let _ = load::refresh(1);
    let _ = load::forget(1);
}

#[cached(companions = false)]
fn alone(id: u64) -> u64 {
    id
}

fn none() {
    let _ = alone::invalidate(1);
}

fn main() {
    calls();
    none();
}
