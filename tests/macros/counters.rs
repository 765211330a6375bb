//! `#[counter]`: counters that are named by a function's arguments.

use cache_runtime::{AsyncCounter, Counter, counter};

use crate::common::empty;

/// How often a page was seen.
#[counter(key = "page:views:{page_id}", expires_in = 3600)]
fn page_views(page_id: u64);

#[counter(key = "page:likes:{page_id}")]
async fn page_likes(page_id: u64);

#[test]
fn a_counter_counts_under_its_key() {
    let (cache, _scope) = empty();
    assert_eq!(page_views(1).get().unwrap(), None);
    assert_eq!((page_views(1).increment().unwrap(), page_views(1).increment_by(5).unwrap()), (1, 6));
    assert_eq!(page_views(2).increment().unwrap(), 1);
    assert_eq!(cache.get::<i64>("page:views:1").unwrap(), Some(6));
    assert!(page_views(1).reset().unwrap());
    assert_eq!(page_views(1).get().unwrap(), None);
}

#[test]
fn the_methods_of_an_async_counter_are_async() {
    let (cache, _scope) = empty();
    smol::block_on(async {
        assert_eq!(page_likes(1).increment().await.unwrap(), 1);
        assert_eq!(page_likes(1).get().await.unwrap(), Some(1));
    });
    assert_eq!(cache.get::<i64>("page:likes:1").unwrap(), Some(1));
}

#[counter]
fn by_default(kind: &str, day: u16);

#[counter(version = 2, skip(client))]
fn by_default_and_version(client: &std::rc::Rc<()>, day: u16);

#[test]
fn without_a_key_the_path_and_the_arguments_are_the_key() {
    let (cache, _scope) = empty();
    by_default("a", 1).increment().unwrap();
    assert_eq!(by_default("b", 1).get().unwrap(), None);
    assert!(cache.exists("macros::counters::by_default(kind=\"a\",day=1u16)").unwrap());
    assert_eq!(by_default_and_version(&std::rc::Rc::new(()), 1).increment().unwrap(), 1);
}

struct Shop {
    id: u8,
}

impl Shop {
    /// Visits of this shop.
    #[counter(key = "shop:{self.id}:visits")]
    fn visits(&self);

    #[counter(key = "shop:{id}:sales")]
    async fn sales(id: u8);
}

#[test]
fn counters_may_be_methods() {
    let (cache, _scope) = empty();
    assert_eq!(Shop { id: 7 }.visits().increment().unwrap(), 1);
    smol::block_on(Shop::sales(7).increment()).unwrap();
    assert!(cache.exists("shop:7:visits").unwrap() && cache.exists("shop:7:sales").unwrap());
}

#[counter(key = "typed")]
fn typed<T>()
where
    T: ?Sized;

#[test]
fn generic_counters_count_by_type() {
    let (_cache, _scope) = empty();
    assert_eq!((typed::<u8>().increment().unwrap(), typed::<str>().increment().unwrap()), (1, 1));
}

#[test]
fn the_types_of_the_handles_are_public() {
    let (_cache, _scope) = empty();
    let _: (Counter, AsyncCounter) = (page_views(1), page_likes(1));
}
