//! Which return types a cached function may have, as far as their tokens show. The compiler checks the rest.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::visit::Visit;
use syn::{
    GenericArgument, PathArguments, PathSegment, ReturnType, Type, TypeImplTrait, TypeNever, TypeParamBound, TypePath,
    TypeReference,
};

use crate::errors::Errors;
use crate::signature::{Function, place_of};

impl Function {
    /// Whether its result is a future: an `async fn`, or one that returns a boxed future.
    pub(crate) fn is_async(&self) -> bool {
        self.sig.asyncness.is_some() || self.boxed_output().is_some()
    }

    /// The output of the boxed future that the function returns, as a method does below `#[async_trait]`.
    pub(crate) fn boxed_output(&self) -> Option<&Type> {
        match &self.sig.output {
            ReturnType::Type(_, ty) if self.sig.asyncness.is_none() => boxed_output(ty),
            _ => None,
        }
    }

    /// The type of the result: of a boxed future, its output.
    pub(crate) fn result(&self) -> Option<&Type> {
        match &self.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(self.boxed_output().unwrap_or(ty)),
        }
    }
}

/// Reports the parts of a return type that cannot be stored.
pub(crate) fn check(ty: &Type, errors: &mut Errors) {
    ReturnTypeCheck(errors).visit_type(ty);
}

/// The `Ok` of a type that is named `Result`.
pub(crate) fn ok(ty: &Type) -> Option<&Type> {
    arguments_of(ty, "Result")?.first().copied()
}

/// Whether a type is known by its name to be no `Result`, so that the compiler need not be asked. An alias of a `Result` may
/// have such a name too: that is found out at run time.
pub(crate) fn is_no_result(ty: &Type) -> bool {
    const NAMES: [&str; 11] = [
        "String",
        "Option",
        "Vec",
        "HashMap",
        "HashSet",
        "BTreeMap",
        "BTreeSet",
        "Arc",
        "Box",
        "Duration",
        "SystemTime",
    ];
    match ungrouped(ty) {
        Type::Tuple(_) | Type::Array(_) => true,
        ty => is_primitive(ty) || NAMES.iter().any(|name| last_name(ty).is_some_and(|last| last == name)),
    }
}

/// Whether a type is by its name a primitive one: a number, a `bool`, a `char` or a `str`.
pub(crate) fn is_primitive(ty: &Type) -> bool {
    const NAMES: [&str; 15] =
        ["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "bool", "char", "str"];
    as_path(ty).is_some_and(|path| NAMES.iter().any(|name| path.path.is_ident(name)))
}

fn last_name(ty: &Type) -> Option<&Ident> {
    Some(&as_path(ty)?.path.segments.last()?.ident)
}

/// The output of a boxed future: `Pin<Box<dyn Future<Output = T> + …>>`, or `BoxFuture<'_, T>` of the crate `futures`.
fn boxed_output(ty: &Type) -> Option<&Type> {
    for alias in ["BoxFuture", "LocalBoxFuture"] {
        if let Some([output]) = arguments_of(ty, alias).as_deref() {
            return Some(output);
        }
    }
    let pinned = arguments_of(ty, "Pin")?;
    let boxed = arguments_of(pinned.first()?, "Box")?;
    let Type::TraitObject(object) = ungrouped(boxed.first()?) else { return None };
    object.bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let future = bound.path.segments.last().filter(|last| last.ident == "Future")?;
        let PathArguments::AngleBracketed(arguments) = &future.arguments else { return None };
        arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(assigned) if assigned.ident == "Output" => Some(&assigned.ty),
            _ => None,
        })
    })
}

/// The type arguments of a type with this name.
pub(crate) fn arguments_of<'t>(ty: &'t Type, name: &str) -> Option<Vec<&'t Type>> {
    let last = as_path(ty)?.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}

/// The type as a path.
pub(crate) fn as_path(ty: &Type) -> Option<&TypePath> {
    if let Type::Path(path) = ungrouped(ty) { Some(path) } else { None }
}

/// The type without parentheses, and without the invisible groups in which a `macro_rules!` macro passes one.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        other => other,
    }
}

struct ReturnTypeCheck<'m>(&'m mut Errors);

impl<'a> Visit<'a> for ReturnTypeCheck<'_> {
    fn visit_type_reference(&mut self, found: &'a TypeReference) {
        let wrong = format!("a cached value owns its data: {}", owned_form(found));
        self.0.add(found, wrong);
    }

    fn visit_type_impl_trait(&mut self, found: &'a TypeImplTrait) {
        let wrong = match contains(found, "Future") {
            true => "a future cannot be stored, but its output can: make this an `async fn`",
            false => "a cached value is read back from the store, so its type needs a name: write it, as in `Vec<u64>`",
        };
        self.0.add(found, wrong);
    }

    fn visit_type_path(&mut self, found: &'a TypePath) {
        // Not the whole type, which `boxed_output` recognises.
        let is_pinned = found.path.segments.last().is_some_and(|last| last.ident == "Pin");
        if is_pinned && contains(found, "dyn") && contains(found, "Future") {
            let wrong = "a boxed future cannot be stored, but its output can: write it as \
                         `Pin<Box<dyn Future<Output = …> + Send>>`, and nothing around it";
            return self.0.add(found, wrong);
        }
        syn::visit::visit_type_path(self, found);
    }

    fn visit_type_never(&mut self, found: &'a TypeNever) {
        self.0.add(found, "a function that never returns has nothing to store: remove `#[cached]`");
    }

    /// An `Err` is not stored, so it may borrow: of a `Result` only the first argument counts.
    fn visit_path_segment(&mut self, segment: &'a PathSegment) {
        if segment.ident != "Result" {
            return syn::visit::visit_path_segment(self, segment);
        }
        let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return };
        for (at, argument) in arguments.args.iter().enumerate() {
            match argument {
                GenericArgument::Type(ty) if at > 0 => UnnamedTypeCheck(self.0).visit_type(ty),
                argument => self.visit_generic_argument(argument),
            }
        }
    }
}

/// Looks only for types without a name. Not even an `Err` may be one, because the expansion writes the whole type.
struct UnnamedTypeCheck<'m>(&'m mut Errors);

impl<'a> Visit<'a> for UnnamedTypeCheck<'_> {
    fn visit_type_impl_trait(&mut self, found: &'a TypeImplTrait) {
        ReturnTypeCheck(self.0).visit_type_impl_trait(found);
    }
}

fn contains(tokens: &impl ToTokens, word: &str) -> bool {
    place_of(tokens.to_token_stream(), word).is_some()
}

/// The owned type to write instead of a reference.
fn owned_form(reference: &TypeReference) -> String {
    let written = words(reference);
    let owned = match &*reference.elem {
        Type::Slice(slice) => format!("Vec<{}>", words(&slice.elem)),
        elem => match words(elem).as_str() {
            "str" => "String".to_owned(),
            "Path" => "PathBuf".to_owned(),
            text @ ("OsStr" | "CStr") => format!("{text}ing"),
            other => other.to_owned(),
        },
    };
    format!("write `{owned}` instead of `{written}`")
}

/// The tokens as a person would space them.
pub(crate) fn words(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (spaced, tight) in
        [("& ", "&"), (" <", "<"), ("< ", "<"), (" >", ">"), (" ::", "::"), (":: ", "::"), (" ,", ",")]
    {
        text = text.replace(spaced, tight);
    }
    text
}
