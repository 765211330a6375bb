use super::*;

#[test]
fn a_typo_is_recognised() {
    let known = ["type", "timeout", "database", "expires_in", "url"];
    for (word, meant) in [
        ("timeuot", Some("timeout")),
        ("tpye", Some("type")),
        ("databse", Some("database")),
        ("expire_in", Some("expires_in")),
        ("expires", None),
        ("ttl", None),
        ("x", None),
        ("", None),
    ] {
        assert_eq!(nearest(word, known), meant, "{word}");
    }
}

#[test]
fn the_nearest_of_several_is_suggested() {
    assert_eq!(nearest("reds", ["rediss", "redis"]), Some("redis"));
}

#[test]
fn all_names_are_listed_if_none_is_near() {
    assert_eq!(suggestion("redsi", ["none", "redis"]), "; did you mean `redis`?");
    assert_eq!(suggestion("memcached", ["none", "redis", "sqlite"]), "; write `none`, `redis` or `sqlite`");
    assert_eq!(suggestion("memcached", ["none"]), "; write `none`");
    assert_eq!(suggestion("memcached", []), "");
}
