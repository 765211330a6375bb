//! When a body runs, and how long what it has rendered stays.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use cache_runtime::{Cache, testing};
use tera::{Kwargs, State, Value};

use crate::site::{Site, card};

#[test]
fn a_body_is_evaluated_once() {
    let site = Site::new(&[("a.html", "{% cache card %}{{ card.title }}{{ body() }}{% endcache %}")]);
    assert_eq!(site.show("a.html", &[("card", card(1, 1))]), ("&lt;1&gt;!".to_owned(), 1));
    assert_eq!(site.show("a.html", &[("card", card(1, 1))]), ("&lt;1&gt;!".to_owned(), 0));
}

#[test]
fn a_changed_model_has_a_new_key_and_the_old_fragment_stays() {
    let site = Site::new(&[("a.html", "{% cache card %}{{ body() }}{% endcache %}")]);
    let bodies = |seconds| site.show("a.html", &[("card", card(1, seconds))]).1;
    assert_eq!((bodies(1), bodies(2), bodies(1)), (1, 1, 0));
}

#[test]
fn a_lifetime_passes() {
    for lifetime in ["300", "'5m'", "300.0"] {
        let source = format!("{{% cache 'trending', expires_in={lifetime} %}}{{{{ body() }}}}{{% endcache %}}");
        let site = Site::new(&[("a.html", &source)]);
        let _scope = testing::scope(site.cache.clone());
        assert_eq!(site.show("a.html", &[]).1, 1);
        testing::advance(Duration::from_secs(299));
        assert_eq!(site.show("a.html", &[]).1, 0);
        testing::advance(Duration::from_secs(2));
        assert_eq!(site.show("a.html", &[]).1, 1);
    }
}

#[test]
fn a_text_is_its_own_key_in_lower_case() {
    let site = Site::new(&[("a.html", "{% cache 'Sidebar' %}{{ body() }}{% endcache %}")]);
    site.show("a.html", &[]);
    assert!(site.cache.exists("sidebar").unwrap());
    assert_eq!(site.show("a.html", &[]).1, 0);
    assert!(site.cache.delete("sidebar").unwrap());
    assert_eq!(site.show("a.html", &[]).1, 1);
}

#[test]
fn a_deleted_tag_takes_its_fragments() {
    let source = "{% cache 'a', tags=['nav', 'all'] %}{{ body() }}{% endcache %}{% cache 'b', tags='all' %}{{ body() }}{% endcache %}";
    let site = Site::new(&[("a.html", source)]);
    assert_eq!(site.show("a.html", &[]).1, 2);
    site.cache.delete_tag("nav").unwrap();
    assert_eq!(site.show("a.html", &[]).1, 1);
    site.cache.delete_tag("all").unwrap();
    assert_eq!(site.show("a.html", &[]).1, 2);
}

#[test]
fn without_a_cache_each_body_runs() {
    let site = Site::on(
        Cache::open("none:").unwrap(),
        &[("a.html", "{% cache 'a' %}{% cache 'b' %}{{ body() }}{% endcache %}{% endcache %}")],
    );
    assert_eq!(site.show("a.html", &[]), ("!".to_owned(), 1));
    assert_eq!(site.show("a.html", &[]), ("!".to_owned(), 1));
}

#[test]
fn in_the_window_one_renders_and_the_others_are_served_the_stale_fragment() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let all_served = std::sync::Arc::new(Barrier::new(32));
    let mut site = Site::new(&[]);
    let waits = std::sync::Arc::clone(&all_served);
    site.templates.tera_mut().register_function("run", move |_: Kwargs, _: &State<'_>| {
        let run = RUNS.fetch_add(1, Ordering::SeqCst) + 1;
        if run > 1 {
            waits.wait();
        }
        Value::from(run as u64)
    });
    site.edit("a.html", "{% cache 'race', expires_in=60, race_condition_ttl=30 %}{{ run() }}{% endcache %}");
    let _scope = testing::scope(site.cache.clone());
    site.render("a.html", &[]);
    testing::advance(Duration::from_secs(61));
    // The one who renders waits until all 31 others have been served.
    let shown: Vec<String> = thread::scope(|scope| {
        let ask = || {
            let html = site.render("a.html", &[]);
            if html == "1" {
                all_served.wait();
            }
            html
        };
        let threads: Vec<_> = (0..32).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(shown.iter().filter(|html| *html == "1").count(), 31);
    assert_eq!(shown.iter().filter(|html| *html == "2").count(), 1);
}

#[test]
fn threads_that_ask_at_once_share_one_run() {
    let site = Site::new(&[("a.html", "{% cache 'flight' %}{{ body() }}{% endcache %}")]);
    let all_ready = Barrier::new(32);
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                all_ready.wait();
                assert_eq!(site.render("a.html", &[]), "!");
            });
        }
    });
    assert_eq!(site.bodies(), 1);
}
