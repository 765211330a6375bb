//! Which variables of a body its key has to name.

use std::collections::{BTreeSet, HashMap};

/// Names of variables, with attributes: `current_user.name`.
pub type Names = BTreeSet<String>;

/// The variables that usually differ from user to user.
pub const PROTECTED: [&str; 6] = ["current_user", "session", "csrf_token", "csrf_input", "request", "flash"];

/// An attribute that tells everything else about its owner.
const IDENTITIES: [&str; 4] = ["id", "uuid", "pk", "key"];

/// What is wrong with a tag whose body reads these variables.
///
/// `definitions` says from which variables others are made.
pub fn problem(reads: &Names, key: &Names, definitions: &HashMap<String, Names>, protected: &Names) -> Option<String> {
    let mut pending: Vec<(String, Option<String>)> = reads.iter().map(|read| (read.clone(), None)).collect();
    let mut seen = BTreeSet::new();
    while let Some((read, through)) = pending.pop() {
        if !seen.insert(read.clone()) || key.iter().any(|known| tells(known, &read)) {
            continue;
        }
        if protected.contains(root(&read)) {
            let through = through.map(|name| format!(" through `{name}`")).unwrap_or_default();
            let name = varying(&read);
            return Some(format!(
                "the fragment reads `{read}`{through}, which is not in its key, so that others would see it: write \
                 `vary={name}` or put it into the key, as in `{{% cache (card, {name}) %}}`; or write `public=true` if it is the \
                 same for all"
            ));
        }
        let of = definitions.get(root(&read)).into_iter().flatten();
        pending.extend(of.map(|name| (name.clone(), through.clone().or_else(|| Some(root(&read).to_owned())))));
    }
    None
}

/// What the key should name: a user by the id, and of a request or a session what is read of it.
fn varying(read: &str) -> String {
    match root(read) {
        "request" | "session" | "flash" | "csrf_token" | "csrf_input" => read.to_owned(),
        user => format!("{user}.id"),
    }
}

/// The variable without its attributes.
pub fn root(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// Whether a variable of a key tells what is read.
fn tells(known: &str, read: &str) -> bool {
    let is_part = |of: &str| read == of || read.strip_prefix(of).is_some_and(|rest| rest.starts_with('.'));
    is_part(known) || known.rsplit_once('.').is_some_and(|(owner, last)| IDENTITIES.contains(&last) && is_part(owner))
}
