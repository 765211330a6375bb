//! What a limited function is written like.

use cache_runtime::limit::RateLimited;
use cache_runtime::{cached, limited};

struct Refused;

impl From<RateLimited> for Refused {
    fn from(_: RateLimited) -> Self {
        Refused
    }
}

#[limited(key = "login:{ip}")]
fn without_a_limit(ip: u32) -> Result<u32, Refused> {
    Ok(ip)
}

#[limited(key = "login:{ip}", to = 0, within = 0)]
fn of_nothing(ip: u32) -> Result<u32, Refused> {
    Ok(ip)
}

#[limited(key = "login:{ip}", to = "5", within = 60, algorithm = leaky, when_away = "open", cost = -1)]
fn with_other_words(ip: u32) -> Result<u32, Refused> {
    Ok(ip)
}

#[limited(key = "login:{pi}", to = 5, wihtin = 60, expires_in = 60, only_failures = true)]
fn with_mistyped_words(ip: u32) -> Result<u32, Refused> {
    Ok(ip)
}

#[limited(key = "login:{ip}", to = 5, within = |user| user.time)]
fn by_a_value(ip: u32) -> Result<u32, Refused> {
    Ok(ip)
}

#[limited(key = "login:{ip}", to = 5, within = 60)]
fn without_a_body(ip: u32) -> Result<u32, Refused>;

#[cached(key = "login:{ip}")]
#[limited(key = "login:{ip}", to = 5, within = 60)]
fn with_two_attributes(ip: u32) -> Result<u32, Refused> {
    Ok(ip)
}

fn main() {}
