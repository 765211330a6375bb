//! What observers and comments tell.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cache_minijinja::{CacheTag, Explanation, Outcome, replace_explanations};
use cache_runtime::{Cache, testing};
use minijinja::context;

use crate::site::{Site, card_value};

#[test]
fn a_page_can_list_what_was_rendered_again() {
    let (cache, seen) = (Cache::memory(), Arc::new(Mutex::new(Vec::new())));
    let collector = Arc::clone(&seen);
    let tag = CacheTag::new(&cache).observe(move |event| {
        collector.lock().unwrap().push((event.template.to_owned(), event.line, event.key.to_owned(), event.outcome));
    });
    let site = Site::with(cache, tag, &[("a.html", "\n{% cache 'o' %}\n{% cache 'i' %}{% endcache %}{% endcache %}")]);
    let event = |line, key: &str, outcome| ("a.html".to_owned(), line, key.to_owned(), outcome);
    for expected in
        [vec![event(3, "i", Outcome::Rendered), event(2, "o", Outcome::Rendered)], vec![event(2, "o", Outcome::Hit)]]
    {
        site.render("a.html", ());
        assert_eq!(std::mem::take(&mut *seen.lock().unwrap()), expected);
    }
}

#[test]
fn comments_show_outcome_age_place_and_key_in_html_and_are_not_stored() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let tag = CacheTag::new(&cache).explain(true);
    let files = [
        ("a.html", "{% cache 'o' %}<b>{% cache 'i--x>' %}i{% endcache %}</b>{% endcache %}"),
        ("a.txt", "{% cache 'text' %}x{% endcache %}"),
        ("each.html", "{% cache_each c in cards %}{{ c.id }}{% endcache_each %}"),
    ];
    let site = Site::with(cache.clone(), tag, &files);
    let first = site.render("a.html", ());
    assert_eq!(
        first,
        "<!--[cache] rendered: a.html:1 o --><b><!--[cache] rendered: a.html:1 i-\u{2011}x&gt; -->i<!--[/cache]--></b><!--[/cache]-->"
    );
    testing::advance(Duration::from_secs(61));
    assert_eq!(site.render("a.html", ()), "<!--[cache] hit, 61 s old: a.html:1 o --><b>i</b><!--[/cache]-->");
    assert_eq!((site.render("a.txt", ()), site.render("a.txt", ())), ("x".to_owned(), "x".to_owned()));
    let each = site.render("each.html", context! { cards => vec![card_value(1, 1)] });
    assert!(
        each.starts_with("<!--[cache] rendered: each.html:1 each.html@") && each.ends_with("-->1<!--[/cache]-->"),
        "{each}"
    );

    let plain = Site::on(cache, &files);
    assert_eq!(plain.show("a.html", ()), ("<b>i</b>".to_owned(), 0), "it was stored without comments");
}

#[test]
fn a_page_can_show_elements_in_place_of_the_comments() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let files = [("my page.html", "\n{% cache 'o' %}<b>{% cache 'i x>' %}i{% endcache %}</b>{% endcache %}")];
    let site = Site::with(cache.clone(), CacheTag::new(&cache).explain(true), &files);
    let show = || {
        let mut seen = Vec::new();
        let open = |fragment: &Explanation| {
            assert_eq!((&*fragment.template, fragment.line), ("my page.html", 2));
            seen.push((fragment.key.clone(), fragment.outcome, fragment.age.clone()));
            "<p>".to_owned()
        };
        let page = replace_explanations(&site.render("my page.html", ()), open, "</p>");
        (page, seen)
    };
    let rendered = |key: &str| (key.to_owned(), Outcome::Rendered, None);
    let first = ("\n<p><b><p>i</p></b></p>".to_owned(), vec![rendered("o"), rendered("i x>")]);
    assert_eq!(show(), first);
    testing::advance(Duration::from_secs(61));
    let hit = ("o".to_owned(), Outcome::Hit, Some("61 s".to_owned()));
    assert_eq!(show(), ("\n<p><b>i</b></p>".to_owned(), vec![hit]));
}
