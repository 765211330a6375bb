//! JavaScript modules find each other by fingerprinted names, through an import map.

use std::collections::BTreeMap;

use cache_assets::Assets;

use crate::site::{IMMUTABLE, Site, folder};

#[derive(serde::Deserialize)]
struct ImportMap {
    imports: BTreeMap<String, String>,
}

fn parsed(map: &str) -> BTreeMap<String, String> {
    serde_json::from_str::<ImportMap>(map).unwrap().imports
}

#[test]
fn every_module_and_every_bare_name_leads_to_a_file_that_may_be_kept() {
    let folder = folder([
        ("js/app.js", "import './cart.mjs'; import 'lit'"),
        ("js/cart.mjs", ""),
        ("lit.js", ""),
        ("a.css", ""),
    ]);
    let assets = Assets::scan(&folder).unwrap();
    let imports = parsed(&assets.import_map([("lit", "lit.js")]).unwrap());
    let specifiers: Vec<_> = imports.keys().map(String::as_str).collect();
    assert_eq!(specifiers, ["/assets/js/app.js", "/assets/js/cart.mjs", "/assets/lit.js", "lit"]);
    let site = Site::of(&assets);
    for url in imports.values() {
        assert_eq!(site.get(url).cache_control(), IMMUTABLE, "{url}");
    }
    assert_eq!((&imports["lit"], &imports["/assets/js/cart.mjs"]), (&assets.url("lit.js"), &assets.url("js/cart.mjs")));
}

#[test]
fn a_changed_module_gives_no_new_name_to_those_that_import_it() {
    let urls = ["1", "2"].map(|content| {
        let folder = folder([("app.js", "import './cart.js'"), ("cart.js", content)]);
        let assets = Assets::scan(&folder).unwrap();
        (assets.url("app.js"), assets.url("cart.js"))
    });
    assert!(urls[0].0 == urls[1].0 && urls[0].1 != urls[1].1, "{urls:?}");
}

#[test]
fn no_name_ends_the_script_element() {
    let folder = folder([("app.js", "")]);
    let map = Assets::scan(&folder).unwrap().import_map([("</script><b>", "app.js")]).unwrap();
    assert!(!map.contains('<'), "{map}");
    assert!(parsed(&map).contains_key("</script><b>"));
}

#[test]
fn a_bare_name_without_a_file_is_an_error() {
    let folder = folder([("app.js", "")]);
    let error = Assets::scan(&folder).unwrap().import_map([("x", "ap.js")]).unwrap_err();
    assert_eq!(error.to_string(), "there is no asset `ap.js`: did you mean `app.js`?");
}
