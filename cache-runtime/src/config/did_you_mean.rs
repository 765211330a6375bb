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
mod tests;
