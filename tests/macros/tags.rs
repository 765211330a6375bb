//! Tags of annotated functions.

use std::cell::Cell;

use cache_runtime::{Cache, cached, testing};

thread_local! {
    static RUNS: Cell<u32> = const { Cell::new(0) };
}

fn runs() -> u32 {
    RUNS.replace(0)
}

fn ran() {
    RUNS.set(RUNS.get() + 1);
}

#[derive(Clone)]
struct User {
    id: u64,
}

#[cached(key = "card:{id}:{lang}:{user.id}", tags = ["card", "user:{user.id}", "{lang}:{id}"])]
fn card(id: u64, lang: &str, user: &User) -> String {
    ran();
    format!("{id} in {lang} of {}", user.id)
}

#[cached(key = "total:{id}", tags = ["user:{id}"], expires_in = 10, race_ttl = 60)]
async fn total(id: u64) -> Result<u64, String> {
    ran();
    Ok(id * 10)
}

struct Shop {
    id: u32,
}

impl Shop {
    #[cached(key = "shop:{self.id}:{sku}", tags = ["shop:{self.id}"])]
    fn price(&self, sku: String) -> usize {
        ran();
        sku.len()
    }
}

#[test]
fn a_deleted_tag_forgets_the_calls_that_carry_it() {
    let _scope = testing::scope(Cache::memory());
    let cache = cache_runtime::cache();
    let (ada, bob) = (User { id: 1 }, User { id: 2 });
    let call = || (card(7, "en", &ada), card(8, "en", &bob), card(7, "de", &ada));
    call();
    call();
    assert_eq!(runs(), 3);
    for (tag, forgotten) in [("user:1", 2), ("en:8", 1), ("card", 3), ("user:3", 0)] {
        cache.delete_tag(tag).unwrap();
        call();
        assert_eq!(runs(), forgotten, "{tag}");
    }
}

#[test]
fn a_value_of_a_tag_is_escaped_as_in_a_key() {
    let _scope = testing::scope(Cache::memory());
    card(7, "a:7", &User { id: 1 });
    assert!(!cache_runtime::cache().delete_tag("a:7:7").unwrap());
    assert!(cache_runtime::cache().delete_tag("a%3A7:7").unwrap());
}

#[test]
fn async_functions_and_methods_have_tags_too() {
    let _scope = testing::scope(Cache::memory());
    let cache = cache_runtime::cache();
    let shop = Shop { id: 3 };
    assert_eq!((smol::block_on(total(4)), shop.price("tea".to_owned())), (Ok(40), 3));
    runs();
    assert_eq!((smol::block_on(total(4)), shop.price("tea".to_owned()), runs()), (Ok(40), 3, 0));
    assert!(cache.delete_tag("user:4").unwrap() && cache.delete_tag("shop:3").unwrap());
    assert_eq!((smol::block_on(total(4)), shop.price("tea".to_owned()), runs()), (Ok(40), 3, 2));
}

#[test]
fn what_is_kept_by_a_companion_carries_the_tags() {
    let _scope = testing::scope(Cache::memory());
    let cache = cache_runtime::cache();
    let ada = User { id: 1 };
    card::prime(7, "en", &ada, &"primed".to_owned()).unwrap();
    assert_eq!(card(7, "en", &ada), "primed");
    cache.delete_tag("user:1").unwrap();
    assert_eq!(card::peek(7, "en", &ada).unwrap(), None);
    card::refresh(7, "en", &ada);
    cache.delete_tag("user:1").unwrap();
    assert_eq!(card::peek(7, "en", &ada).unwrap(), None);
}
