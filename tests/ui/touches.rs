//! Tables of models, and whom their rows touch.

use std::time::SystemTime;

use cache_runtime::model::Cacheable;
use cache_runtime::touches::Table;

#[derive(Cacheable)]
#[cache(touches(pst_id => "posts"))]
struct MistypedColumn {
    id: u8,
    post_id: u8,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
#[cache(touches(post_id))]
struct WithoutParent {
    id: u8,
    post_id: u8,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
#[cache(touches = "posts")]
struct WithAValue {
    id: u8,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
#[cache(table = "")]
struct EmptyTable {
    id: u8,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
struct MistypedStamp {
    id: u8,
    #[cache(updated_at, stamp = "micro")]
    updated_at: SystemTime,
}

#[derive(Cacheable)]
struct StampOfAnotherField {
    #[cache(stamp = "micros")]
    id: u8,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
struct ColumnWithoutName {
    #[cache(column)]
    id: u8,
    updated_at: SystemTime,
}

struct Bare;

fn main() {
    let _ = Table::of::<Bare>();
}
