//! The arguments of an attribute.

mod arg;

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, ExprLit, Lit, LitStr, Path, Result, Token};

use self::MacroKind::{Cached, Counter, Limited};
use self::arg::Arg;
use crate::did_you_mean;
use crate::errors::Errors;
use crate::time::Time;

/// The attributes of this crate.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum MacroKind {
    Cached,
    Counter,
    Limited,
}

impl MacroKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            MacroKind::Cached => "`#[cached]`",
            MacroKind::Counter => "`#[counter]`",
            MacroKind::Limited => "`#[limited]`",
        }
    }
}

const ALL: &[MacroKind] = &[Cached, Counter, Limited];

/// The arguments, how each is written, and which attributes take it.
const ARGUMENTS: [(&str, &str, &[MacroKind]); 23] = [
    ("key", "key = \"user:{id}\"", ALL),
    ("each", "each = ids", &[Cached]),
    ("expires_in", "expires_in = 300", &[Cached, Counter]),
    ("race_ttl", "race_ttl = 10", &[Cached]),
    ("background", "background", &[Cached]),
    ("stale_if_error", "stale_if_error = 3600", &[Cached]),
    ("jitter", "jitter = 0.1", &[Cached]),
    ("shared", "shared", &[Cached]),
    ("version", "version = 2", ALL),
    ("skip", "skip(client)", ALL),
    ("store_if", "store_if = |value| value.is_some()", &[Cached]),
    ("tags", "tags = [\"user:{id}\"]", &[Cached]),
    ("to", "to = 5", &[Limited]),
    ("within", "within = 60", &[Limited]),
    ("algorithm", "algorithm = gcra", &[Limited]),
    ("cost", "cost = 3", &[Limited]),
    ("ban", "ban = \"1h\"", &[Limited]),
    ("only_failures", "only_failures", &[Limited]),
    ("when_away", "when_away = closed", &[Limited]),
    ("cache", "cache = \"sessions\"", ALL),
    ("near", "near = false", &[Cached]),
    ("companions", "companions = false", &[Cached, Limited]),
    ("crate", "crate = my_cache", ALL),
];

/// For how long values are kept in the process.
pub(crate) enum Near {
    Off,
    AtMost(Time),
}

impl Near {
    fn read(value: Expr, form: &str) -> Result<Self> {
        match &value {
            Expr::Lit(ExprLit { lit: Lit::Bool(said), .. }) if !said.value => Ok(Near::Off),
            Expr::Lit(ExprLit { lit: Lit::Bool(_), .. }) => {
                let wrong =
                    format!("values are kept near without saying so: write `{form}`, `near = \"5s\"`, or remove it");
                Err(Error::new_spanned(value, wrong))
            }
            _ => Time::window(value, "near = \"5s\"").map(Near::AtMost),
        }
    }
}

/// The given arguments. Their tokens are kept, so that a later check can point at them.
#[derive(Default)]
pub(crate) struct Args {
    /// The names of all arguments, in the order given.
    names: Vec<Ident>,
    pub(crate) key: Option<LitStr>,
    pub(crate) each: Option<Ident>,
    pub(crate) expires_in: Option<Time>,
    pub(crate) race_ttl: Option<Time>,
    pub(crate) background: Option<Ident>,
    pub(crate) stale_if_error: Option<Time>,
    pub(crate) jitter: Option<f64>,
    pub(crate) shared: bool,
    pub(crate) version: Option<String>,
    pub(crate) skip: Vec<Ident>,
    pub(crate) store_if: Option<Expr>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) to: Option<Expr>,
    pub(crate) within: Option<Time>,
    pub(crate) algorithm: Option<Ident>,
    pub(crate) cost: Option<Expr>,
    pub(crate) ban: Option<Time>,
    pub(crate) only_failures: bool,
    pub(crate) when_away: Option<Ident>,
    pub(crate) cache: Option<LitStr>,
    pub(crate) near: Option<Near>,
    pub(crate) companions: Option<bool>,
    pub(crate) runtime: Option<Path>,
}

impl Args {
    /// Parses the arguments. Those that are wrong are left out and reported.
    pub(crate) fn parse(kind: MacroKind, tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Args::default();
        let parsed = (|input: ParseStream| args.read_all(kind, input, errors)).parse2(tokens);
        errors.ok(parsed);
        args
    }

    /// The name of the later of two arguments, if both are given.
    pub(crate) fn later(&self, one: &str, other: &str) -> Option<&Ident> {
        let place = |name| self.names.iter().position(|given| given == name);
        Some(&self.names[place(one)?.max(place(other)?)])
    }

