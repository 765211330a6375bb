//! The rules: from what was said and the function it was said of, to what is to be written.

use proc_macro2::{Ident, TokenStream};
use syn::{Error, Expr, GenericParam, LitStr, Path, Result};

use crate::args::{Args, Kind};
use crate::beside::{Beside, mention};
use crate::each::Each;
use crate::key::{Key, other_argument};
use crate::lent::{self, Lent};
use crate::mistakes::Mistakes;
use crate::rules;
use crate::signature::{Argument, Function};
use crate::tags::{Tag, tags};
use crate::time::Time;

/// All that the expansion has to know beside the function.
pub(crate) struct Plan {
    pub(crate) key: Key,
    pub(crate) version: Option<String>,
    pub(crate) types: Vec<TypeArgument>,
    /// Whether the key is made inside of an async body.
    pub(crate) is_async: bool,
    pub(crate) cache: Option<LitStr>,
    pub(crate) expires_in: Option<Time>,
    pub(crate) race_ttl: Option<Time>,
    /// What is borrowed, where the body may run in the background.
    pub(crate) background: Option<Vec<Lent>>,
    pub(crate) stale_if_error: Option<Time>,
    pub(crate) jitter: Option<f64>,
    pub(crate) shared: bool,
    pub(crate) store_if: Option<Expr>,
    pub(crate) tags: Vec<Tag>,
    /// What has a key each, if there are many.
    pub(crate) each: Option<Each>,
    /// What stands beside the function, unless nothing does.
    pub(crate) beside: Option<Beside>,
    pub(crate) runtime: Option<Path>,
}

/// What distinguishes the instances of a generic function.
pub(crate) enum TypeArgument {
    Type(Ident),
    Const(Ident),
    /// The type of an argument that is an `impl Trait`.
    Of(Ident),
}

impl Plan {
    pub(crate) fn new(kind: Kind, args: TokenStream, function: &Function) -> Result<Self> {
        let mut mistakes = Mistakes::default();
        let args = Args::parse(kind, args, &mut mistakes);
        rules::check(kind, function, &mut mistakes);
        let arguments = function.arguments();
        check_skips(&args.skip, &arguments, &mut mistakes);
        let key = Key::new(kind, &args, &function.sig.ident, &arguments, &mut mistakes);
        let background = args.background.as_ref().map(|word| {
            check_window(word, &args, &mut mistakes);
            check_condition(&args, &arguments, &mut mistakes);
            lent::lent(function, &mut mistakes)
        });
        let each = Each::new(&args, function, &key, &mut mistakes);
        let types = type_arguments(function, &arguments);
        let tags = tags(&args, &arguments, &key, &mut mistakes);
        let beside = (kind == Kind::Cached && args.companions != Some(false))
            .then(|| Beside::new(function, &key, &types, &args, &tags, each.as_ref(), &mut mistakes));
        let is_async = kind == Kind::Cached && function.sig.asyncness.is_some();
        let Args { version, cache, expires_in, race_ttl, stale_if_error, jitter, shared, store_if, runtime, .. } = args;
        mistakes.or(Plan {
            key,
            version,
            types,
            is_async,
            cache,
            expires_in,
            race_ttl,
            background,
            stale_if_error,
            jitter,
            shared,
            store_if,
            tags,
            each,
            beside,
            runtime,
        })
    }
}

fn type_arguments(function: &Function, arguments: &[Argument]) -> Vec<TypeArgument> {
    let generic = function.sig.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(TypeArgument::Type(param.ident.clone())),
        GenericParam::Const(param) => Some(TypeArgument::Const(param.ident.clone())),
        GenericParam::Lifetime(_) => None,
    });
    let unnamed = arguments.iter().filter(|argument| argument.unnamed_type);
    let unnamed = unnamed.map(|argument| TypeArgument::Of(argument.name.clone()));
    generic.chain(unnamed).collect()
}

fn check_window(background: &Ident, args: &Args, mistakes: &mut Mistakes) {
    // After another mistake this would only be its echo: the window may be what was mistyped.
    if args.race_ttl.is_none() && mistakes.is_empty() {
        let wrong = "`background` serves an old value in a window after its expiry: write `race_ttl = 10` as well";
        mistakes.add(background, wrong);
    }
}

/// A task has the arguments; what judges its result has not.
fn check_condition(args: &Args, arguments: &[Argument], mistakes: &mut Mistakes) {
    let Some(store_if) = &args.store_if else { return };
    for Argument { name, .. } in arguments {
        let wrong = || format!("with `background` the value alone decides whether it is stored: leave `{name}` out");
        mention(store_if, name).into_iter().for_each(|place| mistakes.push(Error::new(place, wrong())));
    }
}

fn check_skips(skips: &[Ident], arguments: &[Argument], mistakes: &mut Mistakes) {
    for (at, skip) in skips.iter().enumerate() {
        if skips[..at].contains(skip) {
            mistakes.add(skip, format!("`{skip}` is skipped already: remove it here"));
        } else if !arguments.iter().any(|argument| argument.name == *skip) {
            mistakes
                .add(skip, format!("there is no argument `{skip}`: {}", other_argument(&skip.to_string(), arguments)));
        }
    }
}
