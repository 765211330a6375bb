//! Namespaces: keys of their own inside of a cache.

use crate::TestCache;

fn inside(cache: &TestCache, name: &str) -> TestCache {
    cache.view(|cache| cache.namespace(name))
}

fn there(cache: &TestCache) -> bool {
    cache.exists("k").unwrap()
}

/// The same key is another one in each namespace and in the root.
pub fn the_same_key_is_a_different_entry_in_each_namespace(cache: &TestCache) {
    let (a, b) = (inside(cache, "a"), inside(cache, "b"));
    cache.set("k", "root").unwrap();
    a.set("k", "a").unwrap();
    b.set("k", "b").unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("root"));
    assert_eq!(a.get::<String>("k").unwrap().as_deref(), Some("a"));
    assert!(b.delete("k").unwrap());
    assert!(there(cache) && there(&a) && !there(&b));
}

/// A view of the same name is the same namespace.
pub fn the_same_name_is_the_same_namespace(cache: &TestCache) {
    inside(cache, "a").set("k", "v").unwrap();
    assert!(there(&inside(cache, "a")));
    assert!(there(&inside(cache, "a").view(|cache| cache.expires_in(5))));
    assert!(!there(&inside(cache, "A")));
}

/// Whatever characters are in names and keys, no two of them meet.
pub fn namespaces_and_keys_never_collide(cache: &TestCache) {
    let long = "n".repeat(300);
    let longer = format!("{long}n");
    let names =
        ["", "a", "b", "a/b", "a/", "/", "@", "@a", "a@b", "%", "%2F", "a%2Fb", "🦀", " ", "\0", &long, &longer];
    let mut places = vec![cache.view(Clone::clone)];
    places.extend(names.iter().map(|name| inside(cache, name)));
    places.extend(names.iter().map(|name| inside(&inside(cache, "a"), name)));
    let keys = ["k", "a/k", "@a/k", "b/k", "@b/k", "@/k", "/k", "%/k"];
    for (number, place) in places.iter().enumerate() {
        place.write_multi(keys.map(|key| (key, format!("{number} {key}")))).unwrap();
    }
    for (number, place) in places.iter().enumerate() {
        let values = place.read_multi::<String>(keys).unwrap();
        assert!(keys.iter().all(|key| values[*key] == format!("{number} {key}")), "{values:?} in place {number}");
    }
}

/// Namespaces nest, and the order of their names matters.
pub fn namespaces_nest(cache: &TestCache) {
    let (ab, ba) = (inside(&inside(cache, "a"), "b"), inside(&inside(cache, "b"), "a"));
    ab.set("k", "v").unwrap();
    assert!(there(&ab) && !there(&ba));
    assert!(!there(&inside(cache, "a")) && !there(&inside(cache, "b")) && !there(cache));
}

/// Clearing a namespace clears those inside it, and nothing beside it.
pub fn clearing_a_namespace_clears_its_nested_ones_and_nothing_else(cache: &TestCache) {
    let names = ["a", "ab", "a/b", "b", "%", ""];
    let beside: Vec<TestCache> = names[1..].iter().map(|name| inside(cache, name)).collect();
    let (a, within) = (inside(cache, "a"), inside(&inside(cache, "a"), "b"));
    for place in beside.iter().chain([cache, &a, &within]) {
        place.set("k", "v").unwrap();
    }
    cache.set("a", "v").unwrap();
    cache.set("@a", "v").unwrap();
    let gone = a.clear().unwrap();
    assert!(gone == 2 || gone == 0, "{gone}");
    assert!(!there(&a) && !there(&within));
    assert!(beside.iter().chain([cache]).all(there));
    assert_eq!(cache.read_multi::<String>(["a", "@a"]).unwrap().len(), 2);
}

/// Clearing the root clears every namespace.
pub fn clearing_the_root_clears_every_namespace(cache: &TestCache) {
    let places = [inside(cache, "a"), inside(&inside(cache, "a"), "b"), inside(cache, "")];
    for place in &places {
        place.set("k", "v").unwrap();
    }
    cache.clear().unwrap();
    assert!(!places.iter().any(there));
}

/// Long keys and long names are cleared with their namespace.
pub fn long_keys_and_names_are_cleared_with_their_namespace(cache: &TestCache) {
    let (long, key) = ("n".repeat(400), "k".repeat(1000));
    let places = [inside(cache, "short"), inside(cache, &long), inside(&inside(cache, &long), &long)];
    for place in &places {
        place.set(&key, "v").unwrap();
        assert!(place.exists(&key).unwrap());
    }
    places[0].clear().unwrap();
    assert!(!places[0].exists(&key).unwrap() && places[1].exists(&key).unwrap());
    places[1].clear().unwrap();
    assert!(!places[1].exists(&key).unwrap() && !places[2].exists(&key).unwrap());
}

/// Every operation keeps to the namespace.
pub fn every_operation_stays_in_its_namespace(cache: &TestCache) {
    let a = inside(cache, "a");
    assert_eq!(a.increment("n", 5).unwrap(), 5);
    assert_eq!(cache.increment("n", 1).unwrap(), 1);
    assert_eq!(a.get_or_set("c", || 2.5), 2.5);
    assert_eq!(cache.get_or_set("c", || 3.5), 3.5);
    a.write_multi([("m", 1)]).unwrap();
    assert_eq!(cache.delete_multi(["m"]).unwrap(), 0);
    assert!(!cache.touch("m").unwrap());
    assert_eq!(cache.expiry("m").unwrap(), None);
    assert!(cache.read_multi::<i32>(["m"]).unwrap().is_empty());
    let many = cache.get_or_set_multi(["m"], |_| [("m".to_owned(), 9)].into());
    assert_eq!(many["m"], 9);
    assert_eq!(a.get::<i32>("m").unwrap(), Some(1));
}

/// A race for a key in one namespace is none for the same key in another.
pub fn the_same_key_in_two_namespaces_is_recomputed_independently(cache: &TestCache) {
    let view = cache.view(|cache| cache.expires_in(10).race_ttl(60));
    let places = [inside(&view, "a"), inside(&view, "b")];
    for place in &places {
        place.set("k", "old").unwrap();
    }
    view.pass(11);
    let value = places[0].get_or_set("k", || {
        assert_eq!(places[1].get_or_set("k", || "new".to_owned()), "new");
        "new".to_owned()
    });
    assert_eq!(value, "new");
}
