//! Functions that return a boxed future, as methods do below `#[async_trait]`.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use cache_runtime::{cached, testing};

use crate::common::{empty, ran, runs};

#[async_trait]
trait Prices {
    async fn price(&self, sku: &str) -> Result<u64, String>;

    #[cached(key = "given:{sku}", skip(self))]
    async fn given(&self, sku: &str) -> u64 {
        ran();
        self.price(sku).await.unwrap_or_default()
    }
}

struct Shop {
    id: u64,
}

#[async_trait]
impl Prices for Shop {
    #[cached(key = "shop:{self.id}:{sku}", expires_in = 60, store_if = |price| *price < 100)]
    async fn price(&self, sku: &str) -> Result<u64, String> {
        ran();
        smol::future::yield_now().await;
        if sku.is_empty() {
            return Err("no sku".to_owned());
        }
        Ok(self.id + sku.len() as u64)
    }
}

struct Count(u8);

#[async_trait(?Send)]
trait Local {
    async fn name(&mut self, id: u8) -> String;
}

#[async_trait(?Send)]
impl Local for Count {
    #[cached(key = "name:{id}", skip(self), tags = ["names:{id}"])]
    async fn name(&mut self, id: u8) -> String {
        ran();
        self.0 += 1;
        format!("{} {id}", self.0)
    }
}

#[test]
fn the_output_of_an_async_trait_method_is_cached() {
    let (cache, _scope) = empty();
    let (shop, mut count) = (Shop { id: 7 }, Count(0));
    fn send<T: Send>(future: T) -> T {
        future
    }
    smol::block_on(async {
        for _ in 0..3 {
            assert_eq!(send(shop.price("tea")).await, Ok(10));
            assert_eq!(send(shop.given("tea")).await, 10);
            assert_eq!(count.name(1).await, "1 1");
        }
        assert_eq!(runs(), 3);
        assert!(shop.price("").await.is_err() && shop.price("").await.is_err());
        assert_eq!(runs(), 5, "an `Err` is not stored");
        assert_eq!(cache.get::<u64>("shop:7:tea").unwrap(), Some(10));
        testing::advance(Duration::from_secs(61));
        assert_eq!((shop.price("tea").await, runs()), (Ok(10), 6));
        cache.delete_tag("names:1").unwrap();
        assert_eq!(count.name(1).await, "2 1");
        let expensive = Shop { id: 200 };
        assert!(expensive.price("a").await.is_ok() && !cache.exists("shop:200:a").unwrap());
    });
}

#[cached(key = "written:{id}", skip(text))]
fn written<'a>(id: u64, text: &'a str) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
    ran();
    if id == 0 {
        return Box::pin(async { 0 });
    }
    Box::pin(async move {
        smol::future::yield_now().await;
        text.len()
    })
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[cached]
fn aliased(id: u64) -> BoxFuture<'static, Option<u64>> {
    Box::pin(async move {
        ran();
        Some(id)
    })
}

#[test]
fn a_boxed_future_may_be_written_by_hand() {
    let (cache, _scope) = empty();
    smol::block_on(async {
        for _ in 0..3 {
            assert_eq!((written(1, "abc").await, written(0, "abc").await, aliased(5).await), (3, 0, Some(5)));
        }
    });
    assert_eq!(runs(), 3);
    assert!(cache.exists("written:0").unwrap());
}

#[test]
fn nothing_happens_before_the_future_is_awaited() {
    let (_cache, _scope) = empty();
    drop(written(1, "abc"));
    assert_eq!(runs(), 0);
}
