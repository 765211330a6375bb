//! How the tags get into an environment.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cache_runtime::Cache;
use cache_templates::explain::{Explainer, FragmentEvent};
use cache_templates::key_conflicts::KeyConflicts;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, TemplateSource, path_loader};

use crate::digest::{Digests, ListTemplates};
use crate::functions::{self, Tags};
use crate::names::{Names, PROTECTED};
use crate::statements::{rewrite_loaded, rewrite_protected};

/// Adds the tags `cache` and `cache_each` to an environment, and sets a loader whose templates may have them.
///
/// This is [`CacheTag::install`] with the usual settings.
///
/// ```
/// use cache_runtime::Cache;
/// use minijinja::{Environment, context};
///
/// let mut env = Environment::new();
/// cache_minijinja::install(&mut env, &Cache::memory(), |name: &str| {
///     Ok((name == "menu.html").then_some("{% cache 'menu' %}<nav>{{ title }}</nav>{% endcache %}"))
/// });
/// let menu = env.get_template("menu.html")?;
/// assert_eq!(menu.render(context! { title => "Tea" })?, "<nav>Tea</nav>");
/// assert_eq!(menu.render(context! { title => "is not rendered again" })?, "<nav>Tea</nav>");
/// # Ok::<(), minijinja::Error>(())
/// ```
pub fn install<R: Into<TemplateSource>>(
    env: &mut Environment<'_>,
    cache: &Cache,
    loader: impl Fn(&str) -> Result<Option<R>, Error> + Send + Sync + 'static,
) {
    CacheTag::new(cache).install(env, loader);
}

/// Adds the tags `cache` and `cache_each` to an environment, and loads templates from a folder.
///
/// This is [`CacheTag::install_folder`] with the usual settings.
///
/// ```
/// # use cache_runtime::Cache;
/// # use minijinja::Environment;
/// let mut env = Environment::new();
/// cache_minijinja::install_folder(&mut env, &Cache::memory(), "views");
/// env.set_auto_reload(cfg!(debug_assertions)); // in production a template does not change
/// ```
pub fn install_folder(env: &mut Environment<'_>, cache: &Cache, folder: impl AsRef<Path>) {
    CacheTag::new(cache).install_folder(env, folder);
}

/// The loader of an environment without one, to which templates are added with [`rewrite`](crate::rewrite).
///
/// # Errors
///
/// None.
pub fn no_loader(_: &str) -> Result<Option<String>, Error> {
    Ok(None)
}

/// The settings of the tags.
///
/// ```
/// use cache_minijinja::{CacheTag, no_loader};
/// use cache_runtime::Cache;
/// use minijinja::Environment;
///
/// let mut env = Environment::new();
/// CacheTag::new(&Cache::memory()).protect(["account"]).explain(true).install(&mut env, no_loader);
/// ```
#[derive(Clone)]
#[must_use = "nothing is installed before `install`"]
pub struct CacheTag {
    cache: Cache,
    protected: Names,
    explainer: Explainer,
    skips_digest: bool,
}

impl CacheTag {
    /// Starts with the usual settings, and stores fragments in this cache.
    ///
    /// The cache may be a view: with its lifetime, its namespace, and so on.
    pub fn new(cache: &Cache) -> Self {
        CacheTag {
            cache: cache.clone(),
            protected: PROTECTED.map(str::to_owned).into(),
            explainer: Explainer::default(),
            skips_digest: false,
        }
    }

    /// Adds names of variables that differ from user to user.
    ///
    /// A fragment that reads one of them, while its key does not name it, is an error. `current_user`, `session`,
    /// `csrf_token`, `csrf_input`, `request` and `flash` are protected from the start.
    pub fn protect(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.protected.extend(names.into_iter().map(Into::into));
        self
    }

    /// Removes names from the protected ones, because in this program they are the same for all.
    pub fn unprotect(mut self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        for name in names {
            self.protected.remove(name.as_ref());
        }
        self
    }

