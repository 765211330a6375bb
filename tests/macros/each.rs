//! `each`: functions of many elements, each with a key and a value of its own.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use cache_runtime::{Cache, cached, testing};
use serde::{Deserialize, Serialize};

use crate::common::empty;

/// It is not `Clone`: values need only serde's traits.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct User(String);

thread_local! {
    /// What bodies were asked for in this test.
    static ASKED: RefCell<Vec<Vec<u64>>> = const { RefCell::new(Vec::new()) };
}

fn asked(ids: &[u64]) {
    ASKED.with_borrow_mut(|asked| asked.push(ids.to_vec()));
}

/// The elements that bodies have got since the last call.
fn bodies() -> Vec<Vec<u64>> {
    ASKED.take()
}

fn user(id: u64) -> User {
    User(format!("user {id}"))
}

/// Users over 100 do not exist.
#[cached(each = ids, key = "user:{id}", expires_in = 60)]
fn users(ids: &[u64]) -> HashMap<u64, User> {
    asked(ids);
    ids.iter().filter(|id| **id <= 100).map(|id| (*id, user(*id))).collect()
}

#[cached(each = ids, key = "listed:{id}:{lang}", skip(client))]
fn listed(client: &mut u32, mut ids: Vec<u64>, lang: &str) -> Vec<String> {
    asked(&ids);
    *client += 1;
    ids.iter_mut().map(|id| format!("{lang} {}", std::mem::take(id))).collect()
}

#[cached(key = "user:{id}")]
fn one(id: u64) -> User {
    user(id)
}

fn of(ids: &[u64]) -> HashMap<u64, User> {
    ids.iter().map(|id| (*id, user(*id))).collect()
}

#[test]
fn the_body_runs_once_and_gets_only_the_missing_elements() {
    let (cache, _scope) = empty();
    assert_eq!(users(&[1, 2]), of(&[1, 2]));
    assert_eq!(users(&[3, 2, 1, 4]), of(&[1, 2, 3, 4]));
    assert_eq!(users(&[4, 1]), of(&[1, 4]));
    assert_eq!(bodies(), [vec![1, 2], vec![3, 4]]);
    assert_eq!(cache.get::<User>("user:3").unwrap(), Some(user(3)));
    assert_eq!(one(4), user(4), "a function of one shares the entries");
}

#[test]
fn elements_are_read_and_written_in_one_batch() {
    let chaos = testing::Chaos::over(&Cache::memory());
    let _scope = testing::scope(Cache::new(chaos.clone()));
    users(&[1, 2]);
    users(&[2, 3]);
    users(&[1, 2, 3]);
    let counts = ["read_multi", "claim", "complete"].map(|operation| chaos.count(operation));
    assert_eq!((counts, chaos.total()), ([3, 2, 2], 7));
}

#[test]
fn without_elements_neither_body_nor_store_is_called() {
    let (_cache, _scope) = empty();
    assert_eq!((users(&[]), listed(&mut 0, vec![], "en")), (HashMap::new(), vec![]));
    assert!(bodies().is_empty());
}

#[test]
fn elements_that_the_map_omits_are_not_stored() {
    let (_cache, _scope) = empty();
    assert_eq!((users(&[100, 101]), users(&[101, 100])), (of(&[100]), of(&[100])));
    assert_eq!(bodies(), [vec![100, 101], vec![101]]);
}

#[test]
fn a_repeated_element_is_computed_once_for_a_map() {
    let (_cache, _scope) = empty();
    assert_eq!(users(&[5, 5, 6, 5]), of(&[5, 6]));
    assert_eq!(bodies(), [vec![5, 6]]);
}

#[test]
fn a_list_has_one_value_for_each_element_in_order() {
    let (cache, _scope) = empty();
    let mut runs = 0;
    assert_eq!(listed(&mut runs, vec![2, 1], "en"), ["en 2", "en 1"]);
    assert_eq!(listed(&mut runs, vec![3, 1, 4, 2], "en"), ["en 3", "en 1", "en 4", "en 2"]);
    assert_eq!(listed(&mut runs, vec![1, 9, 1, 9], "en"), ["en 1", "en 9", "en 1", "en 9"]);
    assert_eq!(listed(&mut runs, vec![1], "de"), ["de 1"]);
    assert_eq!(bodies(), [vec![2, 1], vec![3, 4], vec![9, 9], vec![1]]);
    assert_eq!(runs, 4);
    assert_eq!(cache.get::<String>("listed:9:en").unwrap().as_deref(), Some("en 9"));
}

