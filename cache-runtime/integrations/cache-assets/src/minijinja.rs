//! Functions for the templates of minijinja, with the feature `minijinja`.

use minijinja::{Environment, Error, ErrorKind, Value};

use crate::Assets;

/// Adds the functions `asset_url` and `import_map`.
///
/// ```
/// use cache_assets::Assets;
/// use minijinja::{Environment, context};
/// # let folder = tempfile::tempdir().unwrap();
/// # std::fs::write(folder.path().join("app.css"), "").unwrap();
///
/// let mut env = Environment::new();
/// cache_assets::minijinja::install(&mut env, &Assets::scan(&folder)?);
/// let html = env.render_named_str("page.html", r#"<link rel="stylesheet" href="{{ asset_url('app.css') }}">"#, context! {})?;
/// assert_eq!(html, r#"<link rel="stylesheet" href="/assets/app-e3b0c44298fc1c14.css">"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `import_map({"cart": "js/cart.js"})` is the text of [`Assets::import_map`]. In development a name that no file has
/// is an error of the template; otherwise [`Assets::url`] says what it is.
pub fn install(env: &mut Environment<'_>, assets: &Assets) {
    let (urls, maps) = (assets.clone(), assets.clone());
    // A URL has no character that HTML escapes but the slash, which need not be.
    env.add_function("asset_url", move |name: &str| {
        urls.template_url(name).map(Value::from_safe_string).map_err(failure)
    });
    env.add_function("import_map", move |bare: Option<Value>| {
        let bare = pairs(&bare.unwrap_or_default())?;
        maps.import_map(bare).map(Value::from_safe_string).map_err(failure)
    });
}

fn pairs(map: &Value) -> Result<Vec<(String, String)>, Error> {
    map.try_iter()?.map(|key| Ok((key.to_string(), map.get_item(&key)?.to_string()))).collect()
}

fn failure(error: crate::Error) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string()).with_source(error)
}
