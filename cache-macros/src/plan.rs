//! Checks the arguments of an attribute against its function, and plans the expansion.

use proc_macro2::{Ident, TokenStream};
use syn::{Error, Result};

use crate::args::{Args, MacroKind};
use crate::batch::Batch;
use crate::borrowed::{BorrowedArgument, borrowed_arguments};
use crate::companions::{Companions, mention};
use crate::errors::Errors;
use crate::key::{self, Key, TypeArgument, other_argument, type_arguments};
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
        let arguments = function.arguments();
        check_skips(&args.skip, &arguments, &mut errors);
        let key = match &args.key {
            Some(text) => key::from_template(text, &args, &arguments, &mut errors),
            None => key::from_arguments(kind, &args, &function.sig.ident, &arguments, &mut errors),
        };
        let background = args.background.as_ref().map(|flag| {
            check_window(flag, &args, &mut errors);
            check_condition(&args, &arguments, &mut errors);
            borrowed_arguments(function, &mut errors)
        });
        let batch = Batch::new(&args, function, &key, &mut errors);
        let types = type_arguments(function, &arguments);
        let tags = tags(&args, &arguments, &key, &mut errors);
        let is_async = kind == MacroKind::Cached && function.sig.asyncness.is_some();
        let companions = (kind == MacroKind::Cached && args.companions != Some(false))
            .then(|| Companions::new(function, &key, &types, &args, &tags, batch.as_ref(), &mut errors));
        errors.or(Plan { args, key, types, is_async, background, tags, batch, companions })
    }

    /// Whether the attribute names the argument, other than to skip it.
    pub(crate) fn uses(&self, name: &Ident) -> bool {
        let mut expressions = self.args.times().into_iter().chain(&self.args.store_if);
        self.key.uses(name)
            || self.tags.iter().any(|tag| tag.uses(name))
            || expressions.any(|expression| mention(expression, name).is_some())
    }
}

fn check_window(background: &Ident, args: &Args, errors: &mut Errors) {
    // Not after another error: `race_ttl` may be what was mistyped.
    if args.race_ttl.is_none() && errors.is_empty() {
        let wrong = "`background` serves the stale value in the window of `race_ttl`: write `race_ttl = 10` as well";
        errors.add(background, wrong);
    }
}

/// In a task the body owns the arguments, so the condition cannot use them.
fn check_condition(args: &Args, arguments: &[Argument], errors: &mut Errors) {
    let Some(store_if) = &args.store_if else { return };
    for Argument { name, .. } in arguments {
        let wrong =
            || format!("with `background` the condition can use only the value: remove `{name}` from `store_if`");
        errors.extend(mention(store_if, name).map(|place| Error::new(place, wrong())));
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
