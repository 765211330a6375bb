//! The companions of an annotated function.

use std::borrow::Cow;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use cache_runtime::{Cache, ErrorKind, cached, testing};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::common::{empty, ran, runs};

#[cached(key = "user:{id}", expires_in = 60)]
fn user(id: u64) -> String {
    ran();
    format!("user {id}, run {}", runs())
}

#[test]
fn invalidate_deletes_one_value_and_returns_whether_there_was_one() {
    let (_cache, _scope) = empty();
    assert!(!user::invalidate(1).unwrap());
    assert_eq!((user(1), user(2)), ("user 1, run 1".into(), "user 2, run 2".into()));
    assert!(user::invalidate(1).unwrap());
    assert_eq!((user(1), user(2)), ("user 1, run 3".into(), "user 2, run 2".into()));
}

#[test]
fn peek_returns_the_value_and_never_computes() {
    let (_cache, _scope) = empty();
    assert_eq!(user::peek(1).unwrap(), None);
    assert_eq!(runs(), 0);
    let kept = user(1);
    assert_eq!(user::peek(1).unwrap(), Some(kept));
}

#[cached(key = "raced", expires_in = 60, race_ttl = 60, stale_if_error = 60)]
fn raced() -> u32 {
    ran();
    runs()
}

#[test]
fn peek_returns_no_expired_value_even_in_a_window() {
    let (_cache, _scope) = empty();
    raced();
    testing::advance(Duration::from_secs(60));
    assert_eq!(raced::peek().unwrap(), None);
}

#[test]
fn prime_stores_a_value_with_the_lifetime_of_the_attribute() {
    let (_cache, _scope) = empty();
    user::prime(1, &"primed".to_owned()).unwrap();
    assert_eq!((user(1), runs()), ("primed".into(), 0));
    testing::advance(Duration::from_secs(59));
    assert_eq!(user(1), "primed");
    testing::advance(Duration::from_secs(1));
    assert_eq!(user(1), "user 1, run 1");
}

#[test]
fn refresh_runs_the_body_and_stores_the_result() {
    let (_cache, _scope) = empty();
    user(1);
    assert_eq!(user::refresh(1), "user 1, run 2");
    assert_eq!((user(1), runs()), ("user 1, run 2".into(), 2));
    testing::advance(Duration::from_secs(59));
    assert_eq!(user::refresh(1), "user 1, run 3");
    testing::advance(Duration::from_secs(59));
    assert_eq!(user(1), "user 1, run 3", "the expiration began anew");
}

#[cached(key = "changing", skip(change))]
fn changing(change: impl FnOnce()) -> u32 {
    ran();
    change();
    runs()
}

#[test]
fn a_change_while_a_refresh_runs_wins_over_its_result() {
    let (_cache, _scope) = empty();
    fn nothing() {}
    assert_eq!(changing(nothing as fn()), 1);
    let forget = || assert!(changing::invalidate(nothing as fn()).unwrap());
    assert_eq!(changing::refresh(forget as fn()), 2);
    assert_eq!(changing::peek(nothing as fn()).unwrap(), None);
    let prime = || changing::prime(nothing as fn(), &100).unwrap();
    assert_eq!((changing::refresh(prime as fn()), changing(nothing as fn())), (3, 100));
}

#[test]
fn uncached_runs_the_body_and_does_not_use_the_cache() {
    let (_cache, _scope) = empty();
    assert_eq!(user::uncached(1), "user 1, run 1");
    assert_eq!(user::peek(1).unwrap(), None);
    user(1);
    assert_eq!(user::uncached(1), "user 1, run 3");
    assert_eq!(user(1), "user 1, run 2");
}

#[test]
fn key_returns_the_key_by_which_the_cache_finds_the_entry() {
    let (cache, _scope) = empty();
    assert_eq!(user::key(42), "user:42");
    user(42);
    assert!(cache.exists(&user::key(42)).unwrap());
}

#[cached(key = "{text}")]
fn any_key(text: &str) -> u8 {
    ran();
    1
}

#[test]
fn key_is_neither_escaped_nor_shortened_as_the_store_does() {
    assert_eq!(any_key::key("@a"), "@a");
    assert_eq!(any_key::key(&"x".repeat(300)), "x".repeat(300));
}

