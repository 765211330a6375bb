//! What is stored, for how long, and under which key.

use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use cache_runtime::testing::{self, Chaos};
use cache_runtime::{Cache, store};
use minijinja::context;

use crate::site::{Site, card_value};

fn once(html: &str) -> (String, usize) {
    (html.to_owned(), 1)
}

fn hit(html: &str) -> (String, usize) {
    (html.to_owned(), 0)
}

#[test]
fn the_body_runs_on_a_miss_and_not_on_a_hit() {
    let site = Site::new(&[("a.html", "<{% cache 'Sidebar' %}{{ body() }}{{ x }}{% endcache %}>")]);
    assert_eq!(site.show("a.html", context! { x => 1 }), once("<!1>"));
    assert_eq!(site.show("a.html", context! { x => 2 }), hit("<!1>"));
}

#[test]
fn after_its_lifetime_a_fragment_is_rendered_once() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let source = "{% cache 'trending', expires_in=300 %}{{ body() }}{% endcache %}{% cache 'long', expires_in='1h' %}{{ body() }}{% endcache %}";
    let site = Site::on(cache, &[("a.html", source)]);
    site.render("a.html", ());
    assert_eq!(site.bodies(), 2);
    testing::advance(Duration::from_secs(301));
    site.render("a.html", ());
    assert_eq!(site.bodies(), 1);
    assert_eq!(site.show("a.html", ()), hit("!!"));
}

#[test]
fn a_text_is_literally_the_key_and_can_be_deleted() {
    let site = Site::new(&[("a.html", "{% cache 'Sidebar' %}{{ body() }}{% endcache %}")]);
    site.render("a.html", ());
    assert!(site.cache.exists("sidebar").unwrap());
    assert!(site.cache.delete("sidebar").unwrap());
    site.render("a.html", ());
    assert_eq!(site.bodies(), 2);
}

#[test]
fn a_version_renders_again_for_both_kinds_of_key() {
    let source = "{% cache 'trending', version=v %}{{ body() }}{% endcache %}{% cache card, version=v %}{{ body() }}{% endcache %}";
    let site = Site::new(&[("a.html", source)]);
    for (version, bodies) in [(1, 2), (1, 0), (2, 2)] {
        site.render("a.html", context! { v => version, card => card_value(1, 1) });
        assert_eq!(site.bodies(), bodies, "version {version}");
    }
    assert!(site.cache.exists("trending:2").unwrap());
}

#[test]
fn a_changed_model_is_rendered_and_its_old_fragment_stays_until_it_expires() {
    let site = Site::new(&[("a.html", "{% cache card %}{{ card.title }}{{ body() }}{% endcache %}")]);
    assert_eq!(site.show("a.html", context! { card => card_value(7, 1) }), once("card 7!"));
    assert_eq!(site.show("a.html", context! { card => card_value(7, 2) }), once("card 7!"));
    assert_eq!(site.show("a.html", context! { card => card_value(7, 1) }), hit("card 7!"));
}

#[test]
fn tags_forget_fragments() {
    let site = Site::new(&[(
        "a.html",
        "{% cache 'a', tags=['nav', 'user'] %}{{ body() }}{% endcache %}{% cache 'b', tags='nav' %}{{ body() }}{% endcache %}",
    )]);
    for (tag, bodies) in [("nav", 2), ("user", 2), ("none", 1)] {
        site.render("a.html", ());
        assert_eq!(site.bodies(), bodies);
        site.cache.delete_tag(tag).unwrap();
    }
}

#[test]
fn without_a_store_the_body_runs_each_time_and_the_page_is_whole() {
    let chaos = Chaos::new(store::NoCache);
    chaos.fail(true);
    let source =
        "{% cache 'a' %}{{ body() }}{% endcache %}{% cache_each c in cards %}{{ c.id }}{{ body() }}{% endcache_each %}";
    for cache in [Cache::none(), Cache::new(chaos)] {
        let site = Site::on(cache, &[("a.html", source)]);
        for _ in 0..2 {
            let cards = crate::site::card_values(&[(1, 1), (2, 1)]);
            assert_eq!(site.show("a.html", context! { cards }), ("!1!2!".to_owned(), 3));
        }
    }
}

#[test]
fn a_store_that_fails_half_way_costs_no_page() {
    let chaos = Chaos::over(&Cache::memory());
    let site = Site::on(Cache::new(chaos.clone()), &[("a.html", "{% cache 'a' %}{{ body() }}{% endcache %}")]);
    site.render("a.html", ());
    chaos.fail(true);
    assert_eq!(site.show("a.html", ()), ("!".to_owned(), 2));
    chaos.fail(false);
    site.cache.ping().unwrap();
    assert_eq!(site.render("a.html", ()), "!");
}

#[test]
fn the_settings_of_the_cache_hold() {
    let site = Site::on(Cache::memory().expires_in(0), &[("a.html", "{% cache 'a' %}{{ body() }}{% endcache %}")]);
    site.render("a.html", ());
    site.render("a.html", ());
    assert_eq!(site.bodies(), 2);
}

#[test]
fn threads_share_one_rendering() {
    let site = Site::new(&[("a.html", "{% cache 'a' %}{{ slowly() }}{{ body() }}{% endcache %}")]);
    let mut env = site.env.clone();
    env.add_function("slowly", || {
        thread::sleep(Duration::from_millis(50)); // while the others arrive
        ""
    });
    let barrier = Barrier::new(32);
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                barrier.wait();
                assert_eq!(env.get_template("a.html").unwrap().render(()).unwrap(), "!");
            });
        }
    });
    assert_eq!(site.bodies(), 1);
}

#[test]
fn in_the_window_one_renders_and_the_others_are_served_the_stale_fragment() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let site = Site::on(
        cache,
        &[(
            "a.html",
            "{% cache 'a', expires_in=60, race_condition_ttl=10 %}{{ wait() }}{{ body() }}{{ n }}{% endcache %}",
        )],
    );
    let (begun, others_done) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let mut env = site.env.clone();
    let waits = Arc::new(Mutex::new(false));
    env.add_function("wait", {
        let (begun, others_done, waits) = (Arc::clone(&begun), Arc::clone(&others_done), Arc::clone(&waits));
        move || {
            if *waits.lock().unwrap() {
                begun.wait();
                others_done.wait();
            }
            ""
        }
    });
    let render = |n: u32| env.get_template("a.html").unwrap().render(context! { n }).unwrap();
    assert_eq!(render(1), "!1");
    testing::advance(Duration::from_secs(61));
    *waits.lock().unwrap() = true;
    thread::scope(|scope| {
        let first = scope.spawn(|| render(2));
        begun.wait();
        let others: Vec<_> = (0..31).map(|_| scope.spawn(|| render(3))).collect();
        for other in others {
            assert_eq!(other.join().unwrap(), "!1");
        }
        others_done.wait();
        assert_eq!(first.join().unwrap(), "!2");
    });
    assert_eq!((site.bodies(), render(4)), (2, "!2".to_owned()));
}
