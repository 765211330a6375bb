//! What a limited function returns, and what its numbers are.

use cache_runtime::limit::RateLimited;
use cache_runtime::limited;

struct Refused;

impl From<RateLimited> for Refused {
    fn from(_: RateLimited) -> Self {
        Refused
    }
}

struct OtherError;

#[limited(key = "login:{ip}", to = 5, within = 60)]
fn without_a_result(ip: u32) -> u32 {
    ip
}

#[limited(key = "login:{ip}", to = 5, within = 60)]
async fn with_another_error(ip: u32) -> Result<u32, OtherError> {
    Ok(ip)
}

#[limited(key = "login:{ip}", to = ip, within = 60)]
fn with_a_number_of_another_type(ip: u32) -> Result<u32, Refused> {
    Ok(ip)
}

fn main() {}
