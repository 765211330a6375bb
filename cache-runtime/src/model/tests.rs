//! Keys of models are as documented, to the character.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::version::Version;
use super::{AnyModel, Cacheable, KeySource, key_for, key_for_all, key_for_collection, key_for_object};

struct Card {
    id: &'static str,
    updated_at: Option<SystemTime>,
}

impl Cacheable for Card {
    const NAME: &'static str = "Card";

    fn cache_id(&self) -> String {
        self.id.to_owned()
    }

    fn updated_at(&self) -> Option<SystemTime> {
        self.updated_at
    }
}

fn moment(micros: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}

fn card(id: &'static str, seconds: u64) -> Card {
    Card { id, updated_at: Some(moment(seconds * 1_000_000)) }
}

#[test]
fn a_text_is_its_own_key_in_lower_case() {
    assert_eq!(key_for("view", "Sidebar"), "sidebar");
    assert_eq!(key_for("view", &"SIDEBAR".to_owned()).version("v2"), "sidebar");
}

#[test]
fn a_reference_to_a_list_is_the_list() {
    let all = vec![card("1", 1), card("2", 2)];
    let slice: &[Card] = &all;
    assert_eq!(key_for("view", &slice), key_for("view", &all).as_str());
    assert_eq!(key_for("view", &&all), "view:2.0/card/col/2");
}

#[test]
fn a_tuple_has_the_keys_of_all() {
    let (post, comments) = (card("1", 5), vec![card("2", 7), card("3", 6)]);
    let key = key_for("view", &(&post, &comments, "de"));
    assert_eq!(key, "view:5.0/card/1+view:7.0/card/col/2+de");
    assert_eq!(key, key_for_all("view", [&post as &dyn KeySource, &comments, &"de"]));
}

#[test]
fn a_key_knows_when_its_newest_model_was_changed() {
    let (old, new) = (card("1", 5), card("2", 7));
    assert_eq!(key_for("view", &old).updated_at(), Some(moment(5_000_000)));
    assert_eq!(key_for("view", &(&new, [&old], "de")).version("v2").updated_at(), Some(moment(7_000_000)));
    assert_eq!(key_for("view", &(&Vec::<Card>::new(), Card { id: "3", updated_at: None })).updated_at(), None);
    for before_saving in [moment(5) + Duration::from_nanos(999), moment(0) - Duration::from_nanos(1)] {
        let key = |updated_at| key_for("view", &Card { id: "1", updated_at });
        let saved = key(key(Some(before_saving)).updated_at());
        assert_eq!(saved, key(Some(before_saving)), "a database keeps no nanoseconds");
    }
}

#[test]
fn a_model_can_be_made_from_its_parts() {
    let card = card("Ab", 7);
    let parts = AnyModel::of(&card);
    let again = AnyModel::new(parts.name().to_owned(), parts.id(), parts.updated_at());
    assert_eq!(again, parts);
    assert_eq!(key_for("view", &again), key_for("view", &card).as_str());
    assert_eq!(key_for("view", &AnyModel::new("card", "1", None)), "view:0/card/1");
}

#[test]
fn a_model_has_its_prefix_version_name_and_id() {
    let card = card("42", 1_735_689_600);
    assert_eq!(key_for("view", &card), "view:1735689600.0/card/42");
    assert_eq!(key_for_object("View", &card), "view:1735689600.0/card/42");
    assert_eq!(key_for("view", &card).version(7), "view:7/card/42");
    for key in [
        key_for("v", &&card),
        key_for("v", &Rc::new(&card)),
        key_for("v", &Arc::new(&card)),
        key_for("v", &Box::new(&card)),
    ] {
        assert_eq!(key, "v:1735689600.0/card/42");
    }
    assert_eq!(key_for("view", &Card { id: "A", updated_at: None }), "view:0/card/a");
}

#[test]
fn a_list_has_the_version_of_its_newest_model() {
    let cards = [card("1", 5), card("2", 7), Card { id: "3", updated_at: None }];
    for key in [key_for("view", &cards), key_for("view", &cards[..]), key_for_collection("view", &cards)] {
        assert_eq!(key, "view:7.0/card/col/3");
    }
    assert_eq!(key_for("view", &Vec::<Card>::new()), "view:0/card/col/0");
    assert_eq!(key_for("view", &cards[..2]).version("v2"), "view:v2/card/col/2");
}

fn text(version: Version) -> String {
    let mut text = String::new();
    version.write_to(&mut text);
    text
}

fn version(moment: SystemTime) -> String {
    text(Version(Some(moment)))
}

#[test]
fn versions_are_the_shortest_text_that_is_exact_to_the_microsecond() {
    assert_eq!(version(moment(0)), "0.0");
    assert_eq!(version(moment(1)), "0.000001");
    assert_eq!(version(moment(1_735_689_600_123_450)), "1735689600.12345");
    assert_eq!(version(moment(1_735_689_600_500_000)), "1735689600.5");
    assert_eq!(version(moment(1) + Duration::from_nanos(999)), "0.000001", "a database keeps no nanoseconds");
    assert_eq!(version(SystemTime::UNIX_EPOCH - Duration::from_micros(1_500_000)), "-1.5");
    assert_eq!(version(SystemTime::UNIX_EPOCH - Duration::from_nanos(1)), "-0.000001");
    assert_eq!(text(Version(None)), "0");
}

proptest! {
    /// As Python's `repr` of the timestamp, which is the shortest decimal that gives back the float.
    #[test]
    fn versions_are_what_a_float_writes(micros in 0_u64..4_000_000_000_000_000) {
        let seconds = micros as f64 / 1e6;
        prop_assert_eq!(version(moment(micros)), format!("{seconds:?}"));
    }

    #[test]
    fn distinct_moments_have_distinct_versions(one in any::<u32>(), other in any::<u32>()) {
        let [one, other] = [one, other].map(|micros| moment(u64::from(micros) * 1_000_003));
        prop_assert_eq!(version(one) == version(other), one == other);
    }
}
