use proptest::prelude::*;

use super::*;

#[test]
fn claims_are_in_the_slot_of_their_entry() {
    let keys =
        ["user:42", "user:{42}:card", "{}", "a}b", "a{b", "}{", "{}{x}", "@/{x}", "é{", "{{a}}", "a{}b}c", "🦀}"];
    for redis_keys in ["cache:", "{app}:", "{a:b}"].map(Keys::new) {
        for key in keys {
            let (entry, claims) = (redis_keys.entry(key), redis_keys.claims(key));
            assert_eq!(Slot::for_key(&claims), Slot::for_key(&entry), "{entry} {claims}");
            assert_eq!(redis_keys.claimed(claims.as_bytes()), Some(key));
        }
    }
}

#[test]
fn an_entry_key_is_one_argument() {
    let keys = Keys::new("cache:");
    assert_eq!(keys.entry_key("user:42").to_redis_args(), [keys.entry("user:42").into_bytes()]);
    assert_eq!(keys.entry_key("user:42").len(), keys.entry("user:42").len());
}

#[test]
fn an_entry_is_no_claim() {
    let keys = Keys::new("cache:");
    assert_eq!(keys.claimed(b"cache:user:42"), None);
    assert_eq!(keys.claimed(b"other:@/{x}y"), None);
    assert_eq!(keys.claimed(b"cache:@/{\xff}y"), None);
}

#[test]
fn a_namespace_has_no_braces_or_one_tag() {
    assert!(is_namespace("cache:") && is_namespace("{app}:") && is_namespace(""));
    assert!(!is_namespace("{app:") && !is_namespace("{}:") && !is_namespace("app}"));
}

#[test]
fn the_usual_namespaces_are_prefixes_as_they_are() {
    assert_eq!(Keys::new("cache:").entry("user:42"), "cache:user:42");
    assert_eq!(Keys::new("{app}:").entry("user:42"), "{app}:user:42");
    assert_eq!(Keys::new("shop").entry("user:42"), "shop/user:42");
    assert_eq!(Keys::new("app:cache:").entry("user:42"), "app%3Acache:user:42");
}

#[test]
fn neighbouring_namespaces_share_no_key() {
    let names =
        ["shop", "shop2", "shop:", "shop2:", "shop:2:", "shop:2", "shop/", "shop%3A", "shop%3A:", "shop%", ":", "/"];
    for (one, other) in names.iter().flat_map(|one| names.iter().map(move |other| (one, other))) {
        let apart = !prefix(one).starts_with(&prefix(other));
        assert!(apart || one == other, "{one} {other}");
    }
}

proptest! {
    #[test]
    fn no_prefix_is_the_start_of_another(one in "[ab:/%3AF]{1,6}", other in "[ab:/%3AF]{1,6}") {
        prop_assert!(one == other || !prefix(&one).starts_with(&prefix(&other)), "{one} {other}");
    }
}
