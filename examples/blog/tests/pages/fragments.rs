//! What is rendered again after a change, and what is not, as the pages themselves say.

use rusqlite::Connection;

use crate::site::{Explained, LONG, Site, count, explained};

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_first_visit_renders_every_fragment_and_the_second_reads_one() {
    let site = Site::new();
    let html = site.show(&format!("{LONG}?explain"));
    let first = explained(&html);
    assert!(count(&html, "comment") > 100 && count(&html, "reply") > 50);
    assert_eq!(first.rendered.len(), 1 + count(&html, "comment") + count(&html, "reply"));
    assert_eq!(first.hits, names(&[]));
    assert_eq!(site.explain(LONG), Explained { rendered: vec![], hits: names(&["post 1"]) });
}

#[test]
fn an_edited_reply_renders_itself_its_comment_and_its_post_and_all_siblings_are_hits() {
    let site = Site::new();
    site.fill(LONG, 200);
    let before = site.show(LONG);
    assert_eq!(count(&before, "comment"), 200);
    // Comment 1 has the replies 1, 2 and 3.
    let sent = site.post("/replies/2/edit", "author=Ines&body=It+was+the+left+path.");
    assert_eq!(sent.location.as_deref(), Some("/posts/1#reply-2"));

    let html = site.show(&format!("{LONG}?explain"));
    let Explained { rendered, hits } = explained(&html);
    assert_eq!(rendered, ["post 1", "comment 1", "reply 2"]);
    assert!(html.contains("It was the left path."));

    let mut siblings = names(&["reply 1", "reply 3"]);
    let comments = before.split("<article class=\"comment\" id=\"comment-").skip(2);
    siblings.extend(comments.filter_map(|rest| Some(format!("comment {}", rest.split_once('"')?.0))));
    assert_eq!(siblings.len(), 2 + 199);
    assert_eq!(hits, siblings);
}

#[test]
fn a_new_comment_renders_itself_and_the_post() {
    let site = Site::new();
    let comments = count(&site.show(LONG), "comment");
    site.post(LONG, "author=Ines&body=Which+oak%3F");
    let Explained { rendered, hits } = site.explain(LONG);
    assert_eq!((rendered.len(), &*rendered[0], hits.len()), (2, "post 1", comments));
}

#[test]
fn a_change_made_by_another_program_is_seen() {
    let site = Site::new();
    site.show(LONG);
    let connection = Connection::open(site.database_file()).unwrap();
    connection.execute("UPDATE comments SET body = 'imported' WHERE id = 7", ()).unwrap();
    assert_eq!(site.explain(LONG).rendered, ["post 1", "comment 7"]);
    assert!(site.show(LONG).contains("imported"));
}

#[test]
fn the_list_renders_only_the_post_that_was_commented() {
    let site = Site::new();
    let html = site.show("/");
    assert!(html.contains("3&nbsp;comments"));
    site.post("/posts/6", "author=Ines&body=Wise.");
    let Explained { rendered, hits } = site.explain("/");
    assert_eq!((rendered, hits.len()), (names(&["post 6"]), 5));
    assert!(site.show("/").contains("4&nbsp;comments"));
}

#[test]
fn an_edited_template_renders_exactly_the_fragments_that_include_it() {
    let site = Site::new();
    let html = site.show(LONG);
    site.show("/");

    site.edit_template("comment.html", |source| source.replace("class=\"comment\"", "class=\"comment\" lang=\"en\""));
    let Explained { rendered, hits } = site.explain(LONG);
    assert!(rendered.iter().all(|name| name.starts_with("comment ") || name == "post 1"));
    assert_eq!(rendered.len(), 1 + count(&html, "comment"));
    assert_eq!(hits.len(), count(&html, "reply"), "a reply does not include the comment around it");
    assert!(hits.iter().all(|name| name.starts_with("reply ")));
    assert_eq!(site.explain("/").rendered, names(&[]), "nor does the list");

    site.edit_template("card.html", |source| source.replace("<h2>", "<h2 class=\"title\">"));
    assert_eq!(site.explain("/").rendered.len(), 6);
    assert_eq!(site.explain(LONG).rendered, names(&[]));

    site.edit_template("by.html", |source| source.replace("<b>", "<b class=\"author\">"));
    assert_eq!((site.explain("/").hits, site.explain(LONG).hits), (vec![], vec![]), "all of them include it");
}

#[test]
fn explained_and_plain_pages_share_their_fragments_and_explanations_are_not_stored() {
    let site = Site::new();
    let explained = site.show(&format!("{LONG}?explain"));
    let plain = site.show(LONG);
    assert!(explained.contains("class=\"fragment rendered\"") && !plain.contains("class=\"fragment"));
    assert_eq!(site.explain(LONG).hits, ["post 1"]);
    assert!(!plain.contains("<!--"));
}

#[test]
fn a_page_whose_post_is_stored_does_not_read_the_comments() {
    let site = Site::new();
    let before = site.show(LONG);
    let connection = Connection::open(site.database_file()).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF; DROP TABLE replies; DROP TABLE comments").unwrap();
    assert_eq!(site.show(LONG), before);
}
