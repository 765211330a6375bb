//! What a hit of a type with `flatten`, `tag` or `untagged` costs, compared with a plain struct of the same bytes.

mod rounds;

use cache_runtime::Cache;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use self::rounds::{Case, Compare, each};

/// Rounds are short, so that most of them run without an interruption.
const ROUND: usize = 100;

const CASES: &[Case] = &[
    Case { name: "flatten / plain", round: ROUND, run: |compare| get(Flattened::new, compare) },
    Case { name: "tag / plain", round: ROUND, run: |compare| get(Tagged::new, compare) },
    Case { name: "untagged / plain", round: ROUND, run: |compare| get(Untagged::new, compare) },
];

fn main() {
    rounds::main(CASES);
}

/// How many values are read in turn. They differ in their texts and numbers, but not in their field names.
const VALUES: usize = 1000;

/// Writes all values as MessagePack, as annotated functions do for types with `flatten`, `tag` or `untagged`.
fn get<T: Serialize + DeserializeOwned>(value: fn(usize) -> T, compare: Compare<'_>) {
    let cache = Cache::open("sqlite::memory:?codec=messagepack&near=false").expect("an address");
    let keys = |kind: &str| -> Vec<String> { (0..VALUES).map(|number| format!("{kind}:{number}")).collect() };
    let (keys, plain_keys) = (keys("order"), keys("plain"));
    for number in 0..VALUES {
        cache.get_or_set(&keys[number], || value(number));
        cache.get_or_set(&plain_keys[number], || Plain::new(number));
    }
    compare(
        each(|turn| cache.get::<T>(&keys[turn % VALUES]).expect("an answer").expect("a hit")),
        each(|turn| cache.get::<Plain>(&plain_keys[turn % VALUES]).expect("an answer").expect("a hit")),
    );
}

#[derive(Serialize, Deserialize)]
struct Plain {
    id: u64,
    customer: String,
    paid: bool,
    total: f64,
    items: Vec<String>,
    note: Option<String>,
    street: String,
    city: String,
    postcode: String,
    country: String,
    courier: String,
    express: bool,
}

impl Plain {
    fn new(number: usize) -> Self {
        Plain {
            id: number as u64 * 7919,
            customer: format!("customer-{number}@example.com"),
            paid: number.is_multiple_of(2),
            total: number as f64 / 7.0,
            items: ["a compass", "a lantern", "a map of the coast"].map(str::to_owned).to_vec(),
            note: number.is_multiple_of(3).then(|| "ring twice".to_owned()),
            street: format!("{number} St James's Square"),
            city: "London".to_owned(),
            postcode: "SW1Y 4JH".to_owned(),
            country: "United Kingdom".to_owned(),
            courier: "the night mail".to_owned(),
            express: number.is_multiple_of(5),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Flattened {
    id: u64,
    customer: String,
    paid: bool,
    total: f64,
    items: Vec<String>,
    note: Option<String>,
    #[serde(flatten)]
    address: Address,
}

#[derive(Serialize, Deserialize)]
struct Address {
    street: String,
    city: String,
    postcode: String,
    country: String,
    courier: String,
    express: bool,
}

impl Flattened {
    fn new(number: usize) -> Self {
        let Plain { id, customer, paid, total, items, note, street, city, postcode, country, courier, express } =
            Plain::new(number);
        let address = Address { street, city, postcode, country, courier, express };
        Flattened { id, customer, paid, total, items, note, address }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "state")]
#[expect(clippy::large_enum_variant, reason = "a box would be one more allocation than the plain struct has")]
enum Tagged {
    Sent(Plain),
    Lost { since: u64 },
}

impl Tagged {
    fn new(number: usize) -> Self {
        Tagged::Sent(Plain::new(number))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "a box would be one more allocation than the plain struct has")]
enum Untagged {
    Lost { since: u64 },
    Sent(Plain),
}

impl Untagged {
    fn new(number: usize) -> Self {
        Untagged::Sent(Plain::new(number))
    }
}
