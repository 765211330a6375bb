//! Where a made-up value does not reach code of the program.
//!
//! A visitor of serde or of its derive macro takes any value. But a hand-written `Deserialize`, `try_from` and
//! `deserialize_with` often have serde read a text and then look into it. That can be seen: the visitor then makes another
//! type than the one that was asked for.

use crate::codec::data_model::Name;

/// Their types take any value, or refuse it.
const KNOWN_CRATES: [&str; 18] = [
    "alloc",
    "core",
    "std",
    "serde",
    "serde_core",
    "serde_bytes",
    "serde_json",
    "arrayvec",
    "bytes",
    "chrono",
    "hashbrown",
    "indexmap",
    "jiff",
    "ordered_float",
    "smallvec",
    "time",
    "url",
    "uuid",
];

/// These only hold the value that a visitor makes.
const HOLDERS: [&str; 3] = ["alloc::boxed::Box<", "alloc::rc::Rc<", "alloc::sync::Arc<"];

/// Whether the value that a visitor makes may be a made-up one, where a value of the `wanted` type was asked for. That is
/// empty if it is not known, as inside of a newtype.
pub(super) fn may_be_made_up(wanted: Name, made: Name, visitor: Name) -> bool {
    let is_direct = || wanted.is_empty() || held(wanted) == made || is_of_known_crates(wanted);
    (is_derived(visitor) || is_of_a_known_crate(visitor)) && is_direct()
}

fn held(mut name: Name) -> Name {
    while let Some(inner) = HOLDERS.iter().find_map(|holder| name.strip_prefix(holder)) {
        name = inner.strip_suffix('>').unwrap_or(inner);
    }
    name
}

fn is_derived(visitor: Name) -> bool {
    visitor.contains("::__Visitor")
}

/// Of a path, or of one as in `<jiff::Timestamp as Deserialize>::deserialize::Visitor`.
fn is_of_a_known_crate(path: &str) -> bool {
    path.trim_start_matches('<').split_once("::").is_none_or(|(root, _)| KNOWN_CRATES.contains(&root))
}

/// Whether all types in a name are of the language or of known crates.
fn is_of_known_crates(name: Name) -> bool {
    name.split(|char: char| !char.is_alphanumeric() && !"_:".contains(char)).all(is_of_a_known_crate)
}
