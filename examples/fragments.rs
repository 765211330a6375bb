//! Fragments: pieces of a page, rendered by Maud and stored under the keys of models.
//!
//! `cargo run --bin fragments` prints:
//!
//! ```text
//! rendering post 7
//! rendering comment 1
//! rendering comment 2
//! <article><h1>Tea &amp; cake</h1><p>yes</p><p>no</p></article>
//! again: <article><h1>Tea &amp; cake</h1><p>yes</p><p>no</p></article>
//! comment 2 is edited
//! rendering post 7
//! rendering comment 2
//! <article><h1>Tea &amp; cake</h1><p>yes</p><p>perhaps</p></article>
//! ```

use std::time::{Duration, SystemTime};

use cache_runtime::Cache;
use cache_runtime::model::Cacheable;
use maud::{Markup, PreEscaped, html};

#[derive(Cacheable)]
struct Post {
    id: u64,
    title: String,
    updated_at: SystemTime,
    comments: Vec<Comment>,
}

#[derive(Cacheable)]
struct Comment {
    id: u64,
    text: String,
    updated_at: SystemTime,
}

/// The prefix `v1/post` says what of a post is rendered: with new markup it becomes `v2/post`.
fn article(cache: &Cache, post: &Post) -> Markup {
    let article = cache.fragment("v1/post", post).render(|| {
        println!("rendering post {}", post.id);
        html! {
            article {
                h1 { (post.title) }
                @for comment in &post.comments { (paragraph(cache, comment)) }
            }
        }
    });
    PreEscaped(article) // what is stored is markup already
}

fn paragraph(cache: &Cache, comment: &Comment) -> Markup {
    let paragraph = cache.fragment("v1/comment", comment).render(|| {
        println!("rendering comment {}", comment.id);
        html! { p { (comment.text) } }
    });
    PreEscaped(paragraph)
}

fn main() {
    let cache = Cache::memory();
    let then = SystemTime::UNIX_EPOCH;
    let comment = |id, text: &str| Comment { id, text: text.to_owned(), updated_at: then };
    let comments = vec![comment(1, "yes"), comment(2, "no")];
    let mut post = Post { id: 7, title: "Tea & cake".to_owned(), updated_at: then, comments };

    println!("{}", article(&cache, &post).0);
    println!("again: {}", article(&cache, &post).0);

    // A change gives the comment a new key, and touches the post, so that both are rendered. Comment 1 is a hit.
    println!("comment 2 is edited");
    let now = then + Duration::from_secs(60);
    post.comments[1] = Comment { id: 2, text: "perhaps".to_owned(), updated_at: now };
    post.updated_at = now;
    println!("{}", article(&cache, &post).0);
}
