//! Calls by hand are counted by patterns of keys, of which there are not many, and no key appears.

use cache_runtime::{Cache, testing};

#[test]
fn a_hundred_thousand_keys_make_few_lines() {
    let cache = Cache::none();
    for number in 0..100_000_u32 {
        // Few patterns, many patterns, and keys without any.
        let key = match number % 3 {
            0 => format!("user:{number}"),
            1 => format!("{}:x", letters(number)),
            _ => letters(number),
        };
        cache.get_or_set(&key, || number);
    }
    let stats = cache.stats();
    assert!((50..=102).contains(&stats.functions().len()), "{} lines", stats.functions().len());
    assert_eq!(stats.total().calls, 100_000);
    let of = |name: &str| stats.functions().iter().find(|line| line.name == name).expect("it has a line").counts.calls;
    assert_eq!(of("user:*"), 33_334);
    assert!(of("*") > 60_000, "keys without a pattern, and patterns beyond the hundredth");
}

/// The number in letters.
fn letters(number: u32) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[test]
fn a_namespace_is_no_part_of_the_pattern() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    cache.namespace("tenant-7").get_or_set("user:1", || 1);
    cache.get_or_set("user:1", || 1);
    let stats = cache.stats();
    assert_eq!(
        stats.functions().iter().map(|line| (&*line.name, line.counts.calls)).collect::<Vec<_>>(),
        [("user:*", 2)]
    );
}