struct Unwritable;

impl Display for Unwritable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Err(std::fmt::Error)
    }
}

#[cached(key = "unwritable:{value}")]
fn unwritable(value: Unwritable) -> u8 {
    ran();
    let _ = value;
    7
}

#[test]
fn without_a_key_the_function_works_and_companions_return_an_error() {
    let (_cache, _scope) = empty();
    assert_eq!((unwritable(Unwritable), unwritable::refresh(Unwritable), runs()), (7, 7, 2));
    assert_eq!(unwritable::key(Unwritable), "");
    assert_eq!(any_key::key(""), "");
    assert_eq!(unwritable::invalidate(Unwritable).unwrap_err().kind(), ErrorKind::Key);
    assert_eq!(unwritable::peek(Unwritable).unwrap_err().kind(), ErrorKind::Key);
    assert_eq!(unwritable::prime(Unwritable, &1).unwrap_err().kind(), ErrorKind::Key);
}

#[test]
fn companions_return_the_error_of_the_store() {
    let chaos = testing::Chaos::new(cache_runtime::store::NoCache);
    let _scope = testing::scope(Cache::new(chaos.clone()));
    chaos.fail(true);
    assert!(user::invalidate(1).is_err() && user::peek(1).is_err() && user::prime(1, &String::new()).is_err());
    assert_eq!(user::refresh(1), "user 1, run 1");
}

#[derive(Debug, PartialEq)]
struct Odd;

type Res<T> = Result<T, Odd>;

fn half_of(n: u8) -> Result<u8, Odd> {
    ran();
    if n.is_multiple_of(2) { Ok(n / 2) } else { Err(Odd) }
}

#[cached(key = "half:{n}")]
fn half(n: u8) -> Result<u8, Odd> {
    half_of(n)
}

#[cached(key = "alias:{n}")]
fn half_by_alias(n: u8) -> Res<u8> {
    half_of(n)
}

#[cached(key = "io:{n}")]
fn half_or_io(n: u8) -> std::io::Result<u8> {
    half_of(n).map_err(|_| std::io::Error::other("odd"))
}

#[test]
fn for_a_result_peek_and_prime_use_the_ok_value() {
    let (_cache, _scope) = empty();
    half::prime(8, &100).unwrap();
    assert_eq!((half(8), half::peek(8).unwrap(), half::peek(1).unwrap()), (Ok(100), Some(100), None));
    half_or_io::prime(8, &100).unwrap();
    assert_eq!(half_or_io::peek(8).unwrap(), Some(100));
    assert_eq!(half::refresh(1), Err(Odd));
    assert_eq!(half::refresh(4), Ok(2));
    assert_eq!((half::peek(1).unwrap(), half::peek(4).unwrap()), (None, Some(2)));
}

#[test]
fn for_an_alias_of_a_result_peek_returns_the_result_and_prime_takes_either() {
    let (_cache, _scope) = empty();
    half_by_alias::prime(2, &100).unwrap();
    assert_eq!((half_by_alias(2), half_by_alias::peek(2).unwrap()), (Ok(100), Some(Ok(100))));
    half_by_alias::prime(4, &Ok(50)).unwrap();
    assert_eq!((half_by_alias(4), half_by_alias::peek(4).unwrap()), (Ok(50), Some(Ok(50))));
    half_by_alias::prime(6, &Err(Odd)).unwrap();
    assert_eq!((half_by_alias::peek(6).unwrap(), half_by_alias(6)), (None, Ok(3)));
    assert_eq!(runs(), 1);
}

#[cached(key = "page:{url}:{lang}", skip(client), expires_in = 60)]
async fn page(client: &mut Vec<String>, url: &str, mut lang: String) -> Result<String, Odd> {
    ran();
    smol::future::yield_now().await;
    client.push(url.to_owned());
    lang.push('!');
    Ok(format!("{url} {lang}"))
}

