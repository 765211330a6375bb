//! `#[limited]`: functions that run only so often.

use std::net::IpAddr;
use std::time::Duration;

use cache_runtime::limit::RateLimited;
use cache_runtime::testing::Chaos;
use cache_runtime::{Cache, limited, testing};

use crate::common::{empty, ran, runs};

#[derive(Debug)]
enum LoginError {
    WrongPassword,
    Limited(RateLimited),
}

impl From<RateLimited> for LoginError {
    fn from(limited: RateLimited) -> Self {
        LoginError::Limited(limited)
    }
}

impl LoginError {
    fn is_limited(&self) -> bool {
        matches!(self, LoginError::Limited(_))
    }
}

type Login<T = ()> = Result<T, LoginError>;

/// Lets somebody in.
#[limited(key = "login:{ip}", to = 2, within = 60)]
fn log_in(ip: IpAddr, password: &str) -> Login<usize> {
    ran();
    if password.is_empty() {
        return Err(LoginError::WrongPassword);
    }
    Ok(password.len())
}

fn ip(last: u8) -> IpAddr {
    [192, 0, 2, last].into()
}

#[test]
fn a_limited_function_runs_as_often_as_the_limit_says() {
    let (_cache, _scope) = empty();
    assert_eq!(log_in(ip(1), "one").unwrap(), 3);
    assert_eq!(log_in::remaining(ip(1)).unwrap(), 1);
    assert!(matches!(log_in(ip(1), ""), Err(LoginError::WrongPassword)));
    assert!(log_in(ip(1), "three").unwrap_err().is_limited());
    assert_eq!(runs(), 2);
    assert_eq!(log_in(ip(2), "another").unwrap(), 7);
    testing::advance(Duration::from_secs(60));
    assert_eq!(log_in(ip(1), "later").unwrap(), 5);
}

#[test]
fn a_reset_frees_the_arguments_and_unlimited_asks_nobody() {
    let (_cache, _scope) = empty();
    assert!(log_in(ip(1), "a").is_ok() && log_in(ip(1), "a").is_ok() && log_in(ip(1), "a").is_err());
    assert_eq!(log_in::remaining(ip(1)).unwrap(), 0);
    assert_eq!(log_in::unlimited(ip(1), "body").unwrap(), 4);
    assert!(log_in::reset(ip(1)).unwrap());
    assert!(!log_in::reset(ip(1)).unwrap());
    assert_eq!(log_in::remaining(ip(1)).unwrap(), 2);
}

#[limited(key = "fetch:{url}", to = 1, within = "1h", algorithm = gcra)]
async fn fetch(client: &str, url: &str) -> Login<String> {
    let page = async { format!("{client} {url}") }.await;
    Ok(page)
}