    /// Calls a function for each fragment that was shown, on the thread that renders, so that a page can list what was
    /// rendered again.
    ///
    /// ```
    /// use cache_minijinja::{CacheTag, Outcome};
    /// use cache_runtime::Cache;
    /// use std::sync::{Arc, Mutex};
    ///
    /// let seen = Arc::new(Mutex::new(Vec::new()));
    /// let collector = Arc::clone(&seen);
    /// let mut env = minijinja::Environment::new();
    /// CacheTag::new(&Cache::memory())
    ///     .observe(move |event| collector.lock().unwrap().push((event.key.to_owned(), event.outcome)))
    ///     .install(&mut env, |_: &str| Ok(Some("{% cache 'menu' %}<nav>{% endcache %}")));
    /// env.get_template("menu.html")?.render(())?;
    /// assert_eq!(*seen.lock().unwrap(), [("menu".to_owned(), Outcome::Rendered)]);
    /// # Ok::<(), minijinja::Error>(())
    /// ```
    pub fn observe(mut self, observer: impl Fn(&FragmentEvent<'_>) + Send + Sync + 'static) -> Self {
        self.explainer.observe(observer);
        self
    }

    /// Puts HTML comments around each fragment in HTML templates: whether it was a hit, how old it is, its tag and its key.
    ///
    /// It is for development: keys are visible to everybody who reads the page, and a comment is no comment inside
    /// `<script>`, `<title>` or an attribute. The comments are not stored.
    /// [`replace_explanations`](crate::replace_explanations) makes something visible of them.
    pub fn explain(mut self, explains: bool) -> Self {
        self.explainer.writes_comments = explains;
        self
    }

    /// Leaves the digests of templates out of keys, so that a changed template shows old fragments until they expire.
    ///
    /// For programs that share their fragments with another one, or that name a version themselves. A tag does the same
    /// with `skip_digest=true`.
    pub fn skip_digest(mut self, skips: bool) -> Self {
        self.skips_digest = skips;
        self
    }

    /// Rewrites the tags of a source, for `add_template` and `render_str`, with the protected variables of these settings.
    ///
    /// ```
    /// use cache_minijinja::{CacheTag, no_loader};
    /// use minijinja::{Environment, context};
    ///
    /// let tag = CacheTag::new(&cache_runtime::Cache::memory()).unprotect(["request"]);
    /// let mut env = Environment::new();
    /// let source = tag.rewrite("a.html", "{% cache 'host' %}{{ request.host }}{% endcache %}", env.syntax())?;
    /// tag.install(&mut env, no_loader);
    /// env.add_template_owned("a.html", source)?;
    /// assert_eq!(env.get_template("a.html")?.render(context! { request => context! { host => "localhost" } })?, "localhost");
    /// # Ok::<(), minijinja::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`rewrite`](crate::rewrite).
    pub fn rewrite(&self, name: &str, source: &str, syntax: &SyntaxConfig) -> Result<String, Error> {
        rewrite_protected(name, source, syntax, &self.protected)
    }

    /// Adds the tags to an environment, and sets a loader whose templates may have them.
    ///
    /// The loader takes the place of the one before. Its sources are rewritten, so set the environment's syntax first. With
    /// [`set_auto_reload`](Environment::set_auto_reload), which is on from the start, the loader is asked again each time a
    /// template is used, and what has changed is reloaded; an up-to-date check of its own has no effect.
    pub fn install<R: Into<TemplateSource>>(
        self,
        env: &mut Environment<'_>,
        loader: impl Fn(&str) -> Result<Option<R>, Error> + Send + Sync + 'static,
    ) {
        self.install_listed(env, move |name| Ok(loader(name)?.map(|source| source.into().source().to_owned())), None);
    }

    /// The same with templates of a folder. Patterns in `{# Template Dependency: cards/* #}` find its files.
    pub fn install_folder(self, env: &mut Environment<'_>, folder: impl AsRef<Path>) {
        let folder = folder.as_ref().to_owned();
        let loader = path_loader(&folder);
        let list: ListTemplates = Arc::new(move || files(&folder));
        self.install_listed(env, move |name| Ok(loader(name)?.map(|source| source.source().to_owned())), Some(list));
    }

    fn install_listed(
        self,
        env: &mut Environment<'_>,
        loader: impl Fn(&str) -> Result<Option<String>, Error> + Send + Sync + 'static,
        list: Option<ListTemplates>,
    ) {
        let (syntax, loader) = (env.syntax().clone(), Arc::new(loader));
        env.set_loader(move |name| {
            let Some(source) = loader(name)? else { return Ok(None) };
            let rewritten = rewrite_loaded(name, &source, &syntax)?;
            let (loader, name) = (Arc::clone(&loader), name.to_owned());
            let is_current = move || loader(&name).is_ok_and(|now| now.as_ref() == Some(&source));
            Ok(Some(TemplateSource::new(rewritten).with_uptodate_check(is_current)))
        });
        let CacheTag { cache, protected, explainer, skips_digest } = self;
        let digests = Digests::new(protected, list);
        functions::install(env, Tags { cache, digests, explainer, skips_digest, conflicts: KeyConflicts::default() });
    }
}

impl fmt::Debug for CacheTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheTag").field("protected", &self.protected).finish_non_exhaustive()
    }
}

/// The files of a folder, as names of templates.
fn files(folder: &Path) -> Vec<String> {
    let (mut names, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(inside) = folders.pop() {
        let entries = fs::read_dir(&inside).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            if path.is_dir() { folders.push(path) } else { names.extend(name(folder, path)) }
        }
    }
    names
}

fn name(folder: &Path, file: PathBuf) -> Option<String> {
    let below = file.strip_prefix(folder).ok()?;
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}
