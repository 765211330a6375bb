//! What stands in the parentheses.

use cache_runtime::{cached, counter};

#[cached(keey = "user:{id}")]
fn mistyped(id: u64) -> u64 {
    id
}

#[cached(key = "user:{id}", expires = 300)]
fn cut_short(id: u64) -> u64 {
    id
}

#[cached(size = 10)]
fn from_another_library(id: u64) -> u64 {
    id
}

#[cached(ttl = 300)]
fn lifetime_of_another_library(id: u64) -> u64 {
    id
}

#[cached(time = 300, race_condition_ttl = 10)]
fn both_times_of_other_libraries(id: u64) -> u64 {
    id
}

#[counter(key = "views:{id}", race_ttl = 10)]
fn of_the_other_attribute(id: u64);

#[cached(key = "a:{id}", expires_in = 1, key = "b:{id}")]
fn twice(id: u64) -> u64 {
    id
}

#[cached(key)]
fn without_a_value(id: u64) -> u64 {
    id
}

#[cached(key =, expires_in =)]
fn without_values(id: u64) -> u64 {
    id
}

#[cached(key("user:{id}"))]
fn in_parentheses(id: u64) -> u64 {
    id
}

#[cached("user:{id}")]
fn without_a_name(id: u64) -> u64 {
    id
}

#[cached(key = "user:{id}" expires_in = 300)]
fn without_a_comma(id: u64) -> u64 {
    id
}

#[cached(key = 5)]
fn key_is_no_text(id: u64) -> u64 {
    id
}

#[cached(key = format!("user:{id}"))]
fn key_is_computed(id: u64) -> u64 {
    id
}

#[cached(version = 1.5)]
fn version_is_a_fraction(id: u64) -> u64 {
    id
}

#[cached(version = VERSION)]
fn version_is_a_constant(id: u64) -> u64 {
    id
}

#[cached(cache = "")]
fn cache_is_empty(id: u64) -> u64 {
    id
}

#[cached(cache = sessions)]
fn cache_is_no_text(id: u64) -> u64 {
    id
}

#[cached(crate = "my_cache")]
fn crate_is_a_text(id: u64) -> u64 {
    id
}

#[cached(skip)]
fn skip_without_parentheses(id: u64) -> u64 {
    id
}

#[cached(skip = id)]
fn skip_with_an_equals_sign(id: u64) -> u64 {
    id
}

#[cached(skip())]
fn skip_of_nothing(id: u64) -> u64 {
    id
}

#[cached(skip("id"))]
fn skip_of_a_text(id: u64) -> u64 {
    id
}

#[cached(skip(clinet))]
fn skip_of_an_unknown(client: u64, id: u64) -> u64 {
    id + client
}

#[cached(skip(self))]
fn skip_of_no_self(id: u64) -> u64 {
    id
}

#[cached(skip(id, id))]
fn skip_twice(id: u64) -> u64 {
    id
}

#[cached(kye = "user:{id}", expires_in = 0, version = true, skip(other))]
fn all_mistakes_are_told(id: u64) -> u64 {
    id
}

// With the function given back, its callers are not mistakes as well.
fn main() {
    let _: u64 = mistyped(1) + all_mistakes_are_told(2);
    let _ = of_the_other_attribute(3).increment();
}
