//! Fragments inside fragments, and lists.

use cache_runtime::Cache;
use cache_runtime::testing::Chaos;
use cache_tera::model;

use crate::site::{Comment, Site, cards, moment, post};

const POST: (&str, &str) = (
    "post.html",
    "{% cache post %}{{ body() }}{% for comment in post.comments %}{% cache comment %}{% include 'comment.html' %}{% endcache %}{% endfor %}{% endcache %}",
);
const EACH: (&str, &str) = (
    "post.html",
    "{% cache post %}{{ body() }}{% cache_each comment in post.comments %}{% include 'comment.html' %}{% endcache_each %}{% endcache %}",
);
const COMMENT: (&str, &str) = ("comment.html", "{{ comment.text }}{{ body() }}");

#[test]
fn an_edited_comment_renders_itself_and_the_post() {
    for outer in [POST, EACH] {
        let (site, mut post) = (Site::new(&[outer, COMMENT]), post(3));
        assert_eq!(site.show("post.html", &[("post", model(&post))]), ("!no. 0!no. 1!no. 2!".to_owned(), 4));
        assert_eq!(site.show("post.html", &[("post", model(&post))]), ("!no. 0!no. 1!no. 2!".to_owned(), 0));
        post.comments[1] = Comment { id: 1, text: "edited".to_owned(), updated_at: moment(2) };
        post.updated_at = moment(2);
        assert_eq!(site.show("post.html", &[("post", model(&post))]), ("!no. 0!edited!no. 2!".to_owned(), 2));
    }
}

#[test]
fn of_a_hundred_cards_one_is_rendered_again() {
    let site = Site::new(&[("a.html", "{% cache_each card in cards %}{{ body() }}{% endcache_each %}")]);
    let mut all: Vec<(u32, u64)> = (0..100).map(|id| (id, 1)).collect();
    assert_eq!(site.show("a.html", &[("cards", cards(&all))]).1, 100);
    all[50].1 = 2;
    assert_eq!(site.show("a.html", &[("cards", cards(&all))]).1, 1);
}

#[test]
fn a_list_is_read_in_one_step_and_written_in_one() {
    let chaos = Chaos::over(&Cache::memory());
    let site = Site::on(
        Cache::new(chaos.clone()),
        &[("a.html", "{% cache_each card in cards %}{{ card.id }}{% endcache_each %}")],
    );
    let list = cards(&[(1, 1), (2, 1), (3, 1), (2, 1)]);
    assert_eq!(site.render("a.html", &[("cards", list.clone())]), "1232", "in the list's order, one twice");
    let before = chaos.total();
    assert_eq!(site.render("a.html", &[("cards", list)]), "1232");
    assert_eq!(chaos.total() - before, 1);
    assert_eq!(site.render("a.html", &[("cards", cards(&[]))]), "");
}
