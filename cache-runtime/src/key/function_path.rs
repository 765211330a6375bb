//! The path of an annotated function, as the compiler names it.
//!
//! The type name of a closure contains the type arguments of everything around it: of the function, and of the `impl` or
//! trait. The type name of an item inside the function contains the surroundings as they are written:
//!
//! ```text
//! fn in `impl<T> Repo<T>`   shop::Repo<u8>::load<bool>::{{closure}}      shop::Repo<_>::load::here
//! trait's default method    <shop::Tea as shop::Priced>::price::{{closure}}   shop::Priced::price::here
//! plain `async fn`          shop::fetch::{{closure}}::{{closure}}       shop::fetch::{{closure}}::here
//! fn in a function          shop::outer::load::{{closure}}              shop::outer::load::here
//! ```
//!
//! Blocks, closures and the bodies of `async` functions have no names, so what is declared in them may have the path of
//! something else. Such a path is ambiguous.

use std::any::{TypeId, type_name};
use std::borrow::Cow;
use std::hash::Hash;

use super::identity;
use crate::{Error, ErrorKind, Result};

const CLOSURE: &str = "::{{closure}}";

/// The path of an annotated function, with and without type arguments.
#[derive(Clone, Debug)]
pub struct FunctionPath {
    /// The path of the function with the type arguments of this instance.
    instance: Cow<'static, str>,
    /// The path of the function as it is written.
    written: Cow<'static, str>,
    /// Where the function is declared.
    surroundings: Surroundings,
    /// Which function it is: the type of a closure in it.
    id: Option<TypeId>,
}

/// Where a function is declared.
#[derive(Clone, Copy, Debug)]
struct Surroundings {
    /// The path of the module.
    module: &'static str,
    /// Whether it belongs to an `impl` or a trait, as far as its signature shows.
    in_impl: bool,
}

impl FunctionPath {
    /// For a function whose own type arguments are enough to tell its instances apart.
    pub const PLAIN: FunctionPath = FunctionPath {
        instance: Cow::Borrowed(""),
        written: Cow::Borrowed(""),
        surroundings: Surroundings { module: "", in_impl: false },
        id: None,
    };

    /// The path of the function that contains `closure` and `item`, a function without generics.
    ///
    /// To the compiler, the body of an `async fn` is a closure of its own. It is left out.
    pub fn of<C, I>(_closure: &C, _item: &I, module: &'static str, in_impl: bool, is_async: bool) -> Self {
        let surroundings = Surroundings { module, in_impl };
        let path = FunctionPath::from_type_names(type_name::<C>(), type_name::<I>(), surroundings, is_async);
        FunctionPath { id: Some(typeid::of::<C>()), ..path }
    }

    /// The path of an annotated function, from its companion: the companion's path ends in `end`, the function's in `meant`.
    pub fn beside<C, I>(closure: &C, item: &I, module: &'static str, in_impl: bool, end: &str, meant: &str) -> Self {
        FunctionPath::of(closure, item, module, in_impl, false).with_end(end, meant)
    }

    fn with_end(self, end: &str, meant: &str) -> Self {
        let (instance, written) = (ending(self.instance, end, meant), ending(self.written, end, meant));
        FunctionPath { instance, written, ..self }
    }

    // Without generics, because what is generic is compiled for every annotated function.
    fn from_type_names(closure: &'static str, item: &'static str, surroundings: Surroundings, is_async: bool) -> Self {
        FunctionPath {
            surroundings,
            id: None,
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

    /// Whether another function may have this path.
    pub(super) fn is_ambiguous(&self) -> bool {
        let Surroundings { module, in_impl } = self.surroundings;
        // The compiler names a module `match` with `r#` and its items without.
        let module = &*module.replace("r#", "");
        let around = self.written.rsplit_once("::").map_or("", |(around, _)| around);
        // Only an `impl` or a trait has generics in its path.
        if !in_impl && !around.contains('<') {
            return around != module;
        }
        // The `impl` stands in the module itself, where no type of a function can be named.
        let in_module = around.strip_prefix(module).is_some_and(|rest| rest.starts_with("::<impl "));
        // The paths of the type and of the trait.
        let mut paths = around.split(|c: char| !(c.is_alphanumeric() || "_:{}".contains(c)));
        !in_module && paths.any(|path| is_local(path, module))
    }

    /// Checks that no other function makes this key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`] if one does.
    pub(super) fn check(&self, key: impl Hash) -> Result<()> {
        if self.id.is_none_or(|id| identity::belongs(key, id)) {
            return Ok(());
        }
        let path = &self.instance;
        let wrong =
            format!("two functions or types are named `{path}`, so a key cannot tell them apart: rename one of them");
        Err(Error::new(ErrorKind::Key, wrong))
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

/// Whether the path of a type seems to lead into a function: it is longer than that of a type in the module.
fn is_local(path: &str, module: &str) -> bool {
    let inside = path.strip_prefix(module).and_then(|inside| inside.strip_prefix("::"));
    inside.is_some_and(|inside| inside.contains("::")) || path.contains(CLOSURE)
}

fn without_closure(path: &'static str) -> &'static str {
    path.strip_suffix(CLOSURE).unwrap_or(path)
}
