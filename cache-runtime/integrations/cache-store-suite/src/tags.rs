//! Tags: labels by which entries are removed together.

use std::collections::HashMap;

use cache_runtime::ErrorKind;

use crate::TestCache;
use crate::computing::values_before_and_after;

fn text(cache: &TestCache, key: &str) -> Option<String> {
    cache.get(key).unwrap()
}

fn tagged(cache: &TestCache, tags: &[&str]) -> TestCache {
    cache.view(|cache| cache.tags(tags))
}

/// Deleting a tag removes the entries with it, and nothing else.
pub fn deleting_a_tag_removes_exactly_the_entries_with_it(cache: &TestCache) {
    tagged(cache, &["one", "two"]).set("both", "value").unwrap();
    tagged(cache, &["two"]).set("two", "value").unwrap();
    cache.set("none", "value").unwrap();
    assert!(cache.delete_tag("one").unwrap());
    assert_eq!((text(cache, "both"), text(cache, "two").is_some()), (None, true));
    assert!(cache.delete_tag("two").unwrap());
    assert_eq!((text(cache, "two"), text(cache, "none").is_some()), (None, true));
}

/// `delete_tag` returns whether anything was written with the tag.
pub fn deleting_a_tag_returns_whether_it_was_in_use(cache: &TestCache) {
    assert!(!cache.delete_tag("tag").unwrap());
    tagged(cache, &["tag"]).set("k", "value").unwrap();
    assert!(cache.delete_tag("tag").unwrap());
    assert!(!cache.delete_tag("tag").unwrap());
}

/// An entry removed by a tag is absent for every operation.
pub fn an_entry_removed_by_a_tag_is_absent_for_every_operation(cache: &TestCache) {
    tagged(cache, &["tag"]).set("k", "old").unwrap();
    cache.set("other", "value").unwrap();
    cache.delete_tag("tag").unwrap();
    assert!(!cache.exists("k").unwrap());
    assert_eq!(cache.expiry("k").unwrap(), None);
    assert!(!cache.touch("k").unwrap() && !cache.delete("k").unwrap());
    tagged(cache, &["tag"]).set("k", "old").unwrap();
    cache.delete_tag("tag").unwrap();
    assert_eq!(cache.delete_multi(["k", "other", "k", "absent"]).unwrap(), 1);
    tagged(cache, &["tag"]).set("k", "old").unwrap();
    cache.delete_tag("tag").unwrap();
    cache.set("other", "value").unwrap();
    let found = cache.read_multi::<String>(["k", "other"]).unwrap();
    assert_eq!(found.into_keys().collect::<Vec<_>>(), ["other"]);
    let computed = |keys: &[String]| keys.iter().map(|key| (key.clone(), "many".to_owned())).collect();
    assert_eq!(cache.get_or_set_multi(["k"], computed)["k"], "many");
    tagged(cache, &["tag"]).set("k", "old").unwrap();
    cache.delete_tag("tag").unwrap();
    assert_eq!(cache.get_or_set("k", || "new".to_owned()), "new");
    assert_eq!(text(cache, "k").as_deref(), Some("new"));
}

/// An entry that is written after its tag was deleted stays.
pub fn an_entry_written_after_the_deletion_of_its_tag_stays(cache: &TestCache) {
    for round in 0..3 {
        let value = format!("of round {round}");
        tagged(cache, &["tag"]).set("k", &value).unwrap();
        assert_eq!(text(cache, "k"), Some(value));
        cache.delete_tag("tag").unwrap();
        assert_eq!(text(cache, "k"), None);
    }
}

/// An entry that is written again has only its new tags.
pub fn rewriting_an_entry_replaces_its_tags(cache: &TestCache) {
    tagged(cache, &["old"]).set("k", "value").unwrap();
    tagged(cache, &["new"]).set("k", "value").unwrap();
    cache.delete_tag("old").unwrap();
    assert!(text(cache, "k").is_some());
    cache.set("k", "value").unwrap();
    cache.delete_tag("new").unwrap();
    assert!(text(cache, "k").is_some());
}

