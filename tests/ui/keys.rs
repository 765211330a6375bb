//! The text of a key, and what is to stand in it.

use cache_runtime::{cached, counter};

#[cached(key = "user:{user_di}")]
fn mistyped(user_id: u64) -> u64 {
    user_id
}

#[cached(key = "user:{name}")]
fn unknown(id: u64, page: u64) -> u64 {
    id + page
}

#[cached(key = "user:{name}")]
fn no_arguments() -> u64 {
    1
}

#[cached(key = "user:{self.id}")]
fn no_self(id: u64) -> u64 {
    id
}

#[cached(key = "{a}{b}")]
fn nothing_between(a: u64, b: u64) -> u64 {
    a + b
}

#[cached(key = "")]
fn empty() -> u64 {
    1
}

#[cached(key = "user:{id")]
fn not_closed(id: u64) -> u64 {
    id
}

#[cached(key = "user:id}")]
fn not_opened(id: u64) -> u64 {
    id
}

#[cached(key = "user:{}")]
fn positional(id: u64) -> u64 {
    id
}

#[cached(key = "user:{id:?}")]
fn with_a_format(id: u64) -> u64 {
    id
}

#[cached(key = "user:{id + 1}")]
fn computed(id: u64) -> u64 {
    id
}

#[cached(key = "user:{ id }")]
fn spaced(id: u64) -> u64 {
    id
}

#[cached(key = "user:{id}", skip(id))]
fn skipped(id: u64) -> u64 {
    id
}

#[cached(key = "user:{}:{a}{nmae}:{id:?}")]
fn all_mistakes_are_told(id: u64, name: &str) -> u64 {
    id + name.len() as u64
}

struct Shop {
    id: u64,
}

impl Shop {
    #[cached]
    fn default_key_with_self(&self) -> u64 {
        self.id
    }

    #[cached(key = "shop:{self.idd}")]
    fn unknown_field(&self) -> u64 {
        self.id
    }

    #[counter]
    fn default_key_of_a_counter(&self);
}

struct Bare;

#[cached(key = "bare:{bare}")]
fn without_display(bare: &Bare) -> u64 {
    let _ = bare;
    1
}

#[cached]
fn without_serialize(id: u64, bare: &Bare) -> u64 {
    let _ = bare;
    id
}

#[cached(key = "user:{id}:{name}")]
fn option_in_the_key(id: Option<u64>, name: &str) -> u64 {
    id.unwrap_or_default() + name.len() as u64
}

#[cached(key = "user:{id}", tags = ["{names}"])]
fn list_in_a_tag(id: u64, names: &[u64]) -> u64 {
    id + names.len() as u64
}

#[cached]
fn shared_without_the_feature(name: std::rc::Rc<str>) -> usize {
    name.len()
}

fn main() {}
