//! Statistics as a table of 80 columns.

use std::fmt;
use std::time::Duration;

use super::{Counts, FunctionStats, MissReason, Stats};

/// How many characters of a name are shown.
const NAME: usize = 24;

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = ["calls", "hits", "hit", "body", "saved", "misses"].map(str::to_owned);
        writeln!(f, "{}", line("function", &columns))?;
        for FunctionStats { name, counts, .. } in self.functions() {
            writeln!(f, "{}{}", line(name, &columns_of(counts, counts.time_saved())), reasons(counts))?;
        }
        write!(f, "{}", line("total", &columns_of(&self.total(), self.time_saved())))
    }
}

fn line(name: &str, [calls, hits, hit, body, saved, misses]: &[String; 6]) -> String {
    format!("{:NAME$} {calls:>9} {hits:>7} {hit:>8} {body:>8} {saved:>8} {misses:>8}", fitting(name))
}

/// How many calls, which share of them needed no body, how long a hit and a body take in the middle, what was saved, and how
/// many misses.
fn columns_of(counts: &Counts, saved: Duration) -> [String; 6] {
    let rate = counts.hit_rate().map_or_else(|| "-".to_owned(), |rate| format!("{:.1}%", rate * 100.0));
    let median = |time: Option<Duration>| time.map_or_else(|| "-".to_owned(), short);
    let (hit, body) = (counts.hit_latency.quantile(0.5), counts.compute_latency.quantile(0.5));
    [counts.calls.to_string(), rate, median(hit), median(body), short(saved), counts.misses().to_string()]
}

/// A line with the reasons of misses, if there are any.
fn reasons(counts: &Counts) -> String {
    let reasons = MissReason::ALL.into_iter().map(|reason| (counts.misses_by(reason), reason.as_str()));
    let reasons = reasons.chain([(counts.errors, "errors")]).filter(|(number, _)| *number > 0);
    let reasons: Vec<String> = reasons.map(|(number, reason)| format!("{number} {reason}")).collect();
    if reasons.is_empty() { String::new() } else { format!("\n  {}", reasons.join(", ")) }
}

/// A name, cut in front if it is too long: the ends of names differ.
fn fitting(name: &str) -> String {
    let length = name.chars().count();
    if length <= NAME {
        return name.to_owned();
    }
    let end: String = name.chars().skip(length - NAME + 1).collect();
    format!("…{end}")
}

/// A duration in three digits.
fn short(duration: Duration) -> String {
    let nanos = duration.as_nanos() as f64;
    let units = [(1e9 * 3600.0, "h"), (1e9 * 60.0, "min"), (1e9, "s"), (1e6, "ms"), (1e3, "µs")];
    let Some((size, unit)) = units.into_iter().find(|(size, _)| nanos >= *size) else { return format!("{nanos} ns") };
    let number = nanos / size;
    match number {
        ..10.0 => format!("{number:.2} {unit}"),
        ..100.0 => format!("{number:.1} {unit}"),
        _ => format!("{number:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{fitting, short};
    use std::time::Duration;

    #[test]
    fn durations_have_three_digits_and_a_unit() {
        let shown = [0, 999, 1_500, 12_345, 999_000, 2_000_000_000, 90_000_000_000, 7_200_000_000_000];
        let shown = shown.map(|nanos| short(Duration::from_nanos(nanos)));
        assert_eq!(shown, ["0 ns", "999 ns", "1.50 µs", "12.3 µs", "999 µs", "2.00 s", "1.50 min", "2.00 h"]);
    }

    #[test]
    fn the_end_of_a_long_name_is_shown() {
        assert_eq!(fitting("load_user"), "load_user");
        assert_eq!(fitting("a_function_with_a_very_long_name"), "…n_with_a_very_long_name");
    }
}
