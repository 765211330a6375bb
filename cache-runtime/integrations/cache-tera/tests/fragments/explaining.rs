//! What observers and comments tell.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cache_runtime::{Cache, testing};
use cache_tera::{Explanation, Outcome, Templates, replace_explanations};
use tera::Context;

use crate::site::cards;

const NESTED: &str = "\n{% cache 'o' %}<b>{% cache 'i--x>' %}i{% endcache %}</b>{% endcache %}";

fn templates(templates: Templates, files: &[(&str, &str)]) -> Templates {
    let mut templates = templates;
    templates.add_all(files.iter().copied()).unwrap();
    templates
}

#[test]
fn a_page_can_list_what_was_rendered_again() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let collector = Arc::clone(&seen);
    let observed = Templates::new(&Cache::memory()).observe(move |event| {
        collector.lock().unwrap().push((event.template.to_owned(), event.line, event.key.to_owned(), event.outcome));
    });
    let templates =
        templates(observed, &[("a.html", NESTED), ("each.html", "{% cache_each n in ns %}{{ n }}{% endcache_each %}")]);
    let event = |key: &str, outcome| ("a.html".to_owned(), 2, key.to_owned(), outcome);
    let inside_out = vec![event("i--x>", Outcome::Rendered), event("o", Outcome::Rendered)];
    for expected in [inside_out, vec![event("o", Outcome::Hit)]] {
        templates.render("a.html", &Context::new()).unwrap();
        assert_eq!(std::mem::take(&mut *seen.lock().unwrap()), expected);
    }
    let mut context = Context::new();
    for (ns, outcomes) in [
        (vec!["a", "b"], vec![Outcome::Rendered; 2]),
        (vec!["a", "c", "b"], vec![Outcome::Hit, Outcome::Hit, Outcome::Rendered]),
        (vec!["a", "b"], vec![Outcome::Hit; 2]),
    ] {
        context.insert("ns", &ns);
        assert_eq!(templates.render("each.html", &context).unwrap(), ns.concat());
        let events = std::mem::take(&mut *seen.lock().unwrap());
        assert_eq!(events.into_iter().map(|event| event.3).collect::<Vec<_>>(), outcomes);
    }
}

#[test]
fn comments_show_outcome_age_place_and_key_in_html_and_are_not_stored() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let files = [("a.html", NESTED), ("a.txt", "{% cache 'text' %}x{% endcache %}")];
    let explained = templates(Templates::new(&cache).explain(true), &files);
    let render = |templates: &Templates, name: &str| templates.render(name, &Context::new()).unwrap();
    assert_eq!(
        render(&explained, "a.html"),
        "\n<!--[cache] rendered: a.html:2 o --><b><!--[cache] rendered: a.html:2 i-\u{2011}x&gt; -->i<!--[/cache]--></b><!--[/cache]-->"
    );
    testing::advance(Duration::from_secs(61));
    assert_eq!(render(&explained, "a.html"), "\n<!--[cache] hit, 61 s old: a.html:2 o --><b>i</b><!--[/cache]-->");
    assert_eq!([render(&explained, "a.txt"), render(&explained, "a.txt")], ["x", "x"]);

    let plain = templates(Templates::new(&cache), &files);
    assert_eq!(render(&plain, "a.html"), "\n<b>i</b>", "it was stored without comments");
}

#[test]
fn a_page_can_show_elements_in_place_of_the_comments() {
    let files = [("each.html", "{% cache_each card in cards %}{{ card.id }}{% endcache_each %}")];
    let templates = templates(Templates::new(&Cache::memory()).explain(true), &files);
    let mut context = Context::new();
    context.insert("cards", &cards(&[(1, 1), (2, 1)]));
    for outcome in [Outcome::Rendered, Outcome::Hit] {
        let mut outcomes = Vec::new();
        let open = |fragment: &Explanation| {
            outcomes.push(fragment.outcome);
            "<p>".to_owned()
        };
        let page = replace_explanations(&templates.render("each.html", &context).unwrap(), open, "</p>");
        assert_eq!((page.as_str(), outcomes), ("<p>1</p><p>2</p>", vec![outcome; 2]));
    }
}