#[test]
fn an_async_function_is_limited_and_its_companions_are_awaited() {
    let (_cache, _scope) = empty();
    smol::block_on(async {
        assert_eq!(fetch("client", "a").await.unwrap(), "client a");
        assert!(fetch("client", "a").await.unwrap_err().is_limited());
        assert_eq!((fetch::remaining("a").await.unwrap(), fetch::remaining("b").await.unwrap()), (0, 1));
        assert!(fetch::reset("a").await.unwrap());
        assert!(fetch("client", "a").await.is_ok());
    });
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn its_future_can_be_sent() {
    let (_cache, _scope) = empty();
    assert!(smol::block_on(assert_send(fetch("client", "sent"))).is_ok());
}

#[limited(key = "guess:{name}", to = 2, within = 60, only_failures, ban = 600)]
fn guess(name: &str, right: bool) -> Login {
    if right { Ok(()) } else { Err(LoginError::WrongPassword) }
}

#[test]
fn a_limit_of_failures_gives_back_what_succeeds_and_bans() {
    let (_cache, _scope) = empty();
    assert!((0..10).all(|_| guess("ada", true).is_ok()));
    assert!((0..2).all(|_| !guess("ada", false).unwrap_err().is_limited()));
    assert!(guess("ada", true).unwrap_err().is_limited());
    testing::advance(Duration::from_secs(599));
    assert!(guess("ada", true).is_err());
    testing::advance(Duration::from_secs(1));
    assert!(guess("ada", true).is_ok());
}

struct Shop {
    id: u8,
    budget: u64,
}

impl Shop {
    #[limited(key = "shop:{self.id}:order:{customer}", to = self.budget, within = Duration::from_secs(60), cost = amount)]
    fn order(&self, customer: u32, amount: u32) -> Login<u32> {
        Ok(amount + customer)
    }

    #[limited(key = "shop:{shop}:open", to = 1, within = 60)]
    async fn open(shop: u8) -> Login<Self> {
        Ok(Shop { id: shop, budget: 1 })
    }
}

#[test]
fn methods_are_limited_and_numbers_may_be_expressions() {
    let (_cache, _scope) = empty();
    let shop = Shop { id: 1, budget: 10 };
    assert_eq!(shop.order(7, 6).unwrap(), 13);
    assert!(shop.order(7, 5).unwrap_err().is_limited());
    assert_eq!(shop.order_remaining(7, 1).unwrap(), 4);
    assert!(shop.order(7, 4).is_ok());
    assert!(shop.order_reset(7, 1).unwrap());
    assert_eq!(shop.order_unlimited(7, 100).unwrap(), 107);
    smol::block_on(async {
        assert_eq!(Shop::open(3).await.unwrap().id, 3);
        assert!(Shop::open(3).await.is_err());
        assert!(Shop::open_reset(3).await.unwrap());
    });
}

trait Sends {
    fn send(&mut self, to: &str) -> Result<u32, String>;
}

struct Refused;

impl From<RateLimited> for Refused {
    fn from(_: RateLimited) -> Self {
        Refused
    }
}

struct Mailer {
    sent: u32,
}

impl Mailer {
    #[limited(key = "mail:{to}", to = 1, within = 60, companions = false)]
    fn send_mail(&mut self, to: &str) -> Result<u32, Refused> {
        let sent = self.sent.checked_add(1).ok_or(Refused)?;
        self.sent = sent;
        Ok(sent)
    }
}

impl Sends for Mailer {
    fn send(&mut self, to: &str) -> Result<u32, String> {
        self.send_mail(to).map_err(|_| "limited".to_owned())
    }
}

#[test]
fn without_companions_the_body_stays_in_the_function() {
    let (_cache, _scope) = empty();
    let mut mailer = Mailer { sent: 0 };
    assert_eq!(mailer.send("ada"), Ok(1));
    assert_eq!(mailer.send("ada"), Err("limited".to_owned()));
    assert_eq!(mailer.send("bob"), Ok(2));
}

#[limited(to = 1, within = 60, skip(_client))]
fn by_default<T: serde::Serialize>(_client: &std::rc::Rc<()>, day: u16, (a, _): (T, u8)) -> Login<T> {
    let _ = day;
    Ok(a)
}

#[test]
fn without_a_key_the_path_and_the_arguments_are_counted_together() {
    let (_cache, _scope) = empty();
    let client = std::rc::Rc::new(());
    assert!(by_default(&client, 1, ("a", 1)).is_ok() && by_default(&client, 1, ("a", 1)).is_err());
    assert!(by_default(&client, 2, ("a", 1)).is_ok() && by_default(&client, 1, ("b", 1)).is_ok());
    assert!(by_default(&client, 1, (7_u8, 1)).is_ok(), "another type");
}

#[limited(key = "closed", to = 1, within = 60, when_away = closed)]
fn closed() -> Login {
    Ok(())
}

#[limited(key = "open", to = 1, within = never)]
fn open() -> Login {
    Ok(())
}

#[test]
fn while_the_store_is_away_a_function_does_what_the_attribute_says() {
    let chaos = Chaos::over(&Cache::memory());
    let _scope = testing::scope(Cache::new(chaos.clone()));
    chaos.fail(true);
    assert!(open().is_ok() && open().is_ok());
    let Err(LoginError::Limited(limited)) = closed() else { panic!("it is closed") };
    assert!(limited.decision().is_none());
    assert!(closed::remaining().is_err() && closed::reset().is_err());
}

#[limited(key = "unknown", to = 5, within = 60, cache = "unknown")]
fn in_an_unknown_cache() -> Login {
    Ok(())
}

#[test]
fn in_a_scope_every_cache_is_the_scopes() {
    let (_cache, _scope) = empty();
    assert!(in_an_unknown_cache().is_ok());
}
