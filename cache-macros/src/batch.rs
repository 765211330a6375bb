//! `each`: a function of many elements, each of which has an entry of its own.

use proc_macro2::Ident;
use syn::{Error, FnArg, GenericArgument, Pat, PatType, PathArguments, ReturnType, Token, Type, TypePath};

use crate::args::Args;
use crate::errors::Errors;
use crate::key::Key;
use crate::return_type::{self, as_path, words};
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
        conflicts(args, errors);
        if let Some(skip) = args.skip.iter().find(|skip| *skip == argument) {
            errors.add(
                skip,
                format!(
                    "each element of `{argument}` has a key, so `{argument}` cannot be skipped: remove it from `skip`"
                ),
            );
        }
        if args.key.is_none() {
            let message = format!(
                "`each` needs a key in which a name stands for one element: write `key = \"{}:{{id}}\"`",
                function.sig.ident
            );
            errors.add(argument, message);
        }
        let elements = errors.ok(elements(argument, function));
        let value = errors.ok(value(function, argument));
        let (ty, is_vec, mutability) = elements?;
        let (argument, element) = (argument.clone(), key.element()?.clone());
        Some(Batch { argument, element, ty, mutability, is_vec, value: value? })
    }
}

fn conflicts(args: &Args, errors: &mut Errors) {
    for (other, why) in CONFLICTS {
        if let Some(later) = args.later("each", other) {
            errors.add(later, format!("`each` cannot be combined with `{other}`: {why}; remove one of the two"));
        }
    }
}

/// The type of the elements.
fn elements(argument: &Ident, function: &Function) -> syn::Result<(Type, bool, Option<Token![mut]>)> {
    let found = function.sig.inputs.iter().find_map(|input| match input {
        FnArg::Typed(PatType { pat, ty, .. }) => match &**pat {
            Pat::Ident(name) if name.ident == *argument => Some((&**ty, name.mutability)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let Some((ty, mutability)) = found else {
        let names = function.arguments();
        let hint = crate::key::other_argument(&argument.to_string(), &names);
        return Err(Error::new(argument.span(), format!("there is no argument `{argument}`: {hint}")));
    };
    if let Type::Reference(reference) = ty
        && let Type::Slice(slice) = &*reference.elem
        && reference.mutability.is_none()
    {
        return Ok(((*slice.elem).clone(), false, mutability));
    }
    if let Some([element]) = as_path(ty).and_then(|path| arguments_of(path, "Vec")).as_deref() {
        return Ok(((*element).clone(), true, mutability));
    }
    Err(Error::new_spanned(
        ty,
        format!("`each` needs a slice or a `Vec`: write `{argument}: &[u64]` or `{argument}: Vec<u64>`"),
    ))
}

/// The type of what is stored for each element.
fn value(function: &Function, argument: &Ident) -> syn::Result<Type> {
    let output = &function.sig.output;
    let ReturnType::Type(_, whole) = output else {
        return Err(Error::new(argument.span(), wrong_output("nothing")));
    };
    let inner = return_type::ok(output).unwrap_or(whole);
    let path = as_path(inner);
    let map = path.and_then(|path| arguments_of(path, "HashMap"));
    let list = path.and_then(|path| arguments_of(path, "Vec"));
    match (map.as_deref(), list.as_deref()) {
        (Some([_, value, ..]), _) | (_, Some([value])) => Ok((*value).clone()),
        _ => Err(Error::new_spanned(inner, wrong_output(&format!("`{}`", words(inner))))),
    }
}

fn wrong_output(what: &str) -> String {
    format!(
        "with `each` a function returns a value for each element, not {what}: write `HashMap<u64, User>`, `Vec<User>` (one \
         value per element, in order), or a `Result` of one of them"
    )
}

/// The type arguments of a type with this name.
fn arguments_of<'t>(path: &'t TypePath, name: &str) -> Option<Vec<&'t Type>> {
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}
