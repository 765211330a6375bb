//! Functions for the templates of Tera, with the feature `tera`.

use std::collections::HashMap;

use tera::value::Key;
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use crate::Assets;

/// Adds the functions `asset_url` and `import_map`.
///
/// ```
/// use cache_assets::Assets;
/// use tera::{Context, Tera};
/// # let folder = tempfile::tempdir().unwrap();
/// # std::fs::write(folder.path().join("app.css"), "").unwrap();
///
/// let mut tera = Tera::default();
/// cache_assets::tera::install(&mut tera, &Assets::scan(&folder)?);
/// tera.add_raw_template("page.html", r#"<link rel="stylesheet" href="{{ asset_url(name='app.css') }}">"#)?;
/// let html = tera.render("page.html", &Context::new())?;
/// assert_eq!(html, r#"<link rel="stylesheet" href="/assets/app-e3b0c44298fc1c14.css">"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `import_map(bare={"cart": "js/cart.js"})` is the text of [`Assets::import_map`]. In development a name that no
/// file has is an error of the template; otherwise [`Assets::url`] says what it is.
pub fn install(tera: &mut Tera, assets: &Assets) {
    let (urls, maps) = (assets.clone(), assets.clone());
    // A URL has no character that HTML escapes but the slash, which need not be.
    tera.register_function("asset_url", move |given: Kwargs, _: &State<'_>| -> TeraResult<Value> {
        let url = urls.template_url(given.must_get::<&str>("name")?).map_err(failure)?;
        Ok(Value::safe_string(&url))
    });
    tera.register_function("import_map", move |given: Kwargs, _: &State<'_>| -> TeraResult<Value> {
        let bare = given.get::<HashMap<Key<'static>, Value>>("bare")?.unwrap_or_default();
        let bare = bare.into_iter().map(|(specifier, name)| (specifier.to_string(), name.to_string()));
        Ok(Value::safe_string(&maps.import_map(bare).map_err(failure)?))
    });
}

fn failure(error: crate::Error) -> Error {
    Error::message(error.to_string())
}
