//! Templates with tags, and the `Tera` that renders them.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cache_runtime::Cache;
use cache_templates::explain::{Explainer, FragmentEvent};
use cache_templates::key_conflicts::KeyConflicts;
use cache_templates::protection::{Names, PROTECTED};
use cache_templates::rewrite::rewrite;
use cache_templates::scanner::Syntax;
use tera::{Context, Delimiters, Error, Tera, TeraResult};

use crate::digest::{Digests, Sources};
use crate::functions::{self, Tags};
use crate::reads::problem;
use crate::renders;
use crate::statements::InTemplate;

/// A [`Tera`] whose templates may have `cache` tags.
///
/// ```
/// use cache_runtime::Cache;
/// use cache_tera::Templates;
/// use tera::Context;
///
/// let mut templates = Templates::new(&Cache::memory());
/// templates.add("menu.html", "{% cache 'menu' %}<nav>{{ title }}</nav>{% endcache %}")?;
///
/// let mut context = Context::new();
/// context.insert("title", "Tea");
/// assert_eq!(templates.render("menu.html", &context)?, "<nav>Tea</nav>");
/// context.insert("title", "is not rendered again");
/// assert_eq!(templates.render("menu.html", &context)?, "<nav>Tea</nav>");
/// # Ok::<(), tera::Error>(())
/// ```
pub struct Templates {
    tera: Tera,
    delimiters: Delimiters,
    sources: Sources,
    protected: Names,
    tags: Arc<Tags>,
}

impl Templates {
    /// No templates yet, whose fragments this cache will store.
    ///
    /// The cache may be a view: with its lifetime, its namespace, and so on.
    pub fn new(cache: &Cache) -> Self {
        let mut tera = Tera::default();
        functions::install(&mut tera);
        let tags = Tags {
            cache: cache.clone(),
            explainer: Explainer::default(),
            skips_digest: false,
            digests: Digests::default(),
            conflicts: KeyConflicts::default(),
        };
        Templates {
            tera,
            delimiters: Delimiters::default(),
            sources: Sources::new(),
            protected: PROTECTED.map(str::to_owned).into(),
            tags: Arc::new(tags),
        }
    }

    /// Adds names of variables that differ from user to user.
    ///
    /// A fragment that reads one of them, while its key does not name it, is an error when its template is added.
    /// `current_user`, `session`, `csrf_token`, `csrf_input`, `request` and `flash` are protected from the start.
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

    /// Leaves the digests of templates out of keys, so that a changed template shows old fragments until they expire.
    ///
    /// A tag does the same with `skip_digest=true`.
    pub fn skip_digest(mut self, skips: bool) -> Self {
        self.set_tags(|tags| tags.skips_digest = skips);
        self
    }

