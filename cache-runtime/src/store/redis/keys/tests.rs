use super::*;

#[test]
fn claims_are_in_the_slot_of_their_entry() {
    let keys =
        ["user:42", "user:{42}:card", "{}", "a}b", "a{b", "}{", "{}{x}", "@/{x}", "é{", "{{a}}", "a{}b}c", "🦀}"];
    for redis_keys in ["cache:", "{app}:", ""].map(|namespace| Keys::new(namespace.to_owned())) {
        for key in keys {
            let (entry, claims) = (redis_keys.entry(key), redis_keys.claims(key));
            assert_eq!(Slot::for_key(&claims), Slot::for_key(&entry), "{entry} {claims}");
            assert_eq!(redis_keys.claimed(claims.as_bytes()), Some(key));
        }
    }
}

#[test]
fn an_entry_key_is_one_argument() {
    let keys = Keys::new("cache:".to_owned());
    assert_eq!(keys.entry_key("user:42").to_redis_args(), [keys.entry("user:42").into_bytes()]);
    assert_eq!(keys.entry_key("user:42").len(), keys.entry("user:42").len());
}

#[test]
fn an_entry_is_no_claim() {
    let keys = Keys::new("cache:".to_owned());
    assert_eq!(keys.claimed(b"cache:user:42"), None);
    assert_eq!(keys.claimed(b"other:@/{x}y"), None);
    assert_eq!(keys.claimed(b"cache:@/{\xff}y"), None);
}

#[test]
fn a_namespace_has_no_braces_or_one_tag() {
    assert!(is_namespace("cache:") && is_namespace("{app}:") && is_namespace(""));
    assert!(!is_namespace("{app:") && !is_namespace("{}:") && !is_namespace("app}"));
}
