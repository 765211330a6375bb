use super::nearest;

#[test]
fn a_typing_error_or_a_shortened_name_is_recognised() {
    let known = ["key", "expires_in", "race_ttl", "skip"];
    assert_eq!(nearest("expiers_in", &known), Some("expires_in"));
    assert_eq!(nearest("expires", &known), Some("expires_in"));
    assert_eq!(nearest("kye", &known), Some("key"));
    assert_eq!(nearest("race", &known), Some("race_ttl"));
}

#[test]
fn names_of_other_libraries_are_known() {
    let known = ["key", "expires_in", "race_ttl", "skip"];
    assert_eq!(nearest("ttl", &known), Some("expires_in"));
    assert_eq!(nearest("time", &known), Some("expires_in"));
    assert_eq!(nearest("race_condition_ttl", &known), Some("race_ttl"));
    assert_eq!(nearest("ttl", &["user", "page"]), None, "among other names it means nothing");
}

#[test]
fn unrelated_names_are_not_suggested() {
    assert_eq!(nearest("size", &["key", "expires_in", "race_ttl", "skip"]), None);
    assert_eq!(nearest("id", &[]), None);
}
