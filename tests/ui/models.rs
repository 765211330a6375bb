//! Models and their keys.

use std::collections::HashMap;
use std::time::SystemTime;

use cache_runtime::model::{Cacheable, key_for};

#[derive(Cacheable)]
struct WithoutAnything;

#[derive(Cacheable)]
struct WithoutTime {
    id: u8,
}

#[derive(Cacheable)]
enum Kind {
    One,
}

#[derive(Cacheable)]
#[cache(nmae = "card")]
struct MistypedName {
    id: u8,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
#[cache(name = "")]
struct EmptyName {
    id: u8,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
struct MistypedField {
    id: u8,
    #[cache(updatedat)]
    changed: SystemTime,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
struct TwoTimes {
    id: u8,
    #[cache(updated_at)]
    changed: SystemTime,
    #[cache(updated_at)]
    updated_at: SystemTime,
}

#[derive(Cacheable)]
struct WithAValue {
    #[cache(id = 1)]
    id: u8,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
struct WrongTime {
    id: u8,
    updated_at: u64,
}

#[derive(Cacheable)]
struct WrongId {
    id: Vec<u8>,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
struct TwoMarks {
    #[cache(id, updated_at)]
    id: u8,
    updated_at: SystemTime,
}

struct Bare;

fn main() {
    key_for("view", &HashMap::from([("a", 1)]));
    key_for("view", &b"bytes"[..]);
    key_for("view", b"bytes");
    key_for("view", &5);
    key_for("view", &Bare);
    key_for("view", &vec![Bare]);
}
