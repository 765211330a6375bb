//! Suggests the right name for a wrong one.

/// The candidate that is nearest to a misspelt word, if one is near enough.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |candidate: &&str| strsim::damerau_levenshtein(word, candidate);
    candidates.into_iter().filter(|candidate| distance(candidate) <= tolerance(word, candidate)).min_by_key(distance)
}

/// The accepted distance: one typo for every three letters, and never as many as there are letters.
fn tolerance(word: &str, candidate: &str) -> usize {
    let shorter = word.chars().count().min(candidate.chars().count());
    (shorter / 3).max(1).min(shorter.saturating_sub(1))
}

/// The end of an error message about a wrong name: the nearest right one, or else all that exist.
pub(crate) fn suggestion<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(candidate) = nearest(word, candidates.clone()) {
        return format!("; did you mean `{candidate}`?");
    }
    let known: Vec<_> = candidates.into_iter().map(|candidate| format!("`{candidate}`")).collect();
    match known.as_slice() {
        [] => String::new(),
        [one] => format!("; write {one}"),
        [first @ .., last] => format!("; write {} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
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
}
