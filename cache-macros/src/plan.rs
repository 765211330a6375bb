//! Checks the arguments of an attribute against its function, and plans the expansion.

use proc_macro2::{Ident, TokenStream};
use syn::{Error, Result};

use crate::args::{Args, MacroKind};
use crate::batch::Batch;
use crate::borrowed::{BorrowedArgument, borrowed_arguments};
use crate::companions::Companions;
use crate::errors::Errors;
use crate::free_names::free_use;
use crate::key::{self, Key, TypeArgument, other_argument, type_arguments};
use crate::place::Place;
use crate::rules;
use crate::signature::{Argument, Function};
use crate::tags::{Tag, tags};

/// What the expansion has to know in addition to the function.
pub(crate) struct Plan {
    pub(crate) args: Args,
    pub(crate) key: Key,
    pub(crate) types: Vec<TypeArgument>,
    /// Whether the key is made in an async body.
    pub(crate) is_async: bool,
    /// The borrowed arguments, if the body may run in the background.
    pub(crate) background: Option<Vec<BorrowedArgument>>,
    pub(crate) tags: Vec<Tag>,
    /// The elements, if each has an entry of its own.
    pub(crate) batch: Option<Batch>,
    /// The companions, if it has any.
    pub(crate) companions: Option<Companions>,
}

impl Plan {
    pub(crate) fn new(kind: MacroKind, args: TokenStream, function: &Function) -> Result<Self> {
        let mut errors = Errors::default();
        let args = Args::parse(kind, args, &mut errors);
        rules::check(kind, function, &mut errors);
        if let (MacroKind::Counter, Some(closure)) = (kind, args.lifetime_of_value()) {
            errors.add(closure, "the lifetime of a counter does not depend on its value: write a time, as in `300`");
        }
        let arguments = function.arguments();
        check_skips(&args.skip, &arguments, &mut errors);
        let key = match &args.key {
            Some(text) => key::from_template(text, &args, &arguments, &mut errors),
            None => key::from_arguments(kind, &args, &function.sig.ident, &arguments, &mut errors),
        };
        let background = args.background.as_ref().map(|flag| {
            check_window(flag, &args, &mut errors);
            check_closures(&args, &arguments, &mut errors);
            borrowed_arguments(function, &mut errors)
        });
        let batch = Batch::new(&args, function, &key, &mut errors);
        let types = type_arguments(function, &arguments);
        let tags = tags(&args, &arguments, &key, &mut errors);
        let is_async = kind != MacroKind::Counter && function.is_async();
        check_boxed(kind, function, &args, &mut errors);
        check_limit(kind, function, &args, &mut errors);
        // `#[async_trait]` is for traits, whose implementations cannot have companions.
        let has_companions =
            args.companions.unwrap_or_else(|| !is_of_a_trait(function)) && function.boxed_output().is_none();
        let companions = (kind != MacroKind::Counter && has_companions)
            .then(|| Companions::new(kind, function, &key, &types, &args, &tags, batch.as_ref(), &mut errors));
        errors.or(Plan { args, key, types, is_async, background, tags, batch, companions })
    }

    /// Whether the attribute names the argument, other than to skip it.
    pub(crate) fn uses(&self, name: &Ident) -> bool {
        let mut expressions = self.args.times().into_iter().chain(&self.args.store_if);
        self.key.uses(name)
            || self.tags.iter().any(|tag| tag.uses(name))
            || expressions.any(|expression| free_use(expression, name).is_some())
    }
}

/// Whether the function belongs to an `impl` of a trait, as far as that can be seen. Of one with `self` or `Self` the compiler
/// says so.
fn is_of_a_trait(function: &Function) -> bool {
    !function.is_associated && Place::of_attribute() == Place::ImplOfTrait
}

fn check_window(background: &Ident, args: &Args, errors: &mut Errors) {
    // Not after another error: `race_ttl` may be what was mistyped.
    if args.race_ttl.is_none() && errors.is_empty() {
        let wrong = "`background` serves the stale value in the window of `race_ttl`: write `race_ttl = 10` as well";
        errors.add(background, wrong);
    }
}

/// In a task the body owns the arguments, so what decides about its value cannot use them.
fn check_closures(args: &Args, arguments: &[Argument], errors: &mut Errors) {
    let closures = [("store_if", args.store_if.as_ref()), ("expires_in", args.lifetime_of_value())];
    for (what, closure) in closures {
        for Argument { name, .. } in arguments {
            let wrong =
                || format!("with `background` the closure can use only the value: remove `{name}` from `{what}`");
            let place = closure.and_then(|closure| free_use(closure, name));
            errors.extend(place.map(|place| Error::new(place, wrong())));
        }
    }
}

/// A boxed future borrows from the call, so its body runs in no task and for no elements but those of the call.
fn check_boxed(kind: MacroKind, function: &Function, args: &Args, errors: &mut Errors) {
    if function.boxed_output().is_none() {
        return;
    }
    if kind == MacroKind::Limited {
        let wrong = "`#[limited]` needs an `async fn`, and this function returns a boxed future: annotate an `async fn` that it calls";
        errors.add(&function.sig.ident, wrong);
    }
    if args.companions == Some(true) {
        let wrong = "a function that returns a boxed future has no companions: remove `companions = true`";
        errors.extend(args.later("companions", "companions").map(|place| Error::new(place.span(), wrong)));
    }
    for (name, place) in [("background", &args.background), ("each", &args.each)] {
        let wrong = || {
            format!(
                "`{name}` needs an `async fn`, and this function returns a boxed future: annotate an `async fn` that it calls"
            )
        };
        errors.extend(place.as_ref().map(|place| Error::new(place.span(), wrong())));
    }
}

/// A limit says how many may pass within which time.
fn check_limit(kind: MacroKind, function: &Function, args: &Args, errors: &mut Errors) {
    if kind != MacroKind::Limited || !errors.is_empty() {
        return;
    }
    for (name, form) in [("to", "to = 5"), ("within", "within = 60")] {
        if !args.is_given(name) {
            errors.add(&function.sig.ident, format!("`#[limited]` needs `{name}`: write `{form}`"));
        }
    }
}

fn check_skips(skips: &[Ident], arguments: &[Argument], errors: &mut Errors) {
    for (at, skip) in skips.iter().enumerate() {
        if skips[..at].contains(skip) {
            errors.add(skip, format!("`{skip}` is already skipped: remove it here"));
        } else if !arguments.iter().any(|argument| argument.name == *skip) {
            errors
                .add(skip, format!("there is no argument `{skip}`: {}", other_argument(&skip.to_string(), arguments)));
        }
    }
}
