//! Which name was meant.

use syn::LitStr;
use syn::parse::ParseStream;

/// Below this likeness two names have nothing to do with each other.
const ALIKE: f64 = 0.8;

/// What other libraries call our arguments.
const ELSEWHERE: [(&str, &str); 6] = [
    ("ttl", "expires_in"),
    ("ttl_secs", "expires_in"),
    ("time", "expires_in"),
    ("time_to_live", "expires_in"),
    ("race_condition_ttl", "race_ttl"),
    ("stale_while_revalidate", "race_ttl"),
];

/// The known name that is meant by `name`, as another library's word for it or as one that is like it.
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

/// Whether one was typed for the other: a letter in three may be wrong, missing or in its neighbour's place.
fn is_slip(name: &str, other: &str) -> bool {
    strsim::osa_distance(name, other) <= name.chars().count().min(other.chars().count()) / 3
}

/// The end of a message about an unknown name: the nearest right one, else all there are.
pub(crate) fn hint(name: &str, known: &[&str]) -> String {
    match (nearest(name, known), known) {
        (Some(other), _) => format!("did you mean `{other}`?"),
        (None, []) => "there is none".to_owned(),
        (None, [only]) => format!("there is only `{only}`"),
        (None, _) => format!("there are {}", list(known)),
    }
}

/// What to write where a text stands without a name: it is meant as the key.
pub(crate) fn unnamed_key(input: ParseStream) -> Option<String> {
    let text: LitStr = input.parse().ok()?;
    Some(format!("a text has a name in front: write `key = {:?}`", text.value()))
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_mistyped_or_cut_short() {
        let known = ["key", "expires_in", "race_ttl", "skip"];
        assert_eq!(nearest("expiers_in", &known), Some("expires_in"));
        assert_eq!(nearest("expires", &known), Some("expires_in"));
        assert_eq!(nearest("kye", &known), Some("key"));
        assert_eq!(nearest("race", &known), Some("race_ttl"));
    }

    #[test]
    fn knows_what_other_libraries_say() {
        let known = ["key", "expires_in", "race_ttl", "skip"];
        assert_eq!(nearest("ttl", &known), Some("expires_in"));
        assert_eq!(nearest("time", &known), Some("expires_in"));
        assert_eq!(nearest("race_condition_ttl", &known), Some("race_ttl"));
        assert_eq!(nearest("ttl", &["user", "page"]), None, "among other names it means nothing");
    }

    #[test]
    fn does_not_guess_wildly() {
        assert_eq!(nearest("size", &["key", "expires_in", "race_ttl", "skip"]), None);
        assert_eq!(nearest("id", &[]), None);
    }
}
