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

    #[cached(key = "tagged:{self.id}:{sku}", tags = ["shop:{self.id}", "sku:{sku}"], version = 2)]
    async fn tagged(&self, sku: &str) -> u64 {
        smol::future::yield_now().await;
        self.id + sku.len() as u64
    }

    #[cached(key = "tagged:{self.id}:{sku}", tags = ["shop:{self.id}", "sku:{sku}"], version = 2, companions = false)]
    async fn tagged_alone(&self, sku: &str) -> u64 {
        smol::future::yield_now().await;
        self.id + sku.len() as u64
    }
}

/// Its evaluation holds what is not `Send`.
struct Times;

impl Times {
    fn get(&self) -> std::time::Duration {
        let not_send = std::rc::Rc::new(5);
        std::time::Duration::from_secs(*not_send)
    }

    fn length(&self, seconds: u64) -> std::time::Duration {
        std::time::Duration::from_secs(seconds)
    }
}

#[cached(
    key = "all:{id}",
    expires_in = times.get(),
    race_ttl = times.get(),
    stale_if_error = Times.get(),
    jitter = 0.1,
    shared,
    version = "v",
    skip(times),
    store_if = |length| std::rc::Rc::new(*length) != std::rc::Rc::new(0),
    tags = ["id:{id}", "all"],
)]
async fn with_all(id: u64, times: &Times) -> Result<u64, String> {
    smol::future::yield_now().await;
    Ok(id + times.get().as_secs())
}

#[cached(race_ttl = 10, background, tags = ["id:{id}", "name:{name}"], expires_in = |_| Times.get())]
async fn tagged_in_the_background(id: u64, name: &str) -> u64 {
    smol::future::yield_now().await;
    id + name.len() as u64
}

#[cached(race_ttl = 10, background, companions = false, tags = ["id:{id}", "name:{name}"], store_if = |n| *n > 0)]
async fn tagged_alone_in_the_background(id: u64, name: &str) -> u64 {
    smol::future::yield_now().await;
    id + name.len() as u64
}

#[cached(each = ids, key = "each:{kind}:{id}", tags = ["id:{id}", "kind:{kind}"], expires_in = |_| Times.get())]
async fn tagged_each(ids: &[u64], kind: &str) -> HashMap<u64, u64> {
    smol::future::yield_now().await;
    ids.iter().map(|id| (*id, id + kind.len() as u64)).collect()
}

#[cached(each = ids, key = "alone:{kind}:{id}", tags = ["id:{id}", "kind:{kind}"], companions = false)]
async fn tagged_each_alone(ids: Vec<u64>, kind: String) -> Result<Vec<u64>, String> {
    smol::future::yield_now().await;
    Ok(ids.iter().map(|id| id + kind.len() as u64).collect())
}

#[cached(tags = ["id:{id}", "of:{value}"])]
async fn generic<T: std::fmt::Display + Send + Sync + serde::Serialize>(id: u64, value: T) -> String {
    smol::future::yield_now().await;
    format!("{id}{value}")
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

/// For every argument, and every companion.
#[test]
fn what_an_attribute_evaluates_makes_no_future_less_send() {
    fn run<T: Send + 'static>(future: impl Future<Output = T> + Send) -> T {
        smol::block_on(future)
    }
    let (_cache, _scope) = empty();
    let shop = Shop { id: 1 };
    assert_eq!(run(shop.tagged("a")), 2);
    assert_eq!(run(shop.tagged_refresh("a")), 2);
    assert_eq!(run(shop.tagged_uncached("a")), 2);
    assert_eq!(run(shop.tagged_peek("a")).unwrap(), Some(2));
    run(shop.tagged_prime("a", &3)).unwrap();
    assert!(run(shop.tagged_invalidate("a")).unwrap());
    assert_eq!(run(shop.tagged_alone("a")), 2);

    assert_eq!(run(with_all(1, &Times)), Ok(6));
    assert_eq!(run(with_all::refresh(1, &Times)), Ok(6));
    assert_eq!(run(with_all::uncached(1, &Times)), Ok(6));
    assert_eq!(run(with_all::peek(1)).unwrap(), Some(6));
    run(with_all::prime(1, &Times, &3)).unwrap();
    assert!(run(with_all::invalidate(1)).unwrap());

    assert_eq!(run(tagged_in_the_background(1, "a")), 2);
    assert_eq!(run(tagged_in_the_background::refresh(1, "a")), 2);
    run(tagged_in_the_background::prime(1, "a", &3)).unwrap();
    assert_eq!(run(tagged_in_the_background::peek(1, "a")).unwrap(), Some(3));
    assert_eq!(run(tagged_alone_in_the_background(1, "a")), 2);

    assert_eq!(run(tagged_each(&[1, 2], "a")).len(), 2);
    assert_eq!(run(tagged_each::refresh(&[1, 2], "a")).len(), 2);
    assert_eq!(run(tagged_each::peek(1, "a")).unwrap(), Some(2));
    run(tagged_each::prime(1, "a", &3)).unwrap();
    assert!(run(tagged_each::invalidate(1, "a")).unwrap());
    assert_eq!(run(tagged_each_alone(vec![1], "a".to_owned())), Ok(vec![2]));

    assert_eq!(run(generic(1, 2u8)), "12");
    assert_eq!(run(generic::refresh(1, 2u8)), "12");
    assert_eq!(run(generic::peek(1, 2u8)).unwrap().as_deref(), Some("12"));
}