#[cached(each = ids, key = "short:{id}")]
fn too_short(ids: &[u64]) -> Vec<u64> {
    ids[1..].to_vec()
}

#[test]
#[should_panic = "the body returned 1 values for 2 elements: with `each` a `Vec` has one for each"]
fn a_list_that_is_too_short_is_a_panic() {
    let (_cache, _scope) = empty();
    too_short(&[1, 2]);
}

#[cached(each = ids, key = "tried:{id}", skip(fails), store_if = |user| user.0 != "user 7")]
fn tried(ids: &[u64], fails: bool) -> Result<HashMap<u64, User>, String> {
    asked(ids);
    if fails { Err("down".to_owned()) } else { Ok(of(ids)) }
}

#[test]
fn an_error_is_returned_and_nothing_is_stored() {
    let (_cache, _scope) = empty();
    assert_eq!(tried(&[1], false), Ok(of(&[1])));
    assert_eq!(tried(&[1, 2], true), Err("down".to_owned()));
    assert_eq!(tried(&[1], true), Ok(of(&[1])), "what is there needs no body");
    assert_eq!(bodies(), [vec![1], vec![2]]);
}

#[test]
fn a_condition_applies_to_each_element() {
    let (_cache, _scope) = empty();
    assert_eq!(tried(&[7, 8], false), Ok(of(&[7, 8])));
    assert_eq!((tried::peek(7).unwrap(), tried::peek(8).unwrap()), (None, Some(user(8))));
}

#[cached(each = names, key = "waited:{tenant}:{name}", expires_in = 60)]
async fn waited(tenant: String, names: &[String]) -> Result<Vec<Option<usize>>, String> {
    smol::future::yield_now().await;
    asked(&names.iter().map(|name| name.len() as u64).collect::<Vec<_>>());
    drop(tenant);
    Ok(names.iter().map(|name| Some(name.len())).collect())
}

#[test]
fn an_async_function_may_have_elements() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let (_cache, _scope) = empty();
    let (tenant, names) = (|| "a".to_owned(), ["x".to_owned(), "yyy".to_owned()]);
    smol::block_on(async {
        assert_eq!(waited(tenant(), &names[..1]).await, Ok(vec![Some(1)]));
        assert_eq!(send(waited(tenant(), &names)).await, Ok(vec![Some(1), Some(3)]));
        assert_eq!(waited::refresh(tenant(), &names).await, Ok(vec![Some(1), Some(3)]));
        assert_eq!(waited::peek(tenant(), names[1].clone()).await.unwrap(), Some(Some(3)));
        assert!(waited::invalidate(tenant(), names[1].clone()).await.unwrap());
    });
    assert_eq!(bodies(), [vec![1], vec![3], vec![1, 3]]);
}

#[test]
fn companions_that_use_the_key_take_one_element() {
    let (_cache, _scope) = empty();
    users(&[1, 2]);
    assert_eq!((users::key(1), users::peek(1).unwrap()), ("user:1".to_owned(), Some(user(1))));
    assert!(users::invalidate(1).unwrap());
    users::prime(1, &User("primed".into())).unwrap();
    assert_eq!(users(&[1])[&1], User("primed".into()));
    assert_eq!(bodies(), [vec![1, 2]]);
    assert_eq!(users::uncached(&[1]), of(&[1]));
    assert_eq!(users::refresh(&[1, 2]), of(&[1, 2]));
    assert_eq!(users::peek(1).unwrap(), Some(user(1)));
    assert_eq!(bodies(), [vec![1], vec![1, 2]]);
}

#[test]
fn each_value_has_the_lifetime_of_the_attribute() {
    let (_cache, _scope) = empty();
    users(&[1]);
    testing::advance(Duration::from_secs(30));
    users(&[2]);
    testing::advance(Duration::from_secs(30));
    users(&[1, 2]);
    assert_eq!(bodies(), [vec![1], vec![2], vec![1]]);
}

