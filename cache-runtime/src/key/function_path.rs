//! The path of an annotated function, as the compiler names it.
//!
//! The type name of a closure contains the type arguments of everything around it: of the function, and of the `impl` or
//! trait. The type name of an item inside the function contains the surroundings as they are written:
//!
//! ```text
//! fn in `impl<T> Repo<T>`   shop::Repo<u8>::load<bool>::{{closure}}      shop::Repo<_>::load::here
//! trait's default method    <shop::Tea as shop::Priced>::price::{{closure}}   shop::Priced::price::here
//! plain `async fn`          shop::fetch::{{closure}}::{{closure}}       shop::fetch::{{closure}}::here
//! ```

use std::any::type_name;
use std::borrow::Cow;

const CLOSURE: &str = "::{{closure}}";

/// The path of an annotated function, with and without type arguments.
#[derive(Clone, Debug)]
pub struct FunctionPath {
    /// The path of the function with the type arguments of this instance.
    instance: Cow<'static, str>,
    /// The path of the function as it is written.
    written: Cow<'static, str>,
}

impl FunctionPath {
    /// For a function whose own type arguments are enough to tell its instances apart.
    pub const PLAIN: FunctionPath = FunctionPath { instance: Cow::Borrowed(""), written: Cow::Borrowed("") };

    /// The path of the function that contains `closure` and `item`, a function without generics.
    ///
    /// To the compiler, the body of an `async fn` is a closure of its own. It is left out.
    pub fn of<C, I>(_closure: &C, _item: &I, is_async: bool) -> Self {
        FunctionPath::from_type_names(type_name::<C>(), type_name::<I>(), is_async)
    }

    /// The path of an annotated function, from its companion: the companion's path ends in `end`, the function's in `meant`.
    pub fn beside<C, I>(_closure: &C, _item: &I, end: &str, meant: &str) -> Self {
        FunctionPath::from_type_names(type_name::<C>(), type_name::<I>(), false).with_end(end, meant)
    }

    fn with_end(self, end: &str, meant: &str) -> Self {
        FunctionPath { instance: ending(self.instance, end, meant), written: ending(self.written, end, meant) }
    }

    // Without generics, because what is generic is compiled for every annotated function.
    fn from_type_names(closure: &'static str, item: &'static str, is_async: bool) -> Self {
        FunctionPath {
            instance: Cow::Borrowed(function(without_closure(closure), is_async)),
            written: Cow::Borrowed(function(item.rsplit_once("::").map_or(item, |(function, _)| function), is_async)),
        }
    }

    /// The function's path with all type arguments.
    pub(super) fn path(&self) -> &str {
        &self.instance
    }

    /// The surroundings of the function, if they are generic.
    ///
    /// The function's own type arguments do not count. Where possible it is the `impl` or trait without the function, so
    /// that functions of one `impl` can share a template.
    pub(super) fn surroundings(&self) -> Option<&str> {
        if self.has_plain_surroundings() {
            return None;
        }
        let name = self.written.rsplit_once("::").map_or(&*self.written, |(_, name)| name);
        let around = self.instance.strip_suffix(name).and_then(|around| around.strip_suffix("::"));
        Some(around.unwrap_or(&self.instance))
    }

    /// Whether all instances of the function have the same surroundings.
    fn has_plain_surroundings(&self) -> bool {
        let own = self.instance.strip_prefix(&*self.written);
        own.is_some_and(|own| own.is_empty() || own.starts_with('<') || own.starts_with("::<"))
    }

    /// Whether another function may have this path: closures and async blocks have no names.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.written.contains("{{closure}}")
    }
}

fn function(body: &'static str, is_async: bool) -> &'static str {
    if is_async { without_closure(body) } else { body }
}

/// The path with another end, which type arguments may follow.
fn ending(path: Cow<'static, str>, end: &str, meant: &str) -> Cow<'static, str> {
    let found = match path {
        Cow::Borrowed(path) => path.rsplit_once(end),
        Cow::Owned(_) => None,
    };
    match found {
        Some((function, "")) if meant.is_empty() => Cow::Borrowed(function),
        Some((function, types)) => Cow::Owned([function, meant, types].concat()),
        None => path,
    }
}

fn without_closure(path: &'static str) -> &'static str {
    path.strip_suffix(CLOSURE).unwrap_or(path)
}