/// An error that stays on its thread.
type LocalError = std::rc::Rc<String>;

mod local_errors {
    use super::{HashMap, LocalError, Times};
    use cache_runtime::cached;

    #[cached(key = "plain:{id}")]
    pub(super) async fn plain(id: u64) -> Result<u64, LocalError> {
        smol::future::yield_now().await;
        if id > 9 { Err("too large".to_owned().into()) } else { Ok(id) }
    }

    #[cached(
        key = "full:{id}", expires_in = times.get(), race_ttl = 5, stale_if_error = 5, jitter = 0.1, shared, version = 1,
        skip(times), store_if = |id| *id != 0, tags = ["id:{id}"],
    )]
    pub(super) async fn full(id: u64, times: &Times) -> Result<u64, LocalError> {
        let _ = times;
        plain::uncached(id).await
    }

    #[cached(key = "timed:{id}", expires_in = |id| Times.length(*id), stale_if_error = 5, companions = false)]
    pub(super) async fn timed(id: u64) -> Result<u64, LocalError> {
        plain::uncached(id).await
    }

    #[cached(key = "background:{id}", race_ttl = 5, stale_if_error = 5, background, store_if = |id| *id != 0)]
    pub(super) async fn background(id: u64) -> Result<u64, LocalError> {
        plain::uncached(id).await
    }

    #[cached(each = ids, key = "each:{id}", tags = ["id:{id}"])]
    pub(super) async fn each(ids: &[u64]) -> Result<HashMap<u64, u64>, LocalError> {
        plain::uncached(ids.iter().copied().max().unwrap_or_default()).await?;
        Ok(ids.iter().map(|id| (*id, *id)).collect())
    }

    #[cached(key = "of:{id}", skip(error), stale_if_error = 5)]
    pub(super) async fn generic<E: Clone + Sync>(id: u64, error: &E) -> Result<u64, E> {
        smol::future::yield_now().await;
        if id > 9 { Err(error.clone()) } else { Ok(id) }
    }
}

#[test]
fn an_err_need_not_be_send() {
    use local_errors::{background, each, full, generic, plain, timed};

    fn run<T>(future: impl Future<Output = T> + Send) -> T {
        smol::block_on(future)
    }
    let (_cache, _scope) = empty();
    assert_eq!((run(plain(1)), run(plain(10)).is_err()), (Ok(1), true));
    assert_eq!((run(plain::refresh(1)), run(plain::refresh(10)).is_err()), (Ok(1), true));
    assert_eq!((run(plain::uncached(1)), run(plain::peek(1)).unwrap()), (Ok(1), Some(1)));
    run(plain::prime(1, &2)).unwrap();
    assert!(run(plain::invalidate(1)).unwrap());

    assert_eq!((run(full(1, &Times)), run(full(10, &Times)).is_err()), (Ok(1), true));
    assert_eq!((run(full::refresh(1, &Times)), run(full::peek(1)).unwrap()), (Ok(1), Some(1)));
    assert_eq!((run(timed(1)), run(timed(10)).is_err()), (Ok(1), true));
    assert_eq!((run(background(1)), run(background(10)).is_err()), (Ok(1), true));
    assert!(run(background::refresh(10)).is_err());
    assert_eq!((run(each(&[1, 2])).unwrap().len(), run(each(&[10])).is_err()), (2, true));
    assert!(run(each::refresh(&[10])).is_err());
    assert_eq!((run(generic(1, &"no")), run(generic(10, &"no"))), (Ok(1), Err("no")));
}
