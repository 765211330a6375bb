//! The text of a moment in a key.

use std::fmt;
use std::time::{Duration, SystemTime};

/// A moment as seconds since 1970, exact to the microsecond, with as few digits as that takes and one at least.
pub(super) struct Version(pub(super) Option<SystemTime>);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(moment) = self.0 else { return f.write_str("0") };
        let micros = micros(moment);
        let sign = if micros < 0 { "-" } else { "" };
        let (seconds, fraction) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
        let digits = format!("{fraction:06}");
        let digits = digits.trim_end_matches('0');
        write!(f, "{sign}{seconds}.{}", if digits.is_empty() { "0" } else { digits })
    }
}

/// Microseconds since 1970, rounded down. A database keeps no more.
pub(super) fn micros(moment: SystemTime) -> i128 {
    let micros = |span: Duration| i128::try_from(span.as_micros()).unwrap_or(i128::MAX);
    match moment.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => micros(after),
        Err(before) => {
            let span = before.duration();
            -micros(span) - i128::from(span.subsec_nanos() % 1000 != 0)
        }
    }
}

/// The moment without what a database does not keep, so that a model has one key before it is saved and after it is read.
pub(super) fn cut_to_micros(moment: SystemTime) -> SystemTime {
    let nanos = match moment.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => after.subsec_nanos() % 1000,
        Err(before) => (1000 - before.duration().subsec_nanos() % 1000) % 1000,
    };
    moment.checked_sub(Duration::from_nanos(nanos.into())).unwrap_or(moment)
}
