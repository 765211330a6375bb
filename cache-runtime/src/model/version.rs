//! The text of a moment in a key.

use std::time::{Duration, SystemTime};

/// A moment as seconds since 1970, exact to the microsecond, with as few digits as that takes and one at least.
pub(super) struct Version(pub(super) Option<SystemTime>);

impl Version {
    /// Appends it to a text. It is in each key, and written by hand in a fourth of the time that formatting takes.
    pub(super) fn write_to(&self, text: &mut String) {
        let Some(moment) = self.0 else { return text.push('0') };
        let (sign, span) = since_1970(moment);
        text.push_str(sign);
        push_digits(text, span.as_secs(), 1);
        text.push('.');
        let (mut fraction, mut digits) = (span.subsec_micros(), 6);
        while digits > 1 && fraction.is_multiple_of(10) {
            (fraction, digits) = (fraction / 10, digits - 1);
        }
        push_digits(text, fraction.into(), digits);
    }
}

/// Appends a number of so many digits at least.
fn push_digits(text: &mut String, mut number: u64, least: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    start = start.min(digits.len() - least);
    text.extend(digits[start..].iter().map(|digit| char::from(*digit)));
}

/// The sign and the length of the time between 1970 and this moment, which is rounded down to a microsecond. A database keeps
/// no more.
fn since_1970(moment: SystemTime) -> (&'static str, Duration) {
    match moment.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => ("", after),
        Err(before) => {
            let span = before.duration();
            let beyond = span.subsec_nanos() % 1000;
            let down = if beyond == 0 { 0 } else { 1000 - beyond };
            ("-", span.saturating_add(Duration::from_nanos(down.into())))
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
