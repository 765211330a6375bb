//! The arguments of an attribute.

mod arg;

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, LitStr, Path, Result, Token};

use self::arg::Arg;
use crate::did_you_mean;
use crate::errors::Errors;
use crate::time::Time;

/// The attributes of this crate.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum MacroKind {
    Cached,
    Counter,
}

impl MacroKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            MacroKind::Cached => "`#[cached]`",
            MacroKind::Counter => "`#[counter]`",
        }
    }

    /// The arguments that this attribute takes.
    fn arguments(self) -> &'static [&'static str] {
        match self {
            MacroKind::Cached => &[
                "key",
                "each",
                "expires_in",
                "race_ttl",
                "background",
                "stale_if_error",
                "jitter",
                "shared",
                "version",
                "skip",
                "store_if",
                "tags",
                "cache",
                "companions",
                "crate",
            ],
            MacroKind::Counter => &["key", "expires_in", "version", "skip", "cache", "crate"],
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
    pub(crate) cache: Option<LitStr>,
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

    /// The times that are expressions, which may use the function's arguments.
    pub(crate) fn times(&self) -> Vec<&Expr> {
        let times = [&self.expires_in, &self.race_ttl, &self.stale_if_error];
        times.into_iter().flatten().filter_map(Time::expression).collect()
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
        let name = name(kind, input)?;
        let again = self.names.contains(&name);
        self.names.push(name.clone());
        let arg = Arg { name, input };
        if again {
            return Err(arg.wrong(format!("`{}` is already given: remove one of the two", arg.name)));
        }
        self.take(&arg)?;
        arg.end()
    }

    /// One line for each argument: its name, its field, how it is read and how it is written.
    fn take(&mut self, arg: &Arg) -> Result<()> {
        match arg.name.to_string().as_str() {
            "key" => self.key = Some(arg.text("key = \"user:{id}\"")?),
            "each" => self.each = Some(arg.argument("each = ids")?),
            "expires_in" => self.expires_in = Some(Time::lifetime(arg.value("expires_in = 300")?)?),
            "race_ttl" => self.race_ttl = Some(arg.window("race_ttl = 10")?),
            "background" => self.background = Some(arg.flag()?),
            "stale_if_error" => self.stale_if_error = Some(arg.window("stale_if_error = 3600")?),
            "shared" => self.shared = arg.flag().map(|_| true)?,
            "jitter" => self.jitter = Some(arg.share("jitter = 0.1")?),
            "version" => self.version = Some(arg.number_or_text("version = 2")?),
            "skip" => self.skip = arg.names("skip(client)")?,
            "store_if" => self.store_if = Some(arg.condition("store_if = |value| value.is_some()")?),
            "tags" => self.tags = arg.texts("tags = [\"user:{id}\"]")?,
            "cache" => self.cache = Some(arg.filled_text("cache = \"sessions\"")?),
            "companions" => self.companions = Some(arg.yes_or_no("companions = false")?),
            "crate" => self.runtime = Some(arg.path("crate = my_cache")?),
            name => unreachable!("`{name}` is allowed and not read"),
        }
        Ok(())
    }
}

/// Reads the name of an argument that this attribute takes.
fn name(kind: MacroKind, input: ParseStream) -> Result<Ident> {
    let known = kind.arguments();
    if !input.peek(Ident::peek_any) {
        let example = format!("{} takes arguments such as `key = \"user:{{id}}\"`, `expires_in = 300`", kind.name());
        return Err(input.error(did_you_mean::unnamed_key(&input.fork()).unwrap_or(example)));
    }
    let name = input.call(Ident::parse_any)?;
    if known.iter().any(|known| name == known) {
        return Ok(name);
    }
    let hint = did_you_mean::hint(&name.to_string(), known);
    Err(Error::new(name.span(), format!("{} has no argument `{name}`: {hint}", kind.name())))
}

/// Skips the rest of an argument that is wrong.
fn skip_to_comma(input: ParseStream) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}
