//! Suggests a name for one that does not exist.

#[cfg(test)]
mod tests;

/// Names below this similarity are unrelated.
const ALIKE: f64 = 0.8;

/// The names of our arguments in other libraries.
const ELSEWHERE: [(&str, &str); 6] = [
    ("ttl", "expires_in"),
    ("ttl_secs", "expires_in"),
    ("time", "expires_in"),
    ("time_to_live", "expires_in"),
    ("race_condition_ttl", "race_ttl"),
    ("stale_while_revalidate", "race_ttl"),
];

/// The end of a message about an unknown name: the most similar one, or else all.
pub(crate) fn hint(name: &str, known: &[&str]) -> String {
    match (nearest(name, known), known) {
        (Some(other), _) => format!("did you mean `{other}`?"),
        (None, []) => "there is none".to_owned(),
        (None, [only]) => format!("there is only `{only}`"),
        (None, _) => format!("there are `{}`", known.join("`, `")),
    }
}

/// The known name that `name` most likely stands for: another library's name for it, or a similar one.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let elsewhere = ELSEWHERE.iter().find(|(theirs, _)| *theirs == name);
    let elsewhere = elsewhere.and_then(|(_, ours)| known.iter().find(|known| *known == ours));
    let likeness = |other: &str| if is_slip(name, other) { 1.0 } else { strsim::jaro_winkler(name, other) };
    let alike = || known.iter().filter(|other| likeness(other) >= ALIKE);
    elsewhere.or_else(|| alike().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))).copied()
}

/// Whether one is a typing error of the other: one letter in three may be wrong, missing or swapped.
fn is_slip(name: &str, other: &str) -> bool {
    strsim::osa_distance(name, other) <= name.chars().count().min(other.chars().count()) / 3
}
