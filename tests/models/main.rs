//! Models, their keys and fragments, as a program uses them.

mod fragments;
mod rendering;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cache_runtime::Cache;
use cache_runtime::model::{AnyModel, Cacheable, KeySource, key_for, key_for_all, key_for_collection, key_for_object};

const MICROS: u64 = 1_735_689_600_123_456;
const VERSION: &str = "1735689600.123456";

fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(MICROS)
}

#[derive(Cacheable)]
struct Card {
    id: i64,
    #[expect(dead_code, reason = "not part of a key")]
    title: String,
    updated_at: jiff::Timestamp,
}

#[derive(Cacheable)]
#[cache(name = "Line-Item")]
struct Item<'a, T: std::fmt::Display>
where
    T: Clone,
{
    #[cache(id)]
    order: &'a str,
    #[cache(id)]
    position: T,
    #[cache(updated_at)]
    changed: Option<chrono::DateTime<chrono::Utc>>,
}

#[derive(Cacheable)]
struct Tuple(#[cache(id)] uuid::Uuid, #[cache(updated_at)] SystemTime);

#[derive(Cacheable)]
#[cache(crate = cache_runtime)]
struct OfTime {
    r#id: u8,
    updated_at: Option<time::OffsetDateTime>,
}

fn card(id: i64) -> Card {
    Card { id, title: String::new(), updated_at: jiff::Timestamp::from_microsecond(MICROS as i64).unwrap() }
}

#[test]
fn times_of_every_crate_are_exact_to_the_microsecond() {
    let changed = chrono::DateTime::from_timestamp_micros(MICROS as i64);
    let item = Item { order: "A7", position: 2_u8, changed };
    let tuple = Tuple(uuid::Uuid::nil(), moment());
    let of_time = OfTime { id: 1, updated_at: Some(moment().into()) };
    assert_eq!(key_for("view", &card(42)), *format!("view:{VERSION}/card/42"));
    assert_eq!(key_for("view", &item), *format!("view:{VERSION}/line-item/a7-2"));
    let parts = |order| key_for("view", &Item { order, position: "c", changed: None });
    assert_eq!(parts("a-b"), "view:0/line-item/a~-b-c");
    assert_ne!(key_for("v", &Item { order: "a", position: "b-c", changed: None }), parts("a-b"));
    assert_eq!(key_for("view", &tuple), *format!("view:{VERSION}/tuple/00000000-0000-0000-0000-000000000000"));
    assert_eq!(key_for("view", &of_time), *format!("view:{VERSION}/oftime/1"));
    assert_eq!(key_for("view", &OfTime { id: 1, updated_at: None }), "view:0/oftime/1");
}

#[test]
fn lists_and_pointers_have_keys() {
    let cards = [card(1), card(2)];
    assert_eq!(key_for("view", &cards), *format!("view:{VERSION}/card/col/2"));
    assert_eq!(key_for_collection("view", cards.iter().map(Arc::new)), *format!("view:{VERSION}/card/col/2"));
    assert_eq!(key_for_object("view", &Arc::new(card(3))).version("v2"), "view:v2/card/3");
}

#[test]
fn a_key_is_taken_wherever_a_text_is() {
    let cache = Cache::memory();
    let card = card(42);
    cache.set(&key_for("view", &card), "html").unwrap();
    assert_eq!(cache.get::<String>(&key_for("view", &card)).unwrap().as_deref(), Some("html"));
    assert_eq!(cache.read_multi::<String>([key_for("view", &card)]).unwrap().len(), 1);
    let text: String = key_for("view", &card).into();
    assert_eq!((cache.exists(&text).unwrap(), key_for("view", &card).to_string()), (true, text));
}

#[test]
fn models_of_unknown_types_and_several_things_have_keys() {
    let any = AnyModel::of(&card(42));
    let item = AnyModel::of(&Tuple(uuid::Uuid::nil(), moment()));
    assert_eq!(key_for("view", &any), key_for("view", &card(42)).as_str());
    assert_eq!(key_for("view", &vec![any.clone()]), *format!("view:{VERSION}/card/col/1"));
    let mixed = [any.clone(), item];
    assert_eq!(key_for("view", &mixed[..]), *format!("view:{VERSION}/card-tuple/col/2"));
    assert_eq!(key_for("view", &mixed[..0]), "view:0//col/0");

    let all = key_for_all("view", [&any as &dyn KeySource, &"de", &mixed[..1].to_vec()]);
    assert_eq!(all, *format!("view:{VERSION}/card/42+de+view:{VERSION}/card/col/1"));
    assert_eq!(all.version("v2"), "view:v2/card/42+de+view:v2/card/col/1");

    let fragment = |parts: &[&dyn KeySource]| {
        let key = key_for_all("view", parts.iter().copied());
        Cache::memory().fragment("view", &key).key()
    };
    assert_ne!(fragment(&[&"a+b", &"c"]), fragment(&[&"a", &"b+c"]));
    assert_ne!(fragment(&[&"Bob", &"c"]), fragment(&[&"bob", &"c"]));
    assert_ne!(fragment(&[&mixed[..1].to_vec(), &"c"]), fragment(&[&vec![AnyModel::of(&card(7))], &"c"]));
}

#[test]
fn a_change_gives_a_new_key() {
    let before = card(42);
    let after = Card { updated_at: before.updated_at + jiff::SignedDuration::from_micros(1), ..card(42) };
    assert_ne!(key_for("view", &before), key_for("view", &after));
    assert_ne!(key_for("view", &[before]), key_for("view", &[after]));
}