    /// Whether an argument is given, right or wrong.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.names.iter().any(|given| given == name)
    }

    /// The times, and the numbers of a limit, that are expressions, which may use the function's arguments.
    pub(crate) fn times(&self) -> Vec<&Expr> {
        let times = [&self.expires_in, &self.race_ttl, &self.stale_if_error, &self.within, &self.ban];
        let near = if let Some(Near::AtMost(time)) = &self.near { Some(time) } else { None };
        let times = times.into_iter().flatten().chain(near).filter_map(Time::expression);
        times.chain(&self.to).chain(&self.cost).collect()
    }

    /// The closure that makes the lifetime from the value, if there is one.
    pub(crate) fn lifetime_of_value(&self) -> Option<&Expr> {
        if let Some(Time::FromValue(closure)) = &self.expires_in { Some(closure) } else { None }
    }

    fn read_all(&mut self, kind: MacroKind, input: ParseStream, errors: &mut Errors) -> Result<()> {
        while !input.is_empty() {
            if let Err(error) = self.read(kind, input) {
                errors.push(error);
                skip_to_comma(input)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn read(&mut self, kind: MacroKind, input: ParseStream) -> Result<()> {
        let arg = argument(kind, input)?;
        let again = self.names.contains(&arg.name);
        self.names.push(arg.name.clone());
        if again {
            return Err(arg.wrong_name("is already given: remove one of the two"));
        }
        self.take(&arg)?;
        arg.end()
    }

    fn take(&mut self, arg: &Arg) -> Result<()> {
        match arg.name.to_string().as_str() {
            "key" => self.key = Some(arg.text()?),
            "each" => self.each = Some(arg.argument()?),
            "expires_in" => self.expires_in = Some(Time::lifetime(arg.value()?)?),
            "race_ttl" => self.race_ttl = Some(Time::window(arg.value()?, arg.form)?),
            "background" => self.background = Some(arg.flag()?),
            "stale_if_error" => self.stale_if_error = Some(Time::window(arg.value()?, arg.form)?),
            "shared" => self.shared = arg.flag().map(|_| true)?,
            "jitter" => self.jitter = Some(arg.share()?),
            "version" => self.version = Some(arg.number_or_text()?),
            "skip" => self.skip = arg.names()?,
            "store_if" => self.store_if = Some(arg.condition()?),
            "tags" => self.tags = arg.texts()?,
            "to" => self.to = Some(arg.count()?),
            "within" => self.within = Some(Time::window_of_limit(arg.value()?, arg.form)?),
            "algorithm" => self.algorithm = Some(arg.one_of(&["fixed_window", "sliding_window", "gcra"])?),
            "cost" => self.cost = Some(arg.count()?),
            "ban" => self.ban = Some(Time::window_of_limit(arg.value()?, arg.form)?),
            "only_failures" => self.only_failures = arg.flag().map(|_| true)?,
            "when_away" => self.when_away = Some(arg.one_of(&["open", "closed", "local"])?),
            "cache" => self.cache = Some(arg.filled_text()?),
            "near" => self.near = Some(Near::read(arg.value()?, arg.form)?),
            "companions" => self.companions = Some(arg.yes_or_no()?),
            "crate" => self.runtime = Some(arg.path()?),
            name => unreachable!("`{name}` is allowed and not read"),
        }
        Ok(())
    }
}

/// Reads the name of an argument that this attribute takes.
fn argument(kind: MacroKind, input: ParseStream) -> Result<Arg> {
    if !input.peek(Ident::peek_any) {
        let wrong = match input.fork().parse::<LitStr>() {
            Ok(text) => format!("a text needs the name of an argument: write `key = {:?}`", text.value()),
            Err(_) => {
                let other = if kind == Limited { "to = 5" } else { "expires_in = 300" };
                format!("{} takes arguments such as `key = \"user:{{id}}\"`, `{other}`", kind.name())
            }
        };
        return Err(input.error(wrong));
    }
    let name = input.call(Ident::parse_any)?;
    let known = ARGUMENTS.iter().filter(|(.., kinds)| kinds.contains(&kind));
    if let Some((_, form, _)) = known.clone().find(|(known, ..)| name == known) {
        return Ok(Arg { name, form, input });
    }
    let hint = did_you_mean::hint(&name.to_string(), &known.map(|(known, ..)| *known).collect::<Vec<_>>());
    Err(Error::new(name.span(), format!("{} has no argument `{name}`: {hint}", kind.name())))
}

/// Skips the rest of an argument that is wrong.
fn skip_to_comma(input: ParseStream) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}
