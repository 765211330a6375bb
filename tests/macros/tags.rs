//! Tags of annotated functions.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

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
fn deleting_a_tag_deletes_the_values_that_carry_it() {
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
fn values_that_companions_store_carry_the_tags() {
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

thread_local! {
    /// What the bodies of many elements were asked for in this test.
    static ASKED: RefCell<Vec<Vec<u64>>> = const { RefCell::new(Vec::new()) };
    /// A tag that the next of these bodies deletes.
    static DELETED: Cell<Option<&'static str>> = const { Cell::new(None) };
}

fn asked(ids: &[u64]) -> HashMap<u64, String> {
    ASKED.with_borrow_mut(|asked| asked.push(ids.to_vec()));
    if let Some(tag) = DELETED.take() {
        cache_runtime::cache().delete_tag(tag).unwrap();
    }
    ids.iter().map(|id| (*id, format!("user {id}"))).collect()
}

/// The elements that bodies have got since the last call.
fn bodies() -> Vec<Vec<u64>> {
    ASKED.take()
}

#[cached(each = ids, key = "user:{id}", tags = ["user:{id}", "users"])]
fn users(ids: &[u64]) -> HashMap<u64, String> {
    asked(ids)
}

#[cached(each = ids, key = "of:{tenant}:{id}", tags = ["{tenant}:user:{id}", "tenant:{tenant}"], companions = false)]
async fn of_a_tenant(tenant: String, ids: Vec<u64>) -> Result<Vec<String>, ()> {
    smol::future::yield_now().await;
    let mut users = asked(&ids);
    drop(tenant);
    Ok(ids.iter().filter_map(|id| users.remove(id)).collect())
}

impl Shop {
    #[cached(each = users, key = "{self.id}:{user.id}", tags = ["shop:{self.id}", "user:{user.id}"])]
    fn rebates(&self, users: &[User]) -> Vec<u64> {
        let ids: Vec<u64> = users.iter().map(|user| user.id).collect();
        asked(&ids);
        ids
    }
}

#[test]
fn each_element_has_tags_of_its_own() {
    let _scope = testing::scope(Cache::memory());
    let cache = cache_runtime::cache();
    users(&[1, 2, 3]);
    for (tag, forgotten) in [("user:2", vec![2]), ("users", vec![1, 2, 3]), ("user:3", vec![3])] {
        bodies();
        assert!(cache.delete_tag(tag).unwrap());
        users(&[1, 2, 3]);
        users(&[1, 2, 3]);
        assert_eq!(bodies(), [forgotten], "{tag}");
    }
    assert!(!cache.delete_tag("user:4").unwrap());
}

#[test]
fn the_tags_of_many_elements_are_read_in_one_batch() {
    let chaos = testing::Chaos::over(&Cache::memory());
    let _scope = testing::scope(Cache::new(chaos.clone()));
    let asked = || ["read_multi", "write_multi", "claim", "complete"].map(|operation| chaos.count(operation));
    users(&[1, 2, 3]);
    assert_eq!(asked(), [2, 1, 1, 1], "the entries and the tags, each read and written at once");
    users(&[1, 2, 3]);
    assert_eq!(asked(), [4, 1, 1, 1], "the entries and their tags");
    users(&[1, 4, 5]);
    assert_eq!(asked(), [7, 2, 2, 2], "the entries, their tags, and those of the missing ones");
}

#[test]
fn deleting_a_tag_while_elements_are_computed_deletes_those_that_carry_it() {
    let _scope = testing::scope(Cache::memory());
    for refreshed in [false, true] {
        let users = if refreshed { users::refresh } else { users };
        cache_runtime::cache().clear().unwrap();
        DELETED.set(Some("user:1"));
        assert_eq!(users(&[1, 2]).len(), 2, "the caller gets it");
        assert_eq!((users::peek(1).unwrap(), users::peek(2).unwrap().as_deref()), (None, Some("user 2")));
    }
}

#[test]
fn an_element_that_a_companion_stores_carries_its_tags() {
    let _scope = testing::scope(Cache::memory());
    let cache = cache_runtime::cache();
    users::prime(1, &"primed".to_owned()).unwrap();
    users::refresh(&[2]);
    assert_eq!(users(&[1, 2])[&1], "primed");
    assert!(users::invalidate(2).unwrap() && cache.delete_tag("user:1").unwrap());
    assert_eq!(users::peek(1).unwrap(), None);
}

#[test]
fn elements_of_async_functions_and_methods_have_tags() {
    let _scope = testing::scope(Cache::memory());
    let cache = cache_runtime::cache();
    let of = |tenant: &str, ids: &[u64]| {
        smol::block_on(of_a_tenant(tenant.to_owned(), ids.to_vec())).unwrap();
        bodies()
    };
    assert_eq!((of("a", &[1, 2]), of("b", &[1])), (vec![vec![1, 2]], vec![vec![1]]));
    assert!(cache.delete_tag("a:user:1").unwrap());
    assert_eq!((of("a", &[1, 2]), of("b", &[1])), (vec![vec![1]], vec![]));
    assert!(cache.delete_tag("tenant:a").unwrap());
    assert_eq!((of("a", &[1, 2]), of("b", &[1])), (vec![vec![1, 2]], vec![]));
    DELETED.set(Some("tenant:a"));
    assert_eq!((of("a", &[3]), of("a", &[3])), (vec![vec![3]], vec![vec![3]]));

    let (shop, both) = (Shop { id: 1 }, [User { id: 1 }, User { id: 2 }]);
    shop.rebates(&both);
    assert!(cache.delete_tag("user:2").unwrap());
    shop.rebates(&both);
    assert_eq!(bodies(), [vec![1, 2], vec![2]]);
}

#[cached(each = names, key = "named:{name}", tags = ["{name}"], companions = false)]
fn by_name(names: &[&str]) -> Vec<usize> {
    asked(&[names.len() as u64]);
    names.iter().map(|name| name.len()).collect()
}

#[test]
fn an_element_without_a_valid_tag_is_not_stored_and_others_are() {
    let _scope = testing::scope(Cache::memory());
    assert_eq!((by_name(&["a", ""]), by_name(&["a", ""])), (vec![1, 0], vec![1, 0]));
    assert_eq!(bodies(), [[2], [1]]);
}

#[test]
fn elements_whose_tags_cannot_be_read_are_not_stored() {
    let chaos = testing::Chaos::over(&Cache::memory());
    let _scope = testing::scope(Cache::new(chaos.clone()));
    users(&[1]);
    chaos.fail(true);
    assert_eq!(users(&[1, 2]).len(), 2);
    chaos.fail(false);
    assert_eq!(users::peek(2).unwrap(), None);
    assert_eq!(bodies(), [vec![1], vec![1, 2]]);
}