#[test]
fn companions_of_an_async_function_are_async_where_they_use_the_store() {
    let (_cache, _scope) = empty();
    let mut client = Vec::new();
    let en = || "en".to_owned();
    smol::block_on(async {
        assert_eq!(page(&mut client, "/", en()).await.unwrap(), "/ en!");
        assert_eq!(page::peek("/", en()).await.unwrap().as_deref(), Some("/ en!"));
        assert!(page::invalidate("/", en()).await.unwrap());
        page::prime("/", en(), &"primed".to_owned()).await.unwrap();
        assert_eq!(page(&mut client, "/", en()).await.unwrap(), "primed");
        assert_eq!(page::uncached(&mut client, "/", en()).await.unwrap(), "/ en!");
        assert_eq!(page::peek("/", en()).await.unwrap().as_deref(), Some("primed"));
        assert_eq!(page::refresh(&mut client, "/", en()).await.unwrap(), "/ en!");
        assert_eq!(page::peek("/", en()).await.unwrap().as_deref(), Some("/ en!"));
        assert_eq!(page::key("/", en()), "page:/:en");
    });
    assert_eq!((runs(), client.len()), (3, 3));
}

#[test]
fn the_futures_of_companions_are_send() {
    fn send<T: Send>(_: T) {}
    let mut client = Vec::new();
    send(page::peek("/", String::new()));
    send(page::invalidate("/", String::new()));
    send(page::prime("/", String::new(), &String::new()));
    send(page::refresh(&mut client, "/", String::new()));
}

struct Shop {
    id: u32,
    rate: u32,
}

impl Shop {
    /// What it costs.
    #[cached(key = "shop:{self.id}:price:{sku}", expires_in = 60)]
    fn price(&self, sku: u32) -> Option<u32> {
        ran();
        Some(sku * self.rate)
    }

    #[cached(skip(self))]
    async fn tax(&mut self, amount: u32) -> u32 {
        ran();
        self.rate += 1;
        amount / 5
    }

    #[cached(key = "all:{self.id}")]
    fn all(self: Arc<Self>) -> u32 {
        ran();
        self.rate
    }

    #[cached(key = "consumed:{self.id}")]
    fn consumed(mut self) -> u32 {
        ran();
        self.rate += 1;
        self.rate
    }

    #[cached(key = "opened:{id}")]
    fn opened(id: u32) -> Result<Self, Odd> {
        ran();
        Ok(Shop { id, rate: 1 })
    }
}

/// Its functions have neither `self` nor `Self` in their signatures.
struct Amount<T>(T);

impl<T> Amount<T>
where
    T: Default,
{
    #[cached(key = "bytes:{n}")]
    fn bytes(n: usize) -> usize {
        ran();
        n * size_of::<T>()
    }

    #[cached]
    async fn awaited(n: usize) -> usize {
        ran();
        n * size_of::<T>()
    }
}

trait Measured {
    fn measure(n: usize) -> usize;
}

impl<T> Measured for Amount<T> {
    #[cached]
    fn measure(n: usize) -> usize {
        ran();
        n * size_of::<T>()
    }
}

#[test]
fn a_function_of_an_impl_without_self_has_companions_as_a_method_has() {
    let (_cache, _scope) = empty();
    assert_eq!((Amount::<u8>::bytes(3), Amount::<u32>::bytes(3), Amount::<u32>::bytes(3)), (3, 12, 12));
    assert_eq!(Amount::<u32>::bytes_peek(3).unwrap(), Some(12));
    assert!(Amount::<u32>::bytes_invalidate(3).unwrap());
    assert_eq!((Amount::<u8>::bytes_peek(3).unwrap(), runs()), (Some(3), 2));
    smol::block_on(async {
        assert_eq!((Amount::<u8>::awaited(3).await, Amount::<u32>::awaited_refresh(3).await), (3, 12));
        assert_eq!(Amount::<u32>::awaited_peek(3).await.unwrap(), Some(12));
    });
}

#[test]
fn a_function_of_an_impl_of_a_trait_without_self_has_none() {
    let (_cache, _scope) = empty();
    let all = [Amount::<u8>::measure(3), Amount::<u32>::measure(3), Amount::<u32>::measure(3)];
    assert_eq!((all, runs()), ([3, 12, 12], 2));
}

impl Serialize for Shop {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.id.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Shop {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(|id| Shop { id, rate: 0 })
    }
}