/// Computed values have the tags of the view, in batches too.
pub fn computed_values_carry_the_views_tags(cache: &TestCache) {
    let view = tagged(cache, &["tag"]);
    view.get_or_set("one", || "value".to_owned());
    view.refresh("two", || "value".to_owned());
    let keys: Vec<String> = (0..150).map(|number| format!("key:{number}")).collect();
    view.get_or_set_multi(&keys, |keys| keys.iter().map(|key| (key.clone(), 1)).collect::<HashMap<_, _>>());
    view.write_multi([("three", "value")]).unwrap();
    let all = || [&["one", "two", "three"].map(str::to_owned)[..], &keys].concat();
    assert!(all().iter().all(|key| cache.exists(key).unwrap()));
    cache.delete_tag("tag").unwrap();
    assert!(!all().iter().any(|key| cache.exists(key).unwrap()));
}

/// Deleting a tag during a computation wins over the value, which only the caller receives.
pub fn deleting_a_tag_during_a_computation_wins(cache: &TestCache) {
    let view = tagged(cache, &["tag"]);
    let late = view.get_or_set("k", || {
        cache.delete_tag("tag").unwrap();
        "late".to_owned()
    });
    assert_eq!((&*late, text(cache, "k")), ("late", None));
    let late = view.refresh("k", || {
        cache.delete_tag("tag").unwrap();
        "late".to_owned()
    });
    assert_eq!((&*late, text(cache, "k")), ("late", None));
}

/// A caller after the deletion of a tag does not receive a value whose computation started before it.
pub fn a_caller_after_a_tag_deletion_receives_a_newer_value(cache: &TestCache) {
    let view = tagged(cache, &["tag"]);
    let given = values_before_and_after(&view, |view| assert!(view.delete_tag("tag").unwrap()));
    assert_eq!((given, cache.get::<u8>("k").unwrap()), ([1, 2], Some(2)));
}

/// A value removed by a tag is not served stale, and does not replace an error.
pub fn an_entry_removed_by_a_tag_is_not_served_stale(cache: &TestCache) {
    let view = tagged(cache, &["tag"]).view(|cache| cache.tags(["tag"]).expires_in(10).race_ttl(60));
    view.set("k", "old").unwrap();
    cache.pass(11);
    cache.delete_tag("tag").unwrap();
    let failing = view.view(|cache| cache.stale_if_error(60));
    assert_eq!(failing.try_get_or_set("k", || Err::<String, _>("no")), Err("no"));
    view.get_or_set("k", || {
        assert_eq!(view.get_or_set("k", || "inner".to_owned()), "inner", "nobody receives the stale value");
        "new".to_owned()
    });
}

/// An integer may have tags, and is read like any other.
pub fn a_number_may_carry_tags(cache: &TestCache) {
    let view = tagged(cache, &["tag"]);
    view.set("n", &42_u8).unwrap();
    assert_eq!((cache.get::<u64>("n").unwrap(), cache.get::<i32>("n").unwrap()), (Some(42), Some(42)));
    assert_eq!(view.get_or_set("m", || 7_u64), 7);
    assert_eq!(cache.get::<u8>("m").unwrap(), Some(7));
    cache.delete_tag("tag").unwrap();
    assert_eq!((cache.get::<u64>("n").unwrap(), cache.get::<u64>("m").unwrap()), (None, None));
}