    /// Calls a function for each fragment that was shown, on the thread that renders, so that a page can list what was
    /// rendered again.
    ///
    /// ```
    /// use cache_runtime::Cache;
    /// use cache_tera::{Outcome, Templates};
    /// use std::sync::{Arc, Mutex};
    ///
    /// let seen = Arc::new(Mutex::new(Vec::new()));
    /// let collector = Arc::clone(&seen);
    /// let mut templates = Templates::new(&Cache::memory())
    ///     .observe(move |event| collector.lock().unwrap().push((event.key.to_owned(), event.outcome)));
    /// templates.add("menu.html", "{% cache 'menu' %}<nav>{% endcache %}")?;
    /// templates.render("menu.html", &tera::Context::new())?;
    /// assert_eq!(*seen.lock().unwrap(), [("menu".to_owned(), Outcome::Rendered)]);
    /// # Ok::<(), tera::Error>(())
    /// ```
    pub fn observe(mut self, observer: impl Fn(&FragmentEvent<'_>) + Send + Sync + 'static) -> Self {
        self.set_tags(|tags| tags.explainer.observe(observer));
        self
    }

    /// Puts HTML comments around each fragment in templates that escape: whether it was a hit, how old it is, its tag and its
    /// key.
    ///
    /// It is for development: keys are visible to everybody who reads the page, and a comment is no comment inside
    /// `<script>`, `<title>` or an attribute. The comments are not stored.
    /// [`replace_explanations`](crate::replace_explanations) makes something visible of them.
    pub fn explain(mut self, explains: bool) -> Self {
        self.set_tags(|tags| tags.explainer.writes_comments = explains);
        self
    }

    /// Changes what the tags share. A render that is under way goes on with what it has.
    fn set_tags(&mut self, set: impl FnOnce(&mut Tags)) {
        let mut tags = Tags {
            cache: self.tags.cache.clone(),
            explainer: self.tags.explainer.clone(),
            skips_digest: self.tags.skips_digest,
            digests: Digests::new(&self.sources, syntax(&self.delimiters)),
            conflicts: KeyConflicts::default(),
        };
        set(&mut tags);
        self.tags = Arc::new(tags);
    }

    /// Sets other delimiters, before templates are added.
    ///
    /// # Errors
    ///
    /// Those of [`Tera::set_delimiters`].
    pub fn delimiters(mut self, delimiters: Delimiters) -> TeraResult<Self> {
        self.tera.set_delimiters(delimiters.clone())?;
        self.delimiters = delimiters;
        Ok(self)
    }

    /// Adds a template, or replaces it.
    ///
    /// # Errors
    ///
    /// If its tags are unbalanced, have unknown options, enclose what cannot be in a fragment, or show something of the user
    /// without the user in their keys: with the name of the template and the line. And those of Tera. Nothing is added then.
    pub fn add(&mut self, name: &str, source: &str) -> TeraResult<()> {
        self.add_all([(name, source)])
    }

    /// Adds templates, or replaces them. A template and what it extends or includes are added together.
    ///
    /// # Errors
    ///
    /// Those of [`add`](Self::add).
    pub fn add_all<N: Into<String>, S: Into<String>>(
        &mut self,
        templates: impl IntoIterator<Item = (N, S)>,
    ) -> TeraResult<()> {
        let syntax = syntax(&self.delimiters);
        let (mut sources, mut rewritten) = (self.sources.clone(), Vec::new());
        for (name, source) in templates {
            let (name, source) = (name.into(), source.into());
            let without_tags = rewrite(&source, syntax, &InTemplate(&name))
                .map_err(|mistake| Error::message(format!("{name}:{}: {}", mistake.line(&source), mistake.message)))?;
            rewritten.push((name.clone(), without_tags.source));
            sources.insert(name, source);
        }
        if let Some(problem) = problem(&sources, syntax, &self.protected) {
            return Err(Error::message(problem));
        }
        self.tera.add_raw_templates(rewritten)?;
        self.sources = sources;
        self.set_tags(|_| {});
        Ok(())
    }

    /// Adds all files of a folder and of the folders in it. Their names are their paths in the folder, with `/`.
    ///
    /// Called again, it reads them again.
    ///
    /// ```no_run
    /// # let mut templates = cache_tera::Templates::new(&cache_runtime::Cache::memory());
    /// templates.add_folder("views")?;
    /// # Ok::<(), tera::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a file cannot be read as text; and those of [`add`](Self::add).
    pub fn add_folder(&mut self, folder: impl AsRef<Path>) -> TeraResult<()> {
        let folder = folder.as_ref();
        let mut templates = Vec::new();
        for file in files(folder).map_err(|error| cannot_read(folder, &error))? {
            let source = fs::read_to_string(&file).map_err(|error| cannot_read(&file, &error))?;
            let name = file.strip_prefix(folder).unwrap_or(&file).iter().map(|part| part.to_string_lossy());
            templates.push((name.collect::<Vec<_>>().join("/"), source));
        }
        self.add_all(templates)
    }

    /// Renders a template.
    ///
    /// # Errors
    ///
    /// Those of [`Tera::render`]. The fragments around the error are not stored, and the next render tries again.
    pub fn render(&self, name: &str, context: &Context) -> TeraResult<String> {
        self.inside(|tera| tera.render(name, context))
    }

    /// Calls a function that renders templates in another way: into a writer, a block or a component.
    ///
    /// ```
    /// # let mut templates = cache_tera::Templates::new(&cache_runtime::Cache::memory());
    /// # templates.add("menu.html", "{% cache 'menu' %}<nav>{% endcache %}")?;
    /// let mut page = Vec::new();
    /// templates.inside(|tera| tera.render_to("menu.html", &tera::Context::new(), &mut page))?;
    /// assert_eq!(page, b"<nav>");
    /// # Ok::<(), tera::Error>(())
    /// ```
    pub fn inside<T>(&self, render: impl FnOnce(&Tera) -> T) -> T {
        renders::inside(&self.tags, || render(&self.tera))
    }

    /// The `Tera`, to register functions, filters and tests.
    ///
    /// A template that is added to it directly may not have tags, and is unknown to the digests of those that include it.
    pub fn tera_mut(&mut self) -> &mut Tera {
        &mut self.tera
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").field("names", &self.sources.keys()).finish_non_exhaustive()
    }
}

fn syntax(delimiters: &Delimiters) -> Syntax<'_> {
    Syntax {
        expression: (&delimiters.variable_start, &delimiters.variable_end),
        statement: (&delimiters.block_start, &delimiters.block_end),
        comment: (&delimiters.comment_start, &delimiters.comment_end),
        line_statement: None,
        line_comment: None,
    }
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Error {
    Error::message(format!("cannot read {}: {error}", path.display()))
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(&inside)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    Ok(found)
}
