//! What a visitor may write, and in which form.

use serde::{Deserialize, Serialize};

use crate::models::{Comment, Reply};

/// In characters. The form's fields have the same limits, in `templates/form.html`.
const LONGEST_NAME: usize = 50;
const LONGEST_TEXT: usize = 2000;

/// The fields of a form, for a comment or a reply.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Entry {
    pub author: String,
    pub body: String,
}

impl Entry {
    /// Without blanks around it and with plain line ends.
    pub fn tidy(self) -> Self {
        let plain = |text: String| text.replace("\r\n", "\n").trim().to_owned();
        Entry { author: plain(self.author), body: plain(self.body) }
    }

    /// What is wrong with it, for the visitor.
    pub fn mistakes(&self) -> Vec<String> {
        let fields = [("Your name", &self.author, LONGEST_NAME), ("The text", &self.body, LONGEST_TEXT)];
        let mistake = |(field, text, most): (&str, &String, usize)| match text.chars().count() {
            0 => Some(format!("{field} is missing.")),
            count if count > most => Some(format!("{field} has {count} characters, and {most} are the most.")),
            _ => None,
        };
        fields.into_iter().filter_map(mistake).collect()
    }
}

/// A page with a form.
#[derive(Debug, Serialize)]
pub struct Form {
    pub title: String,
    /// The address that it is sent to.
    pub action: String,
    pub button: String,
    pub entry: Entry,
    pub mistakes: Vec<String>,
    /// The address of the page around the comment.
    pub back: String,
}

impl Form {
    pub(crate) fn new_comment(post_id: i64, explains: bool) -> Self {
        Form {
            title: "Write a comment".to_owned(),
            action: format!("/posts/{post_id}{}", query(explains)),
            button: "Send the comment".to_owned(),
            entry: Entry::default(),
            mistakes: Vec::new(),
            back: place(post_id, explains, "comments"),
        }
    }

    pub(crate) fn new_reply(to: &Comment, explains: bool) -> Self {
        Form {
            title: format!("Reply to {}", to.author),
            action: format!("/comments/{}/reply{}", to.id, query(explains)),
            button: "Send the reply".to_owned(),
            entry: Entry::default(),
            mistakes: Vec::new(),
            back: place(to.post_id, explains, &format!("comment-{}", to.id)),
        }
    }

    pub(crate) fn changed_comment(comment: &Comment, explains: bool) -> Self {
        Form {
            title: "Edit a comment".to_owned(),
            action: format!("/comments/{}/edit{}", comment.id, query(explains)),
            button: "Save the comment".to_owned(),
            entry: Entry { author: comment.author.clone(), body: comment.body.clone() },
            mistakes: Vec::new(),
            back: place(comment.post_id, explains, &format!("comment-{}", comment.id)),
        }
    }

    pub(crate) fn changed_reply(reply: &Reply, comment: &Comment, explains: bool) -> Self {
        Form {
            title: "Edit a reply".to_owned(),
            action: format!("/replies/{}/edit{}", reply.id, query(explains)),
            button: "Save the reply".to_owned(),
            entry: Entry { author: reply.author.clone(), body: reply.body.clone() },
            mistakes: Vec::new(),
            back: place(comment.post_id, explains, &format!("reply-{}", reply.id)),
        }
    }
}

/// The address of something on the page of a post.
pub(crate) fn place(post_id: i64, explains: bool, anchor: &str) -> String {
    format!("/posts/{post_id}{}#{anchor}", query(explains))
}

fn query(explains: bool) -> &'static str {
    if explains { "?explain" } else { "" }
}
