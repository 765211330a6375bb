//! Owned arguments, of which a key takes references; here no caller outside of the crate excuses a form.

use std::borrow::Cow;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cache_runtime::cached;

/// Owns its arguments, of which its key takes references.
#[cached(key = "{text}:{name}:{parts.owned}", skip(path))]
fn owned(text: String, name: Cow<'_, str>, parts: Parts, path: PathBuf) -> String {
    text + &name + &parts.owned + &path.into_os_string().to_string_lossy()
}

/// Text of its own.
#[derive(Debug, Clone)]
struct Parts {
    owned: String,
}

/// Owns arguments of a default key.
#[cached]
async fn owned_async(text: String, parts: Vec<String>, path: PathBuf, name: Cow<'_, str>) -> Vec<String> {
    std::future::ready(()).await;
    [text, name.into_owned(), path.into_os_string().to_string_lossy().into_owned()].into_iter().chain(parts).collect()
}

/// Borrows its arguments.
#[cached(tags = ["{text}"], expires_in = Duration::from_secs(seconds))]
fn borrowed(text: &str, parts: &[String], path: &Path, seconds: u64) -> usize {
    text.len() + parts.len() + path.as_os_str().len() + usize::from(seconds > 5)
}

/// Owns elements, and what it needs to load them.
#[cached(each = names, key = "{tenant}:{name}", skip(path))]
async fn owned_each(names: Vec<String>, tenant: String, path: PathBuf) -> Vec<String> {
    std::future::ready(()).await;
    names.into_iter().map(|name| format!("{tenant}{name}{}", path.display())).collect()
}

/// Owns an argument of any type.
#[cached(key = "{text}:{value}", skip(copy))]
fn owned_generic<T: Display>(text: String, value: T, copy: impl Fn(T) -> T) -> String {
    text + &copy(value).to_string()
}

/// Works with its own arguments while the old value is served.
#[cached(key = "{text}:{path}", race_ttl = 5, background)]
fn owned_in_the_background(text: String, path: String) -> String {
    text + &path
}

/// Takes as many arguments as clippy accepts; the companion `prime` takes a value instead of the skipped one.
#[cached(skip(a))]
fn seven(a: String, b: String, c: Vec<u8>, d: u8, e: u8, f: u8, g: u8) -> usize {
    a.into_bytes().len()
        + b.into_bytes().len()
        + c.into_iter().map(usize::from).sum::<usize>()
        + usize::from(d + e + f + g)
}

struct Shop {
    id: u64,
}

impl Shop {
    /// Owns its arguments.
    #[cached(key = "{self.id}:{text}:{name}", skip(parts), tags = ["{text}"])]
    fn owned(self, text: String, name: Cow<'_, str>, parts: Vec<u8>) -> String {
        format!("{}{}{}", text + &name, self.id, parts.into_iter().map(u64::from).sum::<u64>())
    }

    /// Owns its arguments.
    #[cached(key = "{self.id}:{text}:{path}")]
    async fn owned_async(&mut self, text: String, path: String) -> String {
        self.id += std::future::ready(1).await;
        text + &path
    }

    /// Shares itself.
    #[cached(key = "{self.id}:{text}")]
    fn counted(self: Arc<Self>, text: String) -> String {
        text + &self.id.to_string()
    }
}

/// Calls functions with owned arguments.
#[must_use]
pub fn owned_arguments() -> Vec<String> {
    let text = || "a".to_owned();
    let parts = || Parts { owned: "p".to_owned() };
    drop((owned_async(text(), vec![], "/".into(), "b".into()), owned_each(vec![text()], text(), "/".into())));
    drop(Shop { id: 1 }.owned_async(text(), text()));
    vec![
        owned(text(), "b".into(), parts(), "/".into()),
        borrowed("a", &[], Path::new(""), 1).to_string(),
        seven(text(), text(), vec![1], 1, 1, 1, 1).to_string(),
        owned_generic(text(), 1, |n| n + 1),
        owned_in_the_background(text(), text()),
        Shop { id: 3 }.owned(text(), "b".into(), vec![1]),
        Arc::new(Shop { id: 3 }).counted(text()),
    ]
}
