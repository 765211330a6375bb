//! Fragments inside fragments, in files of their own.

use std::time::SystemTime;

use askama::Template;
use cache_askama::{FragmentPrefix, Prefix, filters, prefix};
use cache_runtime::Cache;
use cache_runtime::model::Cacheable;

use crate::site::{moment, notes, show};

const POST: Prefix = prefix!("post.html", "comment.html");
const COMMENT: Prefix = prefix!("comment.html");

#[derive(Cacheable)]
struct Post {
    id: u32,
    title: String,
    comments: Vec<Comment>,
    updated_at: SystemTime,
}

#[derive(Cacheable)]
struct Comment {
    id: u32,
    text: String,
    updated_at: SystemTime,
}

#[derive(Template)]
#[template(path = "post.html")]
struct Show<'a> {
    post: &'a Post,
}

fn post() -> Post {
    let comment = |id| Comment { id, text: format!("no. {id}"), updated_at: moment(1) };
    Post { id: 1, title: "Tea".to_owned(), comments: (1..=3).map(comment).collect(), updated_at: moment(1) }
}

#[test]
fn an_edited_comment_renders_itself_and_the_post() {
    let (cache, mut post) = (Cache::memory(), post());
    let before = "<article>Tea<p>no. 1</p><p>no. 2</p><p>no. 3</p></article>";
    assert_eq!(show(&Show { post: &post }, &cache), (before.to_owned(), 3));
    assert_eq!(show(&Show { post: &post }, &cache), (before.to_owned(), 0));

    post.comments[1] = Comment { id: 2, text: "edited".to_owned(), updated_at: moment(2) };
    post.updated_at = moment(2);
    let after = "<article>Tea<p>no. 1</p><p>edited</p><p>no. 3</p></article>";
    assert_eq!(show(&Show { post: &post }, &cache), (after.to_owned(), 1), "its siblings are hits");
    assert_eq!(notes().len(), 0);
}

#[test]
fn a_post_knows_the_sources_that_it_includes() {
    assert_ne!(Prefix::new("post.html", &[include_str!("../../templates/post.html")]).text(), POST.text());
    assert!(POST.text().starts_with("post.html@") && COMMENT.text().starts_with("comment.html@"));
}
