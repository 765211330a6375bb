//! `each`: a function of many elements, each of which has an entry of its own.

use proc_macro2::Ident;
use syn::{Error, FnArg, Pat, PatIdent, PatType, Token, Type};

use crate::args::Args;
use crate::errors::Errors;
use crate::key::{Key, other_argument};
use crate::return_type::{self, arguments_of, ungrouped, words};
use crate::signature::Function;

/// The elements, and what is stored for each.
pub(crate) struct Batch {
    /// The argument that holds them.
    pub(crate) argument: Ident,
    /// The name of one element, in the key.
    pub(crate) element: Ident,
    pub(crate) ty: Type,
    pub(crate) mutability: Option<Token![mut]>,
    /// Whether the argument owns them, as a `Vec` does.
    pub(crate) is_vec: bool,
    /// What is stored for each element.
    pub(crate) value: Type,
}

/// The arguments that concern one entry and not many, and why.
const CONFLICTS: [(&str, &str); 3] = [
    ("background", "some elements may be fresh and others stale, so there is no single stale result"),
    ("shared", "a call would have to wait for every element"),
    ("stale_if_error", "some elements may be fresh and others stale, so there is no single stale result"),
];

impl Batch {
    /// Plans a batch if `each` is given, and reports what is wrong with it.
    pub(crate) fn new(args: &Args, function: &Function, key: &Key, errors: &mut Errors) -> Option<Self> {
        let argument = args.each.as_ref()?;
        for (other, why) in CONFLICTS {
            if let Some(later) = args.later("each", other) {
                errors.add(later, format!("`each` cannot be combined with `{other}`: {why}; remove one of the two"));
            }
        }
        if let Some(skip) = args.skip.iter().find(|skip| *skip == argument) {
            let wrong = format!(
                "each element of `{argument}` has a key, so `{argument}` cannot be skipped: remove it from `skip`"
            );
            errors.add(skip, wrong);
        }
        if args.key.is_none() {
            let example = format!("key = \"{}:{{id}}\"", function.sig.ident);
            errors
                .add(argument, format!("`each` needs a key in which a name stands for one element: write `{example}`"));
        }
        let elements = errors.ok(elements(argument, function));
        let value = errors.ok(value(function, argument));
        let (name, ty, is_vec) = elements?;
        let (argument, mutability) = (name.ident.clone(), name.mutability);
        Some(Batch { argument, element: key.element()?.clone(), ty, mutability, is_vec, value: value? })
    }
}

/// The argument that holds the elements, their type, and whether a `Vec` owns them.
fn elements<'f>(argument: &Ident, function: &'f Function) -> syn::Result<(&'f PatIdent, Type, bool)> {
    let found = function.sig.inputs.iter().find_map(|input| match input {
        FnArg::Typed(PatType { pat, ty, .. }) => match &**pat {
            Pat::Ident(name) if name.ident == *argument => Some((name, &**ty)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let Some((name, ty)) = found else {
        let hint = other_argument(&argument.to_string(), &function.arguments());
        return Err(Error::new(argument.span(), format!("there is no argument `{argument}`: {hint}")));
    };
    if let Type::Reference(reference) = ungrouped(ty)
        && let Type::Slice(slice) = ungrouped(&reference.elem)
        && reference.mutability.is_none()
    {
        return Ok((name, (*slice.elem).clone(), false));
    }
    if let Some([element]) = arguments_of(ty, "Vec").as_deref() {
        return Ok((name, (*element).clone(), true));
    }
    let wrong = format!("`each` needs a slice or a `Vec`: write `{argument}: &[u64]` or `{argument}: Vec<u64>`");
    Err(Error::new_spanned(ty, wrong))
}

/// The type of what is stored for each element.
fn value(function: &Function, argument: &Ident) -> syn::Result<Type> {
    let wrong = |what: &str| {
        format!(
            "with `each` a function returns a value for each element, not {what}: write `HashMap<u64, User>`, `Vec<User>` \
             (one value per element, in order), or a `Result` of one of them"
        )
    };
    let Some(whole) = function.result() else { return Err(Error::new(argument.span(), wrong("nothing"))) };
    let inner = return_type::ok(whole).unwrap_or(whole);
    match (arguments_of(inner, "HashMap").as_deref(), arguments_of(inner, "Vec").as_deref()) {
        (Some([_, value, ..]), _) | (_, Some([value])) => Ok((*value).clone()),
        _ => Err(Error::new_spanned(inner, wrong(&format!("`{}`", words(inner))))),
    }
}
