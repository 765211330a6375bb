//! What is kept near is a hit until it changes, and the room it takes is bounded.

use std::sync::{Arc, Weak};
use std::thread;

use super::weight::{CAPACITY, MAX_VALUE};
use super::{Loaded, Near, Stamps};
use crate::entry::{Record, Value};
use crate::store::Stripes;
use crate::time::Timestamp;

fn loaded(stripes: &Arc<Stripes>, key: &str, bytes: usize) -> Arc<Loaded> {
    Loaded::new(Record::new(Value::Bytes(vec![7; bytes])), Timestamp::EPOCH, Stamps::of(Some(Arc::clone(stripes)), key))
}

fn kept(near: &Near) -> usize {
    near.entries.made().map_or(0, super::Entries::len)
}

#[test]
fn what_is_kept_is_found_until_its_key_changes() {
    let (near, stripes) = (Near::new(), Stripes::new());
    near.keep("user:1", &loaded(&stripes, "user:1", 32));
    assert!(near.get("user:1").is_some() && near.get("user:2").is_none());
    drop(stripes.announce(["user:1"]));
    assert!(near.get("user:1").is_none());
}

#[test]
fn what_is_kept_anew_stays() {
    let (near, stripes) = (Near::new(), Stripes::new());
    for _ in 0..3 {
        near.keep("user:1", &loaded(&stripes, "user:1", 32));
        assert!(near.get("user:1").is_some());
        drop(stripes.announce(["user:1"]));
    }
    assert_eq!(kept(&near), 1);
}

/// Whoever keeps an entry may meet others who evict it or keep it anew: what the map holds, the policy knows.
#[test]
fn what_is_kept_at_once_by_many_is_bounded() {
    let (near, stripes) = (Near::new(), Stripes::new());
    thread::scope(|scope| {
        for thread in 0..8 {
            let (near, stripes) = (&near, &stripes);
            scope.spawn(move || {
                for n in 0..40_000 {
                    let key = if n % 2 == 0 { format!("own:{thread}:{n}") } else { format!("shared:{}", n % 1_000) };
                    near.keep(&key, &loaded(stripes, &key, 32));
                }
            });
        }
    });
    assert!((50_000..=100_000).contains(&kept(&near)), "{} are kept", kept(&near));
}

#[test]
fn what_depends_on_a_tag_is_found_until_the_tag_changes() {
    let (near, stripes) = (Near::new(), Stripes::new());
    let stamps = Stamps::of(Some(Arc::clone(&stripes)), "card").unwrap().with_tags(["tag"].into_iter());
    near.keep("card", &Loaded::new(Record::new(Value::Number(7)), Timestamp::EPOCH, stamps));
    assert!(near.get("card").is_some());
    drop(stripes.announce(["tag"]));
    assert!(near.get("card").is_none());
}

#[test]
fn what_was_read_during_a_change_is_not_kept() {
    let (near, stripes) = (Near::new(), Stripes::new());
    let changing = stripes.announce(["user:1"]);
    let read = loaded(&stripes, "user:1", 32);
    drop(changing);
    near.keep("user:1", &read);
    assert!(near.get("user:1").is_none());
}

#[test]
fn the_number_of_what_is_kept_is_bounded() {
    let (near, stripes) = (Near::new(), Stripes::new());
    for n in 0..300_000 {
        let key = format!("user:{n}");
        near.keep(&key, &loaded(&stripes, &key, 32));
    }
    assert!((50_000..=100_000).contains(&kept(&near)), "{} are kept", kept(&near));
}

#[test]
fn the_bytes_of_what_is_kept_are_bounded() {
    let (near, stripes) = (Near::new(), Stripes::new());
    let bytes = 512 << 10;
    for n in 0..1_000 {
        let key = format!("page:{n}");
        near.keep(&key, &loaded(&stripes, &key, bytes));
    }
    assert!((32..=CAPACITY as usize / bytes).contains(&kept(&near)), "{} are kept", kept(&near));
}

/// The map drops what is evicted some dozens at a time; of large values that would be too much memory.
#[test]
fn large_values_are_dropped_as_soon_as_they_are_evicted() {
    let (near, stripes) = (Near::new(), Stripes::new());
    let values: Vec<Weak<Loaded>> = (0..300)
        .map(|n| {
            let value = loaded(&stripes, &format!("page:{n}"), 512 << 10);
            near.keep(&format!("page:{n}"), &value);
            Arc::downgrade(&value)
        })
        .collect();
    let alive = values.iter().filter(|value| value.strong_count() > 0).count();
    assert!(alive <= kept(&near) + 1, "{alive} are alive, {} are kept", kept(&near));
}

#[test]
fn a_large_value_is_not_kept() {
    let (near, stripes) = (Near::new(), Stripes::new());
    near.keep("film", &loaded(&stripes, "film", MAX_VALUE + 1));
    assert_eq!(kept(&near), 0);
}

#[test]
fn a_scan_does_not_push_out_what_is_read_often() {
    let (near, stripes) = (Near::new(), Stripes::new());
    let hot: Vec<String> = (0..1_000).map(|n| format!("hot:{n}")).collect();
    for key in &hot {
        near.keep(key, &loaded(&stripes, key, 32));
    }
    for n in 0..400_000 {
        let key = format!("cold:{n}");
        near.keep(&key, &loaded(&stripes, &key, 32));
        let _ = near.get(&hot[n % hot.len()]);
    }
    let left = hot.iter().filter(|key| near.get(key).is_some()).count();
    assert!(left > 980, "{left} of 1000 are left");
}