/// A counter cannot have tags: incrementing with tags is an error and changes nothing.
pub fn incrementing_with_tags_is_an_error(cache: &TestCache) {
    let error = tagged(cache, &["tag"]).increment("n", 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    assert!(!cache.exists("n").unwrap());
}

/// A counter starts at a key whose entry was removed by a tag; a value that is still live is no number.
pub fn a_counter_can_start_where_a_tag_removed_the_entry(cache: &TestCache) {
    tagged(cache, &["tag"]).set("k", "value").unwrap();
    assert_eq!(cache.increment("k", 1).unwrap_err().kind(), ErrorKind::NotANumber);
    assert_eq!(text(cache, "k").as_deref(), Some("value"));
    cache.delete_tag("tag").unwrap();
    assert_eq!(cache.increment("k", 5).unwrap(), 5);
    assert_eq!(cache.increment("k", 1).unwrap(), 6);
}

/// A tag belongs to its namespace.
pub fn a_tag_belongs_to_its_namespace(cache: &TestCache) {
    let inside = cache.view(|cache| cache.namespace("a"));
    tagged(cache, &["tag"]).set("k", "outside").unwrap();
    inside.view(|cache| cache.tags(["tag"])).set("k", "inside").unwrap();
    inside.delete_tag("tag").unwrap();
    assert_eq!((text(&inside, "k"), text(cache, "k").as_deref()), (None, Some("outside")));
}

/// A repeated tag counts once.
pub fn a_repeated_tag_counts_once(cache: &TestCache) {
    tagged(cache, &["tag", "other", "tag"]).set("k", "value").unwrap();
    assert_eq!(text(cache, "k").as_deref(), Some("value"));
    cache.delete_tag("tag").unwrap();
    assert_eq!(text(cache, "k"), None);
}

/// Any text is a distinct tag, and collides with no key.
pub fn any_text_is_a_distinct_tag(cache: &TestCache) {
    let long = "t".repeat(300);
    let longer = format!("{long}t");
    let tags = ["t", "T", "user:42", "user:4", "%", "@/t", " ", "é", "\0", "{t}", &long, &longer];
    for tag in tags {
        tagged(cache, &[tag]).set(&format!("of {tag}"), "value").unwrap();
        cache.set(tag, "a key of the same text").unwrap();
    }
    for (number, tag) in tags.iter().enumerate() {
        cache.delete_tag(tag).unwrap();
        for (other, tag) in tags.iter().enumerate() {
            assert_eq!(cache.exists(&format!("of {tag}")).unwrap(), other > number, "{tag:?}");
        }
        assert!(cache.exists(tag).unwrap(), "{tag:?}");
    }
}

/// An empty tag is an error; a computation with it returns its value, but stores nothing.
pub fn an_empty_tag_is_an_error(cache: &TestCache) {
    let view = tagged(cache, &["tag", ""]);
    assert_eq!(view.set("k", "value").unwrap_err().kind(), ErrorKind::Key);
    assert_eq!(cache.delete_tag("").unwrap_err().kind(), ErrorKind::Key);
    assert_eq!(view.get_or_set("k", || "value".to_owned()), "value");
    assert_eq!(text(cache, "k"), None);
}

/// A tag lives as long as its entries, even if one is written late and lives long.
pub fn a_tag_lives_as_long_as_its_entries(cache: &TestCache) {
    let day = 24 * 60 * 60;
    tagged(cache, &["tag"]).view(|cache| cache.tags(["tag"]).expires_in(10)).set("first", "value").unwrap();
    cache.pass(day);
    let view = cache.view(|cache| cache.tags(["tag"]).expires_in(30 * day));
    view.set("month", "value").unwrap();
    cache.view(|cache| cache.tags(["tag"]).expires_in(cache_runtime::Ttl::Never)).set("ever", "value").unwrap();
    cache.pass(29 * day);
    assert!(text(cache, "month").is_some() && text(cache, "ever").is_some());
    cache.pass(10_000 * day);
    assert!(text(cache, "month").is_none() && text(cache, "ever").is_some());
}

/// An entry that is touched for days lives on, and so do its tags.
pub fn an_entry_that_is_touched_for_days_keeps_its_tags(cache: &TestCache) {
    let hour = 60 * 60;
    let view = cache.view(|cache| cache.tags(["one", "two"]).expires_in(2 * hour));
    view.set("k", "value").unwrap();
    for hours in 1..=100 {
        cache.pass(hour);
        assert!(cache.view(|cache| cache.expires_in(2 * hour)).touch("k").unwrap(), "after {hours} hours");
    }
    assert_eq!(text(cache, "k").as_deref(), Some("value"));
    assert!(cache.delete_tag("two").unwrap());
    assert!(!cache.touch("k").unwrap());
    assert_eq!(text(cache, "k"), None);
}

/// Touching an entry keeps its tags.
pub fn touching_keeps_an_entrys_tags(cache: &TestCache) {
    tagged(cache, &["tag"]).set("k", "value").unwrap();
    assert!(cache.touch("k").unwrap());
    assert_eq!(text(cache, "k").as_deref(), Some("value"));
    cache.delete_tag("tag").unwrap();
    assert_eq!(text(cache, "k"), None);
}
