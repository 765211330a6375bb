//! `asset_url` and `import_map` in templates of minijinja and Tera.

use cache_assets::Assets;
use tempfile::TempDir;

use crate::site::folder;

const STYLE: &str = "/assets/my%20app-e3b0c44298fc1c14.css";
const MAP: &str =
    r#"{"imports":{"/assets/a.js":"/assets/a-e3b0c44298fc1c14.js","lit":"/assets/a-e3b0c44298fc1c14.js"}}"#;

fn files() -> TempDir {
    folder([("my app.css", ""), ("a.js", "")])
}

fn minijinja(assets: &Assets, template: &str) -> Result<String, minijinja::Error> {
    let mut env = minijinja::Environment::new();
    cache_assets::minijinja::install(&mut env, assets);
    env.render_named_str("page.html", template, ())
}

fn tera(assets: &Assets, template: &str) -> tera::TeraResult<String> {
    let mut tera = tera::Tera::default();
    cache_assets::tera::install(&mut tera, assets);
    tera.add_raw_template("page.html", template)?;
    tera.render("page.html", &tera::Context::new())
}

#[test]
fn templates_link_the_fingerprinted_names_unescaped() {
    let folder = files();
    let assets = Assets::scan(&folder).unwrap();
    assert_eq!(minijinja(&assets, "{{ asset_url('my app.css') }}").unwrap(), STYLE);
    assert_eq!(tera(&assets, "{{ asset_url(name='my app.css') }}").unwrap(), STYLE);
    assert_eq!(minijinja(&assets, "{{ import_map({'lit': 'a.js'}) }}").unwrap(), MAP);
    assert_eq!(tera(&assets, "{{ import_map(bare={'lit': 'a.js'}) }}").unwrap(), MAP);
    let without = r#"{"imports":{"/assets/a.js":"/assets/a-e3b0c44298fc1c14.js"}}"#;
    assert_eq!(minijinja(&assets, "{{ import_map() }}").unwrap(), without);
    assert_eq!(tera(&assets, "{{ import_map() }}").unwrap(), without);
}

#[test]
fn a_wrong_name_is_an_error_in_development_and_a_plain_url_otherwise() {
    let folder = files();
    let (scanned, developing) = (Assets::scan(&folder).unwrap(), Assets::development(&folder).unwrap());
    assert_eq!(minijinja(&scanned, "{{ asset_url('b.js') }}").unwrap(), "/assets/b.js");
    assert_eq!(tera(&scanned, "{{ asset_url(name='b.js') }}").unwrap(), "/assets/b.js");
    let expected = "there is no asset `b.js`: did you mean `a.js`?";
    let error = minijinja(&developing, "\n{{ asset_url('b.js') }}").unwrap_err();
    assert!(error.to_string().contains(expected) && error.line() == Some(2), "{error}");
    let error = tera(&developing, "{{ asset_url(name='b.js') }}").unwrap_err();
    assert!(format!("{error:?}").contains(expected), "{error:?}");
}