#[test]
fn companions_of_a_method_are_functions_prefixed_with_its_name() {
    let (_cache, _scope) = empty();
    let (one, two) = (Shop { id: 1, rate: 10 }, Shop { id: 2, rate: 20 });
    assert_eq!((one.price(3), two.price(3)), (Some(30), Some(60)));
    assert!(one.price_invalidate(3).unwrap());
    assert_eq!((one.price_peek(3).unwrap(), two.price_peek(3).unwrap()), (None, Some(Some(60))));
    one.price_prime(3, &Some(99)).unwrap();
    assert_eq!((one.price(3), one.price_uncached(3), one.price_refresh(3)), (Some(99), Some(30), Some(30)));
    assert_eq!((one.price(3), one.price_key(3).as_str()), (Some(30), "shop:1:price:3"));
    assert_eq!(runs(), 4);
}

#[test]
fn companions_of_a_method_take_its_receiver() {
    let (_cache, _scope) = empty();
    let mut shop = Shop { id: 1, rate: 10 };
    smol::block_on(async {
        assert_eq!((shop.tax(50).await, shop.tax_refresh(50).await, shop.tax_uncached(50).await), (10, 10, 10));
        assert_eq!(shop.tax_peek(50).await.unwrap(), Some(10));
        assert!(shop.tax_invalidate(50).await.unwrap());
    });
    assert_eq!(shop.tax_key(50), "macros::companions::Shop::tax(amount=50u32)");
    let shop = Arc::new(shop);
    assert_eq!((Arc::clone(&shop).all(), Arc::clone(&shop).all_refresh()), (13, 13));
    assert!(shop.all_invalidate().unwrap());
    assert_eq!((shop.all_peek().unwrap(), shop.all_key()), (None, "all:1".to_owned()));
    let shop = Shop { id: 1, rate: 10 };
    shop.consumed_prime(&5).unwrap();
    assert_eq!((shop.consumed_peek().unwrap(), shop.consumed_key()), (Some(5), "consumed:1".to_owned()));
    assert_eq!(shop.consumed_uncached(), 11);
}

#[test]
fn a_function_with_self_in_its_signature_counts_as_a_method() {
    let (_cache, _scope) = empty();
    assert!(Shop::opened(7).is_ok_and(|shop| shop.rate == 1));
    assert_eq!(Shop::opened_peek(7).unwrap().map(|shop| (shop.id, shop.rate)), Some((7, 0)));
    assert!(Shop::opened_invalidate(7).unwrap());
}

struct Repo<T>(T);

impl<T: Default + ToString> Repo<T> {
    #[cached(key = "repo:{id}", skip(self))]
    fn load<U: Default + ToString>(&self, id: u8) -> String {
        ran();
        let _ = &self.0;
        format!("{}{}{id}", T::default().to_string(), U::default().to_string())
    }

    #[cached(skip(self))]
    fn load_by_default<U: Default + ToString>(&self, id: u8) -> String {
        ran();
        let _ = &self.0;
        format!("{}{}{id}", T::default().to_string(), U::default().to_string())
    }
}

#[test]
fn companions_of_generic_functions_distinguish_their_instances() {
    let (cache, _scope) = empty();
    let (numbers, truths) = (Repo(0u8), Repo(false));
    numbers.load::<bool>(1);
    truths.load::<bool>(1);
    numbers.load_by_default::<bool>(1);
    for key in [numbers.load_key::<bool>(1), truths.load_key::<bool>(1), numbers.load_by_default_key::<bool>(1)] {
        assert!(cache.exists(&key).unwrap(), "{key}");
    }
    assert_eq!(numbers.load_key::<bool>(1), "#<macros::companions::Repo<u8>::load<bool>|bool>#repo:1");
    assert_eq!(numbers.load_by_default_key::<bool>(1), "macros::companions::Repo<u8>::load_by_default<bool>(id=1u8)");
    assert!(numbers.load_invalidate::<bool>(1).unwrap());
    assert_eq!(truths.load_peek::<bool>(1).unwrap().as_deref(), Some("falsefalse1"));
    assert_eq!(numbers.load_peek::<char>(1).unwrap(), None);
}

