//! Which name was meant.

/// Below this likeness two names have nothing to do with each other.
const ALIKE: f64 = 0.8;

/// The known name that is most like `name`, if one is like it at all.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
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
    fn does_not_guess_wildly() {
        assert_eq!(nearest("size", &["key", "expires_in", "race_ttl", "skip"]), None);
        assert_eq!(nearest("id", &[]), None);
    }
}
