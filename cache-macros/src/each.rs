//! `each`: a function of many elements, each of which has a key and a value of its own.

use proc_macro2::Ident;
use syn::{Error, FnArg, GenericArgument, Pat, PatType, PathArguments, ReturnType, Token, Type, TypePath};

use crate::args::Args;
use crate::key::Key;
use crate::mistakes::Mistakes;
use crate::returns::{self, as_path, words};
use crate::signature::Function;

/// What is known of the elements.
pub(crate) struct Each {
    /// The argument that holds them.
    pub(crate) argument: Ident,
    /// The name of one of them, in the key.
    pub(crate) element: Ident,
    pub(crate) ty: Type,
    pub(crate) mutability: Option<Token![mut]>,
    /// Whether the argument owns them, as a `Vec` does.
    pub(crate) is_vec: bool,
    /// What is kept of each.
    pub(crate) value: Type,
}

/// With these the whole would have to be known before one of its parts.
const NOT_BESIDE: [(&str, &str); 3] = [
    ("background", "each of them may be fresh or old, so that there is no one old answer"),
    ("shared", "each of them would have to be waited for"),
    ("stale_if_error", "each of them may be fresh or old, so that there is no one old answer"),
];

impl Each {
    /// Plans it, if it is asked for, and reports what is wrong with it.
    pub(crate) fn new(args: &Args, function: &Function, key: &Key, mistakes: &mut Mistakes) -> Option<Self> {
        let argument = args.each.as_ref()?;
        conflicts(args, mistakes);
        if let Some(skip) = args.skip.iter().find(|skip| *skip == argument) {
            mistakes.add(skip, format!("each of `{argument}` has a key, so they cannot be skipped: remove it here"));
        }
        if args.key.is_none() {
            let wrong = format!(
                "each of `{argument}` has a key of its own, which only you can name: write `key = \"{}:{{id}}\"`",
                function.sig.ident
            );
            mistakes.add(argument, wrong);
        }
        let elements = mistakes.keep(elements(argument, function));
        let value = mistakes.keep(value(function, argument));
        let (ty, is_vec, mutability) = elements?;
        let (argument, element) = (argument.clone(), key.element()?.clone());
        Some(Each { argument, element, ty, mutability, is_vec, value: value? })
    }
}

fn conflicts(args: &Args, mistakes: &mut Mistakes) {
    for (other, why) in NOT_BESIDE {
        if let Some(later) = args.later("each", other) {
            mistakes.add(later, format!("`each` and `{other}` do not go together: {why}; remove one of the two"));
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
        format!("`each` goes over a slice or a `Vec`: write `{argument}: &[u64]` or `Vec<u64>`"),
    ))
}

/// The type of what is kept of each.
fn value(function: &Function, argument: &Ident) -> syn::Result<Type> {
    let output = &function.sig.output;
    let ReturnType::Type(_, whole) = output else {
        return Err(Error::new(argument.span(), wrong_answer("nothing")));
    };
    let answer = returns::ok(output).unwrap_or(whole);
    let path = as_path(answer);
    let map = path.and_then(|path| arguments_of(path, "HashMap"));
    let list = path.and_then(|path| arguments_of(path, "Vec"));
    match (map.as_deref(), list.as_deref()) {
        (Some([_, value, ..]), _) | (_, Some([value])) => Ok((*value).clone()),
        _ => Err(Error::new_spanned(answer, wrong_answer(&format!("`{}`", words(answer))))),
    }
}

fn wrong_answer(what: &str) -> String {
    format!(
        "with `each` a function returns a value for each element, not {what}: write `HashMap<u64, User>`, or `Vec<User>` for \
         one each in the order asked, or a `Result` of either"
    )
}

/// The type arguments of a type that is spelt so.
fn arguments_of<'t>(path: &'t TypePath, name: &str) -> Option<Vec<&'t Type>> {
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}
