//! Russian dolls: what is rendered again when something inside changes.

use cache_minijinja::model;
use minijinja::context;

use crate::site::{Post, Site, moment, post};

const PAGE: &str = "{% cache post %}<ul>{{ body() }}{% for comment in post.comments %}{% cache comment %}<li>{{ comment.text }}\
    {{ body() }}{% for reply in comment.replies %}{% cache reply %}<b>{{ reply.text }}</b>{{ body() }}{% endcache %}\
    {% endfor %}</li>{% endcache %}{% endfor %}</ul>{% endcache %}";

fn show(site: &Site, post: &Post) -> (String, usize) {
    site.show("post.html", context! { post => model(post) })
}

#[test]
fn a_reply_its_comment_and_its_post_are_rendered_and_their_siblings_are_not() {
    let site = Site::new(&[("post.html", PAGE)]);
    let mut post = post(200);
    assert_eq!(show(&site, &post).1, 401);
    assert_eq!(show(&site, &post).1, 0);
    let comment = &mut post.comments[7];
    comment.replies[0].text = "edited".to_owned();
    comment.replies[0].updated_at = moment(2);
    comment.updated_at = moment(2);
    post.updated_at = moment(2);
    let (html, bodies) = show(&site, &post);
    assert!(html.contains("<b>edited</b>") && html.matches("<li>").count() == 200);
    assert_eq!(bodies, 3);
}

#[test]
fn a_comment_that_is_removed_leaves_the_others_as_they_are() {
    let site = Site::new(&[("post.html", PAGE)]);
    let mut post = post(3);
    show(&site, &post);
    post.comments.remove(1);
    post.updated_at = moment(2);
    assert_eq!(show(&site, &post).1, 1);
}

#[test]
fn a_child_whose_parent_was_not_touched_is_shown_stale() {
    let site = Site::new(&[("post.html", PAGE)]);
    let mut post = post(1);
    show(&site, &post);
    post.comments[0].updated_at = moment(2);
    assert_eq!(show(&site, &post).1, 0, "so touch the parent in the same transaction");
}

#[test]
fn a_hundred_models_of_which_one_changes_are_one_inner_rendering_and_the_outer_one() {
    let source = "{% cache cards %}{{ body() }}{% for card in cards %}{% cache card %}{{ card.id }}{{ body() }}{% endcache %}{% endfor %}{% endcache %}";
    let site = Site::new(&[("a.html", source)]);
    let mut cards: Vec<_> = (0..100).map(|id| crate::site::card(id, 1)).collect();
    for expected in [101, 0] {
        site.render("a.html", context! { cards => cache_minijinja::models(&cards) });
        assert_eq!(site.bodies(), expected);
    }
    cards[42].updated_at = moment(2);
    site.render("a.html", context! { cards => cache_minijinja::models(&cards) });
    assert_eq!(site.bodies(), 2);
}