#[cached]
fn largest<'a, T, const N: usize>(values: &'a [T], but: Option<&'a T>) -> Option<T>
where
    T: Ord + Clone + Serialize + DeserializeOwned,
{
    ran();
    values.iter().filter(|value| Some(*value) != but).max().cloned().filter(|_| N > 0)
}

#[cached(key = "shown:{value}", skip(by))]
fn shown(value: impl Display + Copy, by: impl Fn(&str) -> String) -> String {
    ran();
    by(&value.to_string())
}

#[cached(key = "joined:{text}", skip(parts))]
fn joined<'a>(text: &'a str, parts: &[u8]) -> Cow<'a, str> {
    ran();
    Cow::Owned(format!("{text}{}", parts.len()))
}

#[cached(key = "elided:{n}", skip(parts))]
fn elided(parts: &[u8], n: u8) -> Result<Cow<'_, [u8]>, &str> {
    ran();
    Ok(Cow::Borrowed(&parts[usize::from(n)..]))
}

#[test]
fn companions_have_the_generics_and_lifetimes_of_the_function() {
    let (_cache, _scope) = empty();
    assert_eq!(largest::<u8, 1>(&[1, 2, 3], Some(&3)), Some(2));
    assert_eq!(largest::peek::<u8, 1>(&[1, 2, 3], Some(&3)).unwrap(), Some(Some(2)));
    assert_eq!(largest::peek::<u8, 2>(&[1, 2, 3], Some(&3)).unwrap(), None);
    largest::prime::<u8, 1, _>(&[1, 2], None, &Some(9)).unwrap();
    assert_eq!(largest::<u8, 1>(&[1, 2], None), Some(9));
    let key = "macros::companions::largest<u8, 1>(values=[1u8],but=None)";
    assert_eq!(largest::key::<u8, 1>(&[1u8], None), key);

    let loud = |text: &str| text.to_uppercase();
    assert_eq!(shown("a", loud), "A");
    assert!(
        shown::invalidate("a", loud).unwrap(),
        "an unnamed type is a part of the key, so its argument is asked for"
    );

    assert_eq!((joined("a", &[1]), joined::peek("a").unwrap()), ("a1".into(), Some("a1".into())));
    assert_eq!(*elided(&[1, 2], 1).unwrap(), [2]);
    assert_eq!(elided::peek(1).unwrap().as_deref(), Some(&[2u8][..]));
    elided::prime(2, &Cow::Owned(vec![9])).unwrap();
    assert!(elided::refresh(&[1, 2], 2).unwrap().is_empty());
}

struct Point {
    x: i32,
    y: i32,
}

#[cached(key = "point:{x}:{b}:{n}:{either}", skip(c))]
fn patterns(
    Point { x, .. }: Point,
    (mut b, c): (u8, &str),
    &n: &u16,
    (Ok(either) | Err(either)): Result<u8, u8>,
) -> i64 {
    ran();
    b += 1;
    i64::from(x) + i64::from(b) + i64::from(n) + i64::from(either) + i64::try_from(c.len()).unwrap()
}

#[cached]
fn default_patterns([a, _]: [u8; 2], Point { x: ref left, y }: Point) -> i32 {
    ran();
    i32::from(a) + left + y
}

