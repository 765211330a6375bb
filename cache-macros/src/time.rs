//! Times in attributes: seconds, `"5m"`, `never`, or an expression.

use std::time::Duration;

use syn::{Error, Expr, ExprLit, ExprUnary, Lit, LitInt, LitStr, Result, UnOp};

/// A time, as far as it is known at compile time.
pub(crate) enum Time {
    Never,
    After(Duration),
    /// An expression. The compiler checks that its type is `Duration`.
    Computed(Expr),
    /// A closure that takes the value.
    FromValue(Expr),
}

impl Time {
    /// Parses the value of `expires_in`.
    pub(crate) fn lifetime(value: Expr) -> Result<Self> {
        let wrong =
            "a lifetime of 0 stores nothing: remove the attribute, or write a time, as in `expires_in = \"5m\"`";
        match Time::parse(&value)? {
            Time::After(duration) if duration.as_millis() == 0 => Err(Error::new_spanned(value, wrong)),
            time => Ok(time),
        }
    }

    /// Parses how long after expiry a stale value may be served. `form` is how that is written.
    pub(crate) fn window(value: Expr, form: &str) -> Result<Self> {
        let wrong = match Time::parse(&value)? {
            Time::After(duration) if duration.as_millis() == 0 => {
                format!("a window of 0 has no effect: remove it, or write a time, as in `{form}`")
            }
            Time::FromValue(_) => {
                format!(
                    "a window is the same for every value: write a time, as in `{form}`; a closure is for `expires_in`"
                )
            }
            Time::Never => {
                format!("a window has to end: write a time, as in `{form}`; `never` is for `expires_in`")
            }
            time => return Ok(time),
        };
        Err(Error::new_spanned(value, wrong))
    }

    /// Parses how long the window of a limit is, or a ban.
    pub(crate) fn window_of_limit(value: Expr, form: &str) -> Result<Self> {
        let wrong = match Time::parse(&value)? {
            Time::After(duration) if duration.as_millis() == 0 => {
                format!("a window of 0 limits nothing: write a time, as in `{form}`")
            }
            Time::FromValue(_) => format!("there is no value yet: write a time, as in `{form}`"),
            time => return Ok(time),
        };
        Err(Error::new_spanned(value, wrong))
    }

    /// The expression, if it is not known at compile time.
    pub(crate) fn expression(&self) -> Option<&Expr> {
        if let Time::Computed(expression) | Time::FromValue(expression) = self { Some(expression) } else { None }
    }

    fn parse(value: &Expr) -> Result<Self> {
        match value {
            Expr::Lit(ExprLit { lit: Lit::Int(seconds), .. }) => whole_seconds(seconds),
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => in_words(text),
            Expr::Lit(literal) => Err(not_a_time(literal)),
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. }) => {
                Err(Error::new_spanned(value, "a time cannot be negative: write seconds, as in `300`, or `\"5m\"`"))
            }
            Expr::Path(path) if path.path.is_ident("never") => Ok(Time::Never),
            Expr::Closure(closure) if closure.asyncness.is_some() => Err(Error::new_spanned(
                value,
                "the lifetime is needed at once, so its closure cannot be `async`: write `expires_in = |token| token.ttl`",
            )),
            Expr::Closure(closure) if closure.inputs.len() != 1 => Err(Error::new_spanned(
                value,
                "a lifetime from the value takes one argument: write `expires_in = |token| token.ttl`",
            )),
            Expr::Closure(_) => Ok(Time::FromValue(value.clone())),
            Expr::Paren(paren) if matches!(*paren.expr, Expr::Closure(_)) => Time::parse(&paren.expr),
            _ => Ok(Time::Computed(value.clone())),
        }
    }
}

fn whole_seconds(literal: &LitInt) -> Result<Time> {
    let wrong = if !matches!(literal.suffix(), "" | "u8" | "u16" | "u32" | "u64" | "usize" | "i32" | "i64") {
        format!("a time with a unit is a text: write `\"{literal}\"`")
    } else if let Ok(seconds) = literal.base10_digits().parse() {
        return Ok(Time::After(Duration::from_secs(seconds)));
    } else {
        "this time is too long: write `never` for entries that do not expire".to_owned()
    };
    Err(Error::new_spanned(literal, wrong))
}

/// Parses the same texts as `cache_runtime::Ttl::parse`.
fn in_words(literal: &LitStr) -> Result<Time> {
    let text = literal.value();
    let text = text.trim();
    if text == "never" {
        return Ok(Time::Never);
    }
    if let Ok(seconds) = text.parse() {
        return Ok(Time::After(Duration::from_secs(seconds)));
    }
    if let Some((before, after)) = around_capital_m(text) {
        let (minutes, months) = (format!("{before}m{after}"), format!("{before} months{after}"));
        let wrong = format!("{text:?} may mean minutes or months: write `{minutes:?}` or `{months:?}`");
        return Err(Error::new_spanned(literal, wrong));
    }
    humantime::parse_duration(text).map(Time::After).map_err(|cause| {
        let wrong = format!("{text:?} is not a time ({cause}): write seconds, \"5m\", \"1h 30m\" or \"2 days\"");
        Error::new_spanned(literal, wrong)
    })
}

/// What stands around a unit `M`, which is months to some and minutes to others. `cache_runtime::Ttl::parse` and the
/// attributes refuse it.
fn around_capital_m(text: &str) -> Option<(&str, &str)> {
    let (before, after) = text.split_once('M')?;
    let before = before.trim_end();
    (before.ends_with(|c: char| c.is_ascii_digit()) && !after.starts_with(char::is_alphabetic))
        .then_some((before, after))
}

fn not_a_time(literal: &ExprLit) -> Error {
    let wrong = match &literal.lit {
        Lit::Float(number) => match number.base10_parse::<f64>() {
            Ok(seconds) if seconds > 0.0 && seconds < 1e9 => {
                let millis = Duration::from_secs_f64(seconds).as_millis();
                format!("a number is in whole seconds: write `\"{millis}ms\"` or `Duration::from_millis({millis})`")
            }
            _ => "a number is in whole seconds: for less write `\"500ms\"`".to_owned(),
        },
        _ => "not a time: write seconds, as in `300`, a text, as in `\"5m\"`, or an expression of type `Duration`"
            .to_owned(),
    };
    Error::new_spanned(literal, wrong)
}