#[test]
fn without_the_store_all_elements_are_computed() {
    let chaos = testing::Chaos::over(&Cache::memory());
    let _scope = testing::scope(Cache::new(chaos.clone()));
    users(&[1]);
    chaos.fail(true);
    assert_eq!(users(&[1, 2]), of(&[1, 2]));
    assert_eq!(bodies(), [vec![1], vec![1, 2]]);
}

struct Shop {
    id: u64,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Sku {
    number: u64,
    colour: &'static str,
}

trait Priced {
    fn listed(&self, ids: Vec<u64>) -> Vec<u64>;
}

impl Priced for Shop {
    #[cached(each = ids, key = "shop:{self.id}:listed:{id}", companions = false)]
    fn listed(&self, mut ids: Vec<u64>) -> Vec<u64> {
        asked(&ids);
        ids.iter_mut().for_each(|id| *id *= self.id);
        ids
    }
}

impl Shop {
    #[cached(each = skus, key = "shop:{self.id}:price:{sku.number}:{sku.colour}")]
    fn prices(&self, skus: &[Sku]) -> HashMap<Sku, u64> {
        asked(&skus.iter().map(|sku| sku.number).collect::<Vec<_>>());
        skus.iter().map(|sku| (sku.clone(), sku.number * self.id)).collect()
    }

    #[cached(each = ids, key = "shop:{self.id}:waited:{id}", companions = false)]
    async fn waited(&self, ids: &[u64]) -> Vec<u64> {
        asked(ids);
        smol::future::yield_now().await;
        ids.iter().map(|id| id * self.id).collect()
    }
}

#[test]
fn methods_may_have_elements_with_or_without_companions() {
    let (_cache, _scope) = empty();
    let shop = Shop { id: 3 };
    let sku = |number| Sku { number, colour: "red" };
    assert_eq!(shop.prices(&[sku(1)])[&sku(1)], 3);
    assert_eq!(shop.prices(&[sku(1), sku(2)]).len(), 2);
    assert_eq!(shop.prices_peek(sku(2)).unwrap(), Some(6));
    assert_eq!((shop.listed(vec![1]), shop.listed(vec![2, 1])), (vec![3], vec![6, 3]));
    let waited = async { (shop.waited(&[1]).await, shop.waited(&[2, 1]).await) };
    assert_eq!(smol::block_on(waited), (vec![3], vec![6, 3]));
    assert_eq!(bodies(), [[1], [2], [1], [2], [1], [2]]);
}

#[cached(each = values, key = "{value}")]
fn any_key(values: &[&str]) -> Vec<usize> {
    asked(&[values.len() as u64]);
    values.iter().map(|value| value.len()).collect()
}

#[derive(Clone)]
struct Even(u64);

impl std::fmt::Display for Even {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_multiple_of(2) { write!(f, "{}", self.0) } else { Err(std::fmt::Error) }
    }
}

#[cached(each = ids, key = "even:{id}")]
fn even(ids: &[Even]) -> Vec<u64> {
    let ids: Vec<u64> = ids.iter().map(|id| id.0).collect();
    asked(&ids);
    ids
}

#[test]
fn an_element_without_a_key_is_computed_each_time_and_others_are_stored() {
    let (_cache, _scope) = empty();
    assert_eq!((any_key(&["a", ""]), any_key(&["a", ""])), (vec![1, 0], vec![1, 0]));
    assert_eq!(bodies(), [[2], [1]]);
    let both = [Even(1), Even(2)];
    assert_eq!((even(&both), even(&both)), (vec![1, 2], vec![1, 2]));
    assert_eq!(bodies(), [vec![1, 2], vec![1]], "nor does one whose `Display` fails");
}

#[cached(each = ids, key = "changing:{id}")]
fn changing(ids: &[u64]) -> Vec<u64> {
    changing::invalidate(ids[0]).unwrap();
    ids.to_vec()
}

#[test]
fn a_change_of_an_element_during_its_computation_wins() {
    let (_cache, _scope) = empty();
    assert_eq!(changing(&[1, 2]), [1, 2]);
    assert_eq!((changing::peek(1).unwrap(), changing::peek(2).unwrap()), (None, Some(2)));
    assert_eq!(changing::refresh(&[2, 3]), [2, 3]);
    assert_eq!((changing::peek(2).unwrap(), changing::peek(3).unwrap()), (None, Some(3)));
}