#[test]
fn arguments_may_be_patterns_in_the_key_and_the_body() {
    let (_cache, _scope) = empty();
    let point = || Point { x: 1, y: 2 };
    for _ in 0..2 {
        assert_eq!(patterns(point(), (2, "abc"), &3, Err(4)), 14);
        assert_eq!(default_patterns([1, 9], point()), 4);
    }
    assert_eq!(runs(), 2);
    assert_eq!(patterns::key(point(), (2, ""), &3, Ok(4)), "point:1:2:3:4");
    assert_eq!(patterns::uncached(point(), (2, ""), &3, Ok(4)), 11);
    let key = "macros::companions::default_patterns(a=1u8,left=1i32,y=2i32)";
    assert_eq!(default_patterns::key([1, 8], point()), key);
    assert!(default_patterns::invalidate([1, 7], point()).unwrap());
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

#[cached(key = "timed:{id}", expires_in = minutes(length), skip(length))]
fn timed(id: u8, length: u64) -> u32 {
    ran();
    runs()
}

#[test]
fn prime_also_takes_the_arguments_that_the_lifetime_depends_on() {
    let (_cache, _scope) = empty();
    timed::prime(1, 5, &100).unwrap();
    testing::advance(minutes(5) - Duration::from_secs(1));
    assert_eq!(timed(1, 5), 100);
    testing::advance(Duration::from_secs(1));
    assert_eq!(timed(1, 5), 1);
    assert!(timed::invalidate(1).unwrap());
}

#[cached(key = "counted:{id}")]
fn counts(id: u8) -> u32 {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1
}

#[test]
fn the_body_exists_once_so_its_statics_are_shared() {
    let (_cache, _scope) = empty();
    assert_eq!((counts(1), counts::uncached(1), counts::refresh(1), counts(2)), (1, 2, 3, 4));
}

mod other {
    #[cfg(any())]
    #[cache_runtime::cached]
    pub(super) fn absent() -> Missing {}

    #[cache_runtime::cached]
    #[cfg(any())]
    pub(super) fn absent_too() -> Missing {}

    #[cache_runtime::cached]
    #[cfg(test)]
    #[deprecated = "a test"]
    #[expect(unused_variables)]
    pub(super) fn visible(r#type: u8) -> u8 {
        let unused = 1;
        r#type
    }

    #[cache_runtime::cached(companions = false)]
    pub(super) fn alone() {}

    /// What would be in the way of companions.
    pub(super) mod alone {}
}

#[expect(deprecated)]
use other::visible as renamed;

#[test]
fn companions_have_the_visibility_and_name_of_the_function() {
    let (_cache, _scope) = empty();
    #[expect(deprecated)]
    let both = (renamed(1), other::visible(1));
    assert_eq!((both, renamed::peek(1).unwrap()), ((1, 1), Some(1)));
    assert_eq!(other::visible::key(1), "macros::companions::other::visible(type=1u8)");
    other::alone();
}

#[test]
fn functions_inside_functions_have_companions_of_their_own() {
    fn outer() -> String {
        #[cached]
        fn inner() -> u8 {
            1
        }
        inner();
        assert_eq!(inner::peek().unwrap(), Some(1));
        inner::key()
    }
    let (cache, _scope) = empty();
    let in_a_closure = || {
        #[cached]
        fn inner() -> u8 {
            2
        }
        assert_eq!(inner(), 2);
        inner::key()
    };
    for key in [outer(), in_a_closure(), smol::block_on(in_async())] {
        assert!(cache.exists(&key).unwrap(), "{key}");
    }
}

async fn in_async() -> String {
    #[cached]
    async fn inner(id: u8) -> u8 {
        id
    }
    inner(1).await;
    inner::key(1)
}

#[cached(key = "versioned:{id}", version = 2)]
fn versioned(id: u8) -> u8 {
    id
}

#[test]
fn a_version_is_part_of_the_key_of_companions() {
    let (cache, _scope) = empty();
    versioned(1);
    assert_eq!(versioned::key(1), "#2#versioned:1");
    assert!(cache.exists("#2#versioned:1").unwrap() && versioned::invalidate(1).unwrap());
}

trait Priced {
    fn rate(&self) -> u32;

    /// In a trait they are methods of the trait.
    #[cached(skip(self))]
    fn price(&self, sku: u32) -> u32 {
        ran();
        sku * self.rate()
    }
}

impl<T> Priced for Repo<T> {
    fn rate(&self) -> u32 {
        2
    }
}

#[test]
fn default_methods_of_a_trait_have_companions() {
    let (cache, _scope) = empty();
    assert_eq!((Repo(1u8).price(2), Repo('a').price(2)), (4, 4));
    assert_eq!(runs(), 2);
    assert!(cache.exists(&Repo('a').price_key(2)).unwrap(), "{}", Repo('a').price_key(2));
    assert!(Repo('a').price_invalidate(2).unwrap());
    assert_eq!((Repo(1u8).price_peek(2).unwrap(), Repo('a').price_peek(2).unwrap()), (Some(4), None));
}
