//! Expansions of every form under strict lints: an expansion gives its user nothing to do. `cargo clippy` sees more
//! of it than the compiler.

#![deny(warnings, unused, unreachable_pub, unused_qualifications, unused_results, single_use_lifetimes, trivial_casts)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::redundant_closure_call, clippy::shadow_unrelated)]

use std::fmt::Display;
use std::time::Duration;

use cache_runtime::{cached, counter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::common::empty;

#[cached(key = "{id}:{text}", expires_in = 5, race_ttl = 5, cache = "sessions", version = 1)]
fn every_argument(id: u64, text: &str) -> Result<u64, String> {
    if text.is_empty() {
        return Err(text.to_owned());
    }
    Ok(id)
}

#[cached(expires_in = Duration::from_secs(3), stale_if_error = "1h", jitter = 0.25)]
fn default_key<T: Serialize + DeserializeOwned + Clone, const N: usize>(id: T, mut count: u8) -> (T, u8) {
    count += 1;
    (id, count)
}

#[cached(expires_in = never, skip(text))]
async fn waited(id: u64, text: String, mut count: u8) -> Option<String> {
    count += 1;
    (id > u64::from(count)).then_some(text)
}

#[cached(key = "{id}")]
async fn diverges_waited(id: u64, _unused: u8) -> u8 {
    panic!("{id}")
}

#[cached(key = "{id}")]
fn diverges(id: u64, _: u8) -> u8 {
    panic!("{id}")
}

#[cached(each = ids, key = "each:{id}", skip(count))]
fn each(mut ids: Vec<u64>, count: u8) -> Result<Vec<u64>, String> {
    ids[0] = ids[0].checked_add(count.into()).ok_or("too many")?;
    Ok(ids)
}

#[cached(each = ids, key = "each:{id}:{text}")]
async fn each_waited(ids: &[u64], text: String) -> std::collections::HashMap<u64, String> {
    ids.iter().map(|id| (*id, text.clone())).collect()
}

#[cached(key = "conditional:{id}", store_if = Option::is_some)]
async fn conditional(id: u64) -> Option<String> {
    Some(id.to_string())
}

#[cached]
async fn nothing() {
    smol::future::ready(()).await;
}

#[cached(key = "{id}:{text}", race_ttl = 5, background, skip(count))]
fn in_the_background(id: u64, mut text: &str, mut count: u8) -> Result<u64, String> {
    count += 1;
    text = text.trim();
    if text.is_empty() {
        return Err(count.to_string());
    }
    Ok(id)
}

#[cached(key = "{id}", race_ttl = 5, background)]
async fn in_the_background_waited(id: &u64, _text: &str) -> u64 {
    smol::future::ready(()).await;
    7
}

#[counter(key = "views:{id}", skip(client))]
fn views(id: u8, client: &str);

#[counter(expires_in = 5)]
async fn likes(id: u8);

#[derive(Clone)]
struct Shop {
    id: u8,
}

impl Shop {
    #[cached(key = "shop:{self.id}", race_ttl = 5, background)]
    fn in_the_background(&self) -> u8 {
        self.id
    }

    #[cached(key = "shop:{self.id}:{shown}")]
    async fn method(&mut self, shown: impl Display) -> u8 {
        self.id += 1;
        drop(shown);
        self.id
    }
}

/// Nobody calls their companions.
mod written_by_macro_rules {
    use cache_runtime::cached;

    macro_rules! functions {
        ($plain:ident, $waited:ident) => {
            #[cached(key = "written:{id}", tags = ["all"])]
            pub(super) fn $plain(id: u64) -> u64 {
                id
            }

            #[cached]
            pub(super) async fn $waited(id: u64) -> u64 {
                id
            }
        };
    }

    functions!(plain, waited);
}

#[test]
fn what_is_linted_is_used() {
    let (_cache, _scope) = empty();
    assert_eq!(every_argument(1, "a"), Ok(1));
    assert_eq!(default_key::<_, 3>(1, 1), (1, 2));
    assert!(std::panic::catch_unwind(|| diverges(1, 1)).is_err());
    smol::block_on(async {
        assert_eq!(waited(1, String::new(), 1).await, None);
        assert_eq!(Shop { id: 1 }.method("shown").await, 2);
        nothing().await;
        drop(diverges_waited(1, 1));
        assert_eq!(each_waited(&[1], String::new()).await.len(), 1);
        assert_eq!(conditional(1).await.as_deref(), Some("1"));
    });
    assert_eq!(in_the_background(1, "a", 1), Ok(1));
    assert_eq!(smol::block_on(in_the_background_waited(&1, "a")), 7);
    assert_eq!(Shop { id: 1 }.in_the_background(), 1);
    assert_eq!(each(vec![1], 1), Ok(vec![2]));
    drop((views(1, ""), likes(1)));
    assert_eq!(written_by_macro_rules::plain(1), 1);
    drop(written_by_macro_rules::waited(1));
}
