//! References in style sheets lead to fingerprinted names, and everything else in them stays.

use cache_assets::{Assets, Error};

use crate::site::{IMMUTABLE, Site, folder, set_age, write};

/// The style sheet as it is served.
fn served(assets: &Assets, name: &str) -> String {
    let answer = Site::of(assets).get(&assets.url(name));
    assert_eq!((answer.status, answer.cache_control()), (200, IMMUTABLE));
    answer.text().to_owned()
}

/// The last part of the URL.
fn file(assets: &Assets, name: &str) -> String {
    assets.url(name).rsplit_once('/').unwrap().1.to_owned()
}

#[test]
fn every_form_of_a_reference_gets_the_fingerprint() {
    let css = r#"@charset "utf-8";
@import "base.css" screen;
@import url(base.css) layer(x);
/* url(../img/a.png) stays, and so does this: @import "base.css"; */
a { background: url(../img/a.png), URL( "../img/a.png" ), url('../img/a.png?v=2#top') no-repeat }
b { background: image-set("../img/a.png" 1x, url(../img/a.png) 2x type("image/png")) }
c { content: "../img/a.png"; --later: url(/assets/img/a.png) }
d { src: url("../font.eot?#iefix") format("embedded-opentype"); font: src("../font.eot") }
e { background: url(data:image/png;base64,AAAA), url(https://example.com/a.png), url(//example.com/a.png), url(#clip) }
/*# sourceMappingURL=app.css.map */
"#;
    let folder = folder([("css/app.css", css), ("css/base.css", "a {}"), ("img/a.png", "png"), ("font.eot", "eot")]);
    let assets = Assets::scan(&folder).unwrap();
    let [base, picture, font] = ["css/base.css", "img/a.png", "font.eot"].map(|name| file(&assets, name));
    let expected = format!(
        r#"@charset "utf-8";
@import "{base}" screen;
@import url({base}) layer(x);
/* url(../img/a.png) stays, and so does this: @import "base.css"; */
a {{ background: url(../img/{picture}), URL( "../img/{picture}" ), url('../img/{picture}?v=2#top') no-repeat }}
b {{ background: image-set("../img/{picture}" 1x, url(../img/{picture}) 2x type("image/png")) }}
c {{ content: "../img/a.png"; --later: url(/assets/img/{picture}) }}
d {{ src: url("../{font}?#iefix") format("embedded-opentype"); font: src("../{font}") }}
e {{ background: url(data:image/png;base64,AAAA), url(https://example.com/a.png), url(//example.com/a.png), url(#clip) }}
/*# sourceMappingURL=app.css.map */
"#
    );
    assert_eq!(served(&assets, "css/app.css"), expected);
}

#[test]
fn a_reference_leads_to_a_file_that_is_there() {
    let folder = folder([("css/app.css", "a { background: url(../img/my%20cat.png) }"), ("img/my cat.png", "meow")]);
    let assets = Assets::scan(&folder).unwrap();
    let css = served(&assets, "css/app.css");
    let reference = css.split_once("url(..").unwrap().1.split_once(')').unwrap().0;
    let answer = Site::of(&assets).get(&format!("/assets{reference}"));
    assert_eq!((answer.text(), answer.cache_control()), ("meow", IMMUTABLE));
}

#[test]
fn a_changed_picture_gives_new_names_to_all_that_show_it() {
    let files = [
        ("page.css", "@import 'theme.css';"),
        ("theme.css", "a { background: url(a.png) }"),
        ("a.png", "1"),
        ("other.css", "b { color: red }"),
    ];
    let folder = folder(files);
    let before = Assets::scan(&folder).unwrap();
    let names = ["page.css", "theme.css", "a.png", "other.css"];
    write(&folder, "a.png", "2");
    let after = Assets::scan(&folder).unwrap();
    let changed = names.map(|name| before.url(name) != after.url(name));
    assert_eq!(changed, [true, true, true, false]);
}

#[test]
fn a_style_sheet_is_as_new_as_what_it_shows() {
    let folder = folder([("app.css", "a { background: url(a.png) }"), ("a.png", "1")]);
    set_age(&folder, "app.css", 10_000);
    set_age(&folder, "a.png", 500);
    let site = Site::of(&Assets::scan(&folder).unwrap());
    let modified = |name: &str| site.get(&format!("/assets/{name}")).field("last-modified").to_owned();
    assert_eq!(modified("app.css"), modified("a.png"));
}

#[test]
fn style_sheets_that_import_each_other_have_a_fingerprint_of_all_of_them() {
    let files = [
        ("a.css", "@import 'b.css'; a { background: url(x.png) }"),
        ("b.css", "@import 'c.css';"),
        ("c.css", "@import 'a.css'; @import 'c.css';"),
        ("page.css", "@import 'a.css';"),
        ("x.png", "1"),
    ];
    let folder = folder(files);
    let before = Assets::scan(&folder).unwrap();
    let names = ["a.css", "b.css", "c.css"].map(|name| file(&before, name));
    assert_eq!(served(&before, "b.css"), format!("@import '{}';", names[2]));
    assert_eq!(served(&before, "c.css"), format!("@import '{}'; @import '{}';", names[0], names[2]));
    assert_eq!(served(&before, "page.css"), format!("@import '{}';", names[0]));
    assert_eq!(Assets::scan(&folder).unwrap().digest(), before.digest());

    write(&folder, "x.png", "2");
    let after = Assets::scan(&folder).unwrap();
    for name in ["a.css", "b.css", "c.css", "page.css"] {
        assert_ne!(before.url(name), after.url(name), "{name}");
    }
    assert_ne!(before.digest(), after.digest());
}

#[test]
fn missing_files_are_an_error_with_file_line_and_what_is_similar() {
    let css = "a { color: red }\n\nb { background: url(img/logo.pgn) }\nc { background: url(nothing.svg) }";
    let folder = folder([("css/app.css", css), ("css/img/logo.png", "")]);
    let error = Assets::scan(&folder).unwrap_err();
    assert_eq!(
        error.to_string(),
        "css/app.css:3: `img/logo.pgn` is not there: did you mean `css/img/logo.png`?\n\
         css/app.css:4: `nothing.svg` is not there. `Builder::warn_on_missing` makes warnings of it"
    );
    let Error::MissingReferences(missing) = error else { panic!("{error}") };
    assert_eq!((&*missing[1].file, missing[1].line, &*missing[1].reference), ("css/app.css", 4, "nothing.svg"));
}

#[test]
fn missing_files_can_be_warnings_and_their_references_stay() {
    let folder = folder([("app.css", "a { background: url(a.png), url(no.png) }"), ("a.png", "")]);
    let assets = Assets::builder(&folder).warn_on_missing().scan().unwrap();
    assert_eq!(served(&assets, "app.css"), format!("a {{ background: url({}), url(no.png) }}", file(&assets, "a.png")));
}

#[test]
fn what_is_no_utf_8_stays_byte_for_byte() {
    let css = b"a { content: '\xe9'; background: url(a.png) }";
    let folder = folder([("latin.css", &css[..]), ("a.png", b"")]);
    let assets = Assets::scan(&folder).unwrap();
    assert_eq!(Site::of(&assets).get(&assets.url("latin.css")).body, css);
}

#[test]
fn a_byte_order_mark_and_foreign_line_ends_stay() {
    let folder = folder([("app.css", "\u{feff}a {\r\n background: url(a.png)\r}\x0c"), ("a.png", "")]);
    let assets = Assets::scan(&folder).unwrap();
    let expected = format!("\u{feff}a {{\r\n background: url({})\r}}\x0c", file(&assets, "a.png"));
    assert_eq!(served(&assets, "app.css"), expected);
}

#[test]
fn blocks_that_are_nested_without_end_are_an_error_and_no_crash() {
    let folder = folder([("deep.css", "{".repeat(100_000))]);
    let error = Assets::scan(&folder).unwrap_err().to_string();
    assert_eq!(error, "deep.css: its blocks are nested too deeply to find its references");
}
