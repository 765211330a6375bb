//! Suggests a name for one that does not exist.

use syn::LitStr;
use syn::parse::ParseStream;

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

/// The known name that `name` most likely stands for: another library's name for it, or a similar one.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    elsewhere(name, known).or_else(|| alike(name, known))
}

fn elsewhere<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let (_, ours) = ELSEWHERE.iter().find(|(theirs, _)| *theirs == name)?;
    known.iter().copied().find(|known| known == ours)
}

fn alike<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |other: &str| if is_slip(name, other) { 1.0 } else { strsim::jaro_winkler(name, other) };
    let alike = known.iter().map(|other| (likeness(other), *other)).filter(|(likeness, _)| *likeness >= ALIKE);
    alike.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, other)| other)
}

/// Whether one is a typing error of the other: one letter in three may be wrong, missing or swapped.
fn is_slip(name: &str, other: &str) -> bool {
    strsim::osa_distance(name, other) <= name.chars().count().min(other.chars().count()) / 3
}

/// The end of a message about an unknown name: the most similar one, or else all.
pub(crate) fn hint(name: &str, known: &[&str]) -> String {
    match (nearest(name, known), known) {
        (Some(other), _) => format!("did you mean `{other}`?"),
        (None, []) => "there is none".to_owned(),
        (None, [only]) => format!("there is only `{only}`"),
        (None, _) => format!("there are {}", list(known)),
    }
}

/// What to write instead of a text without a name, which is meant as the key.
pub(crate) fn unnamed_key(input: ParseStream) -> Option<String> {
    let text: LitStr = input.parse().ok()?;
    Some(format!("a text needs the name of an argument: write `key = {:?}`", text.value()))
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
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
}
