//! The assets of a program: what templates and handlers ask.

use std::path::Path;
use std::sync::Arc;

use crate::builder::Builder;
use crate::development::Development;
use crate::error::Error;
use crate::import_map::ImportMap;
use crate::manifest::Manifest;
use crate::name;
use crate::serve::ServeAssets;

/// The files of a folder, with a fingerprint of the content in each URL. A clone is the same assets.
///
/// ```
/// use cache_assets::Assets;
/// # let folder = tempfile::tempdir().unwrap();
/// # std::fs::create_dir(folder.path().join("css")).unwrap();
/// # std::fs::write(folder.path().join("css/app.css"), "a { color: #123 }").unwrap();
///
/// let assets = Assets::scan(&folder)?;
/// assert_eq!(assets.url("css/app.css"), "/assets/css/app-ca939356f52fba7f.css");
/// # Ok::<(), cache_assets::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Assets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    prefix: String,
    files: Files,
}

#[derive(Debug)]
enum Files {
    Fixed(Arc<Manifest>),
    Developing(Development),
}

impl Assets {
    /// Reads all files of a folder, and serves them as they are now. The same as `Assets::builder(folder).scan()`.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or a style sheet refers to a file that is not there.
    pub fn scan(folder: impl AsRef<Path>) -> Result<Self, Error> {
        Self::builder(folder).scan()
    }

    /// Serves the files of a folder as they are at each request. The same as `Assets::builder(folder).development()`.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn development(folder: impl AsRef<Path>) -> Result<Self, Error> {
        Self::builder(folder).development()
    }

    /// Serves a folder that [`Builder::build`] has written. The same as `Assets::builder(folder).manifest()`.
    ///
    /// # Errors
    ///
    /// If the folder has no `manifest.json`, if that is not what a build writes, or if a file of it is not there.
    pub fn from_manifest(folder: impl AsRef<Path>) -> Result<Self, Error> {
        Self::builder(folder).manifest()
    }

    /// Begins with a folder, to set more before its files are read.
    pub fn builder(folder: impl AsRef<Path>) -> Builder {
        Builder::new(folder.as_ref())
    }

    pub(crate) fn fixed(prefix: String, manifest: Manifest) -> Self {
        Assets(Arc::new(Inner { prefix, files: Files::Fixed(Arc::new(manifest)) }))
    }

    pub(crate) fn developing(prefix: String, development: Development) -> Self {
        Assets(Arc::new(Inner { prefix, files: Files::Developing(development) }))
    }

    /// The URL of a file, with its fingerprint.
    ///
    /// For a name that no file has, it is the URL without a fingerprint, and a warning is logged: a page is better
    /// without a picture than not there. [`try_url`](Self::try_url) is an error then.
    pub fn url(&self, name: &str) -> String {
        self.try_url(name).unwrap_or_else(|error| {
            tracing::warn!("{error}");
            self.url_of(name)
        })
    }

    /// The URL of a file, with its fingerprint.
    ///
    /// # Errors
    ///
    /// If there is no file of this name. The error suggests a similar one.
    pub fn try_url(&self, name: &str) -> Result<String, Error> {
        Ok(self.url_of(&self.manifest().get(name)?.fingerprinted))
    }

    /// What templates call: in development a wrong name is an error, and otherwise as for [`url`](Self::url).
    #[cfg(any(feature = "minijinja", feature = "tera"))]
    pub(crate) fn template_url(&self, name: &str) -> Result<String, Error> {
        match self.0.files {
            Files::Developing(_) => self.try_url(name),
            Files::Fixed(_) => Ok(self.url(name)),
        }
    }

    /// An import map, for a `<script type="importmap">` in front of the first module of a page.
    ///
    /// With it `import "./cart.js"` in a module loads the fingerprinted file: the map has an entry for each `.js` and
    /// `.mjs` file. So the modules need not be rewritten, and one that changes does not give new names to those that
    /// import it. `bare` are names such as `lit`, with the files that they mean.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # std::fs::write(folder.path().join("cart.js"), "").unwrap();
    /// # let assets = cache_assets::Assets::scan(&folder)?;
    /// let map = assets.import_map([("cart", "cart.js")])?;
    /// assert_eq!(
    ///     map,
    ///     r#"{"imports":{"/assets/cart.js":"/assets/cart-e3b0c44298fc1c14.js","cart":"/assets/cart-e3b0c44298fc1c14.js"}}"#
    /// );
    /// # Ok::<(), cache_assets::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a file of `bare` is not there.
    pub fn import_map<S: Into<String>, N: AsRef<str>>(
        &self,
        bare: impl IntoIterator<Item = (S, N)>,
    ) -> Result<String, Error> {
        let (manifest, mut map) = (self.manifest(), ImportMap::default());
        let modules = manifest.assets().values().filter(|asset| matches!(&*name::extension(&asset.name), "js" | "mjs"));
        for asset in modules {
            map.add(self.url_of(&asset.name), self.url_of(&asset.fingerprinted));
        }
        for (specifier, name) in bare {
            map.add(specifier, self.url_of(&manifest.get(name.as_ref())?.fingerprinted));
        }
        Ok(map.to_json())
    }

    /// A short text that changes with any file.
    ///
    /// Pages link fingerprinted names. Mix it into the ETags of pages, so that none is "not modified" whose links
    /// have changed.
    pub fn digest(&self) -> String {
        self.manifest().digest().to_owned()
    }

    /// The names of all files, in order.
    pub fn names(&self) -> Vec<String> {
        self.manifest().assets().keys().cloned().collect()
    }

    /// The service that answers requests, for paths without the prefix.
    ///
    /// In axum that is `Router::new().nest_service("/assets", assets.service())`.
    pub fn service(&self) -> ServeAssets {
        ServeAssets::new(self.clone())
    }

    /// The assets as they are now. In development this looks at all files.
    pub(crate) fn manifest(&self) -> Arc<Manifest> {
        match &self.0.files {
            Files::Fixed(manifest) => Arc::clone(manifest),
            Files::Developing(development) => development.current(),
        }
    }

    /// The same for a task, whose thread must not wait for files.
    pub(crate) async fn manifest_async(&self) -> Arc<Manifest> {
        match &self.0.files {
            Files::Fixed(manifest) => Arc::clone(manifest),
            Files::Developing(_) => {
                let assets = self.clone();
                let looked = tokio::task::spawn_blocking(move || assets.manifest());
                looked.await.expect("looking at files does not panic")
            }
        }
    }

    fn url_of(&self, name: &str) -> String {
        format!("{}/{}", self.0.prefix, name::encoded(name))
    }
}
