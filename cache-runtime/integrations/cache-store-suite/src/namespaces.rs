//! Namespaces: separate sets of keys in one cache.

use crate::TestCache;

fn in_namespace(cache: &TestCache, name: &str) -> TestCache {
    cache.view(|cache| cache.namespace(name))
}

fn has_key(cache: &TestCache) -> bool {
    cache.exists("k").unwrap()
}

/// The same key is a different entry in each namespace and in the root.
pub fn the_same_key_is_a_different_entry_in_each_namespace(cache: &TestCache) {
    let (a, b) = (in_namespace(cache, "a"), in_namespace(cache, "b"));
    cache.set("k", "root").unwrap();
    a.set("k", "a").unwrap();
    b.set("k", "b").unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("root"));
    assert_eq!(a.get::<String>("k").unwrap().as_deref(), Some("a"));
    assert!(b.delete("k").unwrap());
    assert!(has_key(cache) && has_key(&a) && !has_key(&b));
}

/// Views with the same name use the same namespace.
pub fn the_same_name_is_the_same_namespace(cache: &TestCache) {
    in_namespace(cache, "a").set("k", "v").unwrap();
    assert!(has_key(&in_namespace(cache, "a")));
    assert!(has_key(&in_namespace(cache, "a").view(|cache| cache.expires_in(5))));
    assert!(!has_key(&in_namespace(cache, "A")));
}

/// Whatever characters names and keys contain, no two entries collide.
pub fn namespaces_and_keys_never_collide(cache: &TestCache) {
    let long = "n".repeat(300);
    let longer = format!("{long}n");
    let names =
        ["e", "a", "b", "a/b", "a/", "/", "@", "@a", "a@b", "%", "%2F", "a%2Fb", "🦀", " ", "\0", &long, &longer];
    let mut namespaces = vec![cache.view(Clone::clone)];
    namespaces.extend(names.iter().map(|name| in_namespace(cache, name)));
    namespaces.extend(names.iter().map(|name| in_namespace(&in_namespace(cache, "a"), name)));
    let keys = ["k", "a/k", "@a/k", "b/k", "@b/k", "@/k", "/k", "%/k"];
    for (number, namespace) in namespaces.iter().enumerate() {
        namespace.write_multi(keys.map(|key| (key, format!("{number} {key}")))).unwrap();
    }
    for (number, namespace) in namespaces.iter().enumerate() {
        let values = namespace.read_multi::<String>(keys).unwrap();
        assert!(keys.iter().all(|key| values[*key] == format!("{number} {key}")), "{values:?} in namespace {number}");
    }
}

/// Namespaces nest, and the order of their names matters.
pub fn namespaces_nest(cache: &TestCache) {
    let (ab, ba) = (in_namespace(&in_namespace(cache, "a"), "b"), in_namespace(&in_namespace(cache, "b"), "a"));
    ab.set("k", "v").unwrap();
    assert!(has_key(&ab) && !has_key(&ba));
    assert!(!has_key(&in_namespace(cache, "a")) && !has_key(&in_namespace(cache, "b")) && !has_key(cache));
}

/// Clearing a namespace clears its nested ones, and nothing else.
pub fn clearing_a_namespace_clears_its_nested_ones_and_nothing_else(cache: &TestCache) {
    let names = ["a", "ab", "a/b", "b", "%", "e"];
    let siblings: Vec<TestCache> = names[1..].iter().map(|name| in_namespace(cache, name)).collect();
    let (a, nested) = (in_namespace(cache, "a"), in_namespace(&in_namespace(cache, "a"), "b"));
    for namespace in siblings.iter().chain([cache, &a, &nested]) {
        namespace.set("k", "v").unwrap();
    }
    cache.set("a", "v").unwrap();
    cache.set("@a", "v").unwrap();
    let gone = a.clear().unwrap();
    assert!(gone == 2 || gone == 0, "{gone}");
    assert!(!has_key(&a) && !has_key(&nested));
    assert!(siblings.iter().chain([cache]).all(has_key));
    assert_eq!(cache.read_multi::<String>(["a", "@a"]).unwrap().len(), 2);
}

/// Clearing the root clears every namespace.
pub fn clearing_the_root_clears_every_namespace(cache: &TestCache) {
    let namespaces = [in_namespace(cache, "a"), in_namespace(&in_namespace(cache, "a"), "b"), in_namespace(cache, "e")];
    for namespace in &namespaces {
        namespace.set("k", "v").unwrap();
    }
    cache.clear().unwrap();
    assert!(!namespaces.iter().any(has_key));
}

/// Long keys and long names are cleared with their namespace.
pub fn long_keys_and_names_are_cleared_with_their_namespace(cache: &TestCache) {
    let (long, key) = ("n".repeat(400), "k".repeat(1000));
    let namespaces =
        [in_namespace(cache, "short"), in_namespace(cache, &long), in_namespace(&in_namespace(cache, &long), &long)];
    for namespace in &namespaces {
        namespace.set(&key, "v").unwrap();
        assert!(namespace.exists(&key).unwrap());
    }
    namespaces[0].clear().unwrap();
    assert!(!namespaces[0].exists(&key).unwrap() && namespaces[1].exists(&key).unwrap());
    namespaces[1].clear().unwrap();
    assert!(!namespaces[1].exists(&key).unwrap() && !namespaces[2].exists(&key).unwrap());
}

/// Every operation stays in its namespace.
pub fn every_operation_stays_in_its_namespace(cache: &TestCache) {
    let a = in_namespace(cache, "a");
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

/// The same key in two namespaces is recomputed independently.
pub fn the_same_key_in_two_namespaces_is_recomputed_independently(cache: &TestCache) {
    let view = cache.view(|cache| cache.expires_in(10).race_ttl(60));
    let namespaces = [in_namespace(&view, "a"), in_namespace(&view, "b")];
    for namespace in &namespaces {
        namespace.set("k", "old").unwrap();
    }
    view.pass(11);
    let value = namespaces[0].get_or_set("k", || {
        assert_eq!(namespaces[1].get_or_set("k", || "new".to_owned()), "new");
        "new".to_owned()
    });
    assert_eq!(value, "new");
}
