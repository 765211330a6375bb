//! Who counts together, and what the store tells about it.

use std::net::IpAddr;

use cache_runtime::limit::{Algorithm, RateLimiter, Who};
use cache_runtime::{Cache, ErrorKind};

use crate::stores::in_a_file;

/// A limiter that lets one pass.
fn limiter(cache: &Cache, name: &str) -> RateLimiter {
    RateLimiter::new(cache, name).to(1).within(60)
}

fn passes<W: Who + ?Sized>(limiter: &RateLimiter, who: &W) -> bool {
    limiter.check(who).expect("the store answers").allowed
}

#[test]
fn names_and_clients_do_not_collide() {
    let cache = Cache::memory();
    let long = "x".repeat(300);
    let pairs = [
        ("a", "b:c"),
        ("a:b", "c"),
        ("a", "b"),
        ("ab", ""),
        ("", "ab"),
        ("a}", "b"),
        ("{a}", "b"),
        ("a\0", "b"),
        ("a", "\0b"),
        ("@", "/"),
        ("@/!", "a"),
        ("é", "b"),
        ("e\u{301}", "b"),
        ("A", "b"),
        ("%", "b"),
        (&*long, "b"),
        ("b", &*long),
    ];
    for (name, who) in pairs.iter().filter(|(_, who)| !who.is_empty()) {
        assert!(passes(&limiter(&cache, name), *who), "{name:?} {who:?}");
        assert!(!passes(&limiter(&cache, name), *who), "{name:?} {who:?}");
    }
    let longer = format!("{long}y");
    assert!(passes(&limiter(&cache, &longer), "b"), "the end of a long name counts");
    assert!(passes(&limiter(&cache, "b"), &longer), "the end of a long client counts");
}

#[test]
fn windows_algorithms_and_namespaces_count_apart() {
    let cache = Cache::memory();
    let api = limiter(&cache, "api");
    let all = [
        api.clone(),
        api.clone().within(61),
        api.clone().algorithm(Algorithm::SlidingWindow).unwrap(),
        api.algorithm(Algorithm::Gcra).unwrap(),
        limiter(&cache.namespace("tenant"), "api"),
        limiter(&cache.namespace("ten}{ant"), "api"),
    ];
    assert!(all.iter().all(|limiter| passes(limiter, "client")));
    assert!(all.iter().all(|limiter| !passes(limiter, "client")));
}

#[test]
fn limits_do_not_meet_the_keys_of_a_program() {
    let cache = Cache::memory();
    let api = limiter(&cache, "api");
    assert!(passes(&api, "client"));
    for key in ["api", "@/!", "limit:api", "rate-limit:api"] {
        cache.set(key, "text").unwrap();
        cache.delete(key).unwrap();
    }
    assert!(!passes(&api, "client"));
    cache.namespace("other").clear().unwrap();
    assert!(!passes(&api, "client"));
    cache.clear().unwrap();
    assert!(passes(&api, "client"), "clearing the cache forgets its limits");
}

#[test]
fn anybody_can_be_limited() {
    let cache = Cache::memory();
    let api = limiter(&cache, "api");
    assert!(passes(&api, &[0_u8, 255, 10, 13][..]) && passes(&api, &vec![0_u8, 255]) && passes(&api, b"bytes"));
    assert!(passes(&api, "👩‍👩‍👧") && passes(&api, &"a\r\nb".to_owned()) && passes(&api, &u64::MAX) && passes(&api, &-1));
    assert!(passes(&api, &vec![b'x'; 64 << 10]));
    assert!(passes(&api, &("a", "b:c")) && passes(&api, &("a:b", "c")) && passes(&api, &("a:b:c", "")));
    assert!(!passes(&api, &"42".to_owned()) || !passes(&api, &42_u8), "a number is its text");
}

#[test]
fn nobody_is_an_error_and_not_one_limit_for_all() {
    let api = limiter(&Cache::memory(), "api");
    let error = api.check("").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Key);
    assert!(error.to_string().contains("`api`"), "{error}");
    assert!(api.peek("").is_err() && api.reset("").is_err() && api.attempt("", || ()).is_err());
}

#[test]
fn one_address_counts_once_however_it_is_written() {
    let address = |text: &str| text.parse::<IpAddr>().expect("an address");
    let same = [
        ("192.0.2.7", "::ffff:192.0.2.7"),
        ("192.0.2.7", "::ffff:c000:207"),
        ("2001:db8::1", "2001:db8:0:0:ffff:ffff:ffff:ffff"),
        ("2001:db8::1", "2001:0DB8:0000:0000:0000:0000:0000:0002"),
    ];
    for (one, other) in same {
        let api = limiter(&Cache::memory(), "api");
        assert!(passes(&api, &address(one)) && !passes(&api, &address(other)), "{one} and {other}");
    }
    let apart = [("192.0.2.7", "192.0.2.8"), ("2001:db8::1", "2001:db8:0:1::1"), ("::c000:207", "192.0.2.7")];
    for (one, other) in apart {
        let api = limiter(&Cache::memory(), "api");
        assert!(passes(&api, &address(one)) && passes(&api, &address(other)), "{one} and {other}");
    }
}

/// The bytes of all files in a folder.
fn bytes(folder: &std::path::Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files.flatten().collect()
}

#[test]
fn a_file_tells_nobodys_name() {
    let (cache, folder) = in_a_file();
    assert!(passes(&limiter(&cache, "a-name-of-a-limit"), "ada@example.org"));
    let bytes = bytes(folder.path());
    let contains = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(contains("a-name-of-a-limit"), "the count is there");
    assert!(!contains("ada@example.org") && !contains("example"));
}

/// The keys of a count, with and without a secret.
#[test]
fn the_secret_decides_the_hash() {
    let folder = tempfile::tempdir().unwrap();
    let open = |secret: &str| {
        let toml = format!(
            "cache = {{ type = 'sqlite', database = '{}'{secret} }}",
            folder.path().join("cache.sqlite3").display()
        );
        cache_runtime::Config::from_toml(&toml).unwrap()
    };
    // A configuration is a whole program's, so the addresses are compared instead.
    assert!(format!("{:?}", open(", secret = 'correct horse battery'")).find("correct horse battery").is_none());
    let at = |secret: &str| {
        let path = folder.path().join("addresses.sqlite3").display().to_string();
        Cache::open(&format!("sqlite://{path}{secret}")).unwrap()
    };
    let [without, one, other] =
        ["", "?secret=the-first-secret", "?secret=another-secret!!"].map(|secret| limiter(&at(secret), "api"));
    for limiter in [&without, &one, &other] {
        assert!(passes(limiter, "client") && !passes(limiter, "client"));
    }
    assert!(!passes(&limiter(&at("?secret=the-first-secret"), "api"), "client"), "the same secret counts together");
}

/// A name that was not set would put all tenants into one.
#[test]
fn a_namespace_without_a_name_is_an_error() {
    let limiter = limiter(&Cache::memory().namespace(""), "api");
    assert_eq!(limiter.check("client").unwrap_err().kind(), ErrorKind::Key);
    assert_eq!(limiter.peek("client").unwrap_err().kind(), ErrorKind::Key);
}
