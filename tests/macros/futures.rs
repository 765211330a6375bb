//! The futures of annotated functions: their size, and whether they are `Send`.

use std::collections::HashMap;
use std::hint::black_box;

use cache_runtime::cached;

use crate::common::empty;

/// By how many bytes the future may be larger than the body's own.
const ROOM: usize = 1024;

#[cached(key = "small:{id}", expires_in = 300, race_ttl = 10)]
async fn small(id: u64) -> u64 {
    smol::future::yield_now().await;
    id
}

#[cached(key = "large:{id}", skip(text), store_if = |length| *length > 0)]
async fn large(id: u64, text: &str) -> Result<usize, String> {
    let buffer = [id; 512];
    smol::future::yield_now().await;
    Ok(black_box(buffer).len() + text.len())
}

#[cached(key = "background:{id}", race_ttl = 10, background)]
async fn in_the_background(id: u64) -> u64 {
    let buffer = [id; 512];
    smol::future::yield_now().await;
    black_box(buffer)[0]
}

#[cached(each = ids, key = "each:{id}")]
async fn each(ids: &[u64]) -> HashMap<u64, u64> {
    let buffer = [ids[0]; 512];
    smol::future::yield_now().await;
    [(ids[0], black_box(buffer)[1])].into()
}

struct Shop {
    id: u64,
}

impl Shop {
    #[cached(key = "shop:{self.id}")]
    async fn price(&self) -> u64 {
        let buffer = [self.id; 512];
        smol::future::yield_now().await;
        black_box(buffer)[0]
    }

    #[cached(key = "shop:{self.id}", companions = false)]
    async fn alone(&self) -> u64 {
        let buffer = [self.id; 512];
        smol::future::yield_now().await;
        black_box(buffer)[0]
    }
}

#[test]
fn a_future_is_not_much_larger_than_the_bodys_own() {
    let shop = Shop { id: 1 };
    let sizes = [
        ("small", size_of_val(&small(1)), size_of_val(&small::uncached(1))),
        ("large", size_of_val(&large(1, "")), size_of_val(&large::uncached(1, ""))),
        ("background", size_of_val(&in_the_background(1)), size_of_val(&in_the_background::uncached(1))),
        ("each", size_of_val(&each(&[1])), size_of_val(&each::uncached(&[1]))),
        ("method", size_of_val(&shop.price()), size_of_val(&shop.price_uncached())),
        ("alone", size_of_val(&shop.alone()), size_of_val(&shop.price_uncached())),
        ("refresh", size_of_val(&small::refresh(1)), size_of_val(&small::uncached(1))),
    ];
    let too_large: Vec<_> = sizes.into_iter().filter(|(_, ours, own)| *ours > own + ROOM).collect();
    assert!(too_large.is_empty(), "bytes of ours and of the body's own: {too_large:?}, of {sizes:?}");
}

#[test]
fn a_future_is_send_if_the_bodys_own_is() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let (_cache, _scope) = empty();
    let shop = Shop { id: 1 };
    smol::block_on(async {
        assert_eq!(send(small(1)).await, 1);
        assert_eq!(send(large(1, "a")).await, Ok(513));
        assert_eq!(send(in_the_background(1)).await, 1);
        assert_eq!(send(each(&[7])).await[&7], 7);
        assert_eq!(send(shop.price()).await, 1);
        assert_eq!(send(shop.alone()).await, 1);
        assert_eq!(send(small::refresh(1)).await, 1);
        assert_eq!(send(each::refresh(&[7])).await[&7], 7);
    });
}
