//! Addresses, and what is done at each.

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form as Sent, Router};
use cache_assets::Assets;
use cache_axum::Conditional;
use cache_runtime::Cache;
use cache_runtime::http::{CacheControl, ResponseCache};
use tokio::task::spawn_blocking;

use crate::database::{Database, Snapshot};
use crate::forms::{Entry, Form, place};
use crate::limits;
use crate::models::{Comment, Reply};
use crate::pages::Pages;
use crate::problem::Problem;
use crate::weather::Weather;

/// What all requests share.
pub struct Blog {
    pub database: Arc<Database>,
    pub pages: Pages,
    pub assets: Assets,
    /// The responses to readers of the feed.
    pub responses: ResponseCache,
    pub weather: Weather,
    /// Where is counted how much somebody writes.
    pub cache: Cache,
}

type Shared = State<Arc<Blog>>;
type Id = Result<Path<i64>, PathRejection>;
type SentEntry = Result<Sent<Entry>, FormRejection>;

/// In bytes: the longest text, with each character written as twelve.
const LARGEST_FORM: usize = 32 * 1024;

pub fn router(blog: Blog) -> Router {
    let (writing, blog) = (limits::of_writing(&blog.cache), Arc::new(blog));
    let refusing = Arc::clone(&blog);
    let writing = writing.on_limited(move |refused, _| limits::refusal(&refusing, refused));
    Router::new()
        .route("/", get(posts))
        .route("/posts/{id}", get(post).post(add_comment))
        .route("/comments/{id}/reply", get(reply_form).post(add_reply))
        .route("/comments/{id}/edit", get(comment_form).post(edit_comment))
        .route("/replies/{id}/edit", get(edit_reply_form).post(edit_reply))
        .route("/about", get(about))
        .route("/feed.xml", get(feed).layer(blog.responses.clone()))
        .nest_service("/assets", blog.assets.service())
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
        .layer(writing)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .with_state(blog)
}

async fn posts(State(blog): Shared, uri: Uri) -> Response {
    answer(blog, move |blog| {
        let snapshot = blog.database.snapshot()?;
        Ok(Html(blog.pages.posts(&snapshot, is_explained(&uri))?).into_response())
    })
    .await
}

async fn post(State(blog): Shared, cond: Conditional, id: Id, uri: Uri) -> Response {
    answer(blog, move |blog| {
        let (Path(id), explains) = (id?, is_explained(&uri));
        let snapshot = blog.database.snapshot()?;
        let post = snapshot.post(id)?.ok_or_else(Problem::not_found)?;
        // An explanation is different each time.
        let fresh = if explains { None } else { Some(cond.fresh_when(blog.pages.post_state(&post)?)?) };
        let form = Form::new_comment(id, explains);
        Ok((fresh, Html(blog.pages.post(&snapshot, &post, &form, explains)?)).into_response())
    })
    .await
}

async fn about(State(blog): Shared) -> Response {
    let weather = blog.weather.report().await;
    answer(blog, move |blog| Ok(Html(blog.pages.about(weather.as_ref())?).into_response())).await
}

/// The same for everybody, and asked for all the time by programs: one of them waits for it, and for a minute the others are
/// given what it got.
async fn feed(State(blog): Shared) -> Response {
    answer(blog, |blog| {
        let snapshot = blog.database.snapshot()?;
        let feed = blog.pages.feed(&snapshot)?;
        let control = CacheControl::new().max_age(60).public().stale_while_revalidate(600);
        let fields = [(header::CONTENT_TYPE, "application/atom+xml"), (header::CACHE_CONTROL, &control.to_string())];
        Ok((fields, feed).into_response())
    })
    .await
}

async fn add_comment(State(blog): Shared, id: Id, uri: Uri, sent: SentEntry) -> Response {
    answer(blog, move |blog| {
        let (Path(post_id), Sent(entry), explains) = (id?, sent?, is_explained(&uri));
        submit(blog, Form::new_comment(post_id, explains), entry, |entry| {
            let id = blog.database.add_comment(post_id, entry)?.ok_or_else(Problem::not_found)?;
            Ok(place(post_id, explains, &format!("comment-{id}")))
        })
    })
    .await
}

async fn reply_form(State(blog): Shared, id: Id, headers: HeaderMap) -> Response {
    answer(blog, move |blog| {
        let comment = comment(&*blog.database.snapshot()?, id?)?;
        show(blog, &Form::new_reply(&comment, comes_from_explained(&headers)))
    })
    .await
}

async fn add_reply(State(blog): Shared, id: Id, uri: Uri, sent: SentEntry) -> Response {
    answer(blog, move |blog| {
        let (Sent(entry), explains) = (sent?, is_explained(&uri));
        let comment = comment(&*blog.database.snapshot()?, id?)?;
        submit(blog, Form::new_reply(&comment, explains), entry, |entry| {
            let id = blog.database.add_reply(comment.id, entry)?.ok_or_else(Problem::not_found)?;
            Ok(place(comment.post_id, explains, &format!("reply-{id}")))
        })
    })
    .await
}

async fn comment_form(State(blog): Shared, id: Id, headers: HeaderMap) -> Response {
    answer(blog, move |blog| {
        let comment = comment(&*blog.database.snapshot()?, id?)?;
        show(blog, &Form::changed_comment(&comment, comes_from_explained(&headers)))
    })
    .await
}

async fn edit_comment(State(blog): Shared, id: Id, uri: Uri, sent: SentEntry) -> Response {
    answer(blog, move |blog| {
        let Sent(entry) = sent?;
        let comment = comment(&*blog.database.snapshot()?, id?)?;
        let form = Form::changed_comment(&comment, is_explained(&uri));
        let back = form.back.clone();
        submit(blog, form, entry, |entry| Ok(blog.database.edit_comment(comment.id, entry).map(|()| back)?))
    })
    .await
}

async fn edit_reply_form(State(blog): Shared, id: Id, headers: HeaderMap) -> Response {
    answer(blog, move |blog| {
        let (reply, comment) = reply(&*blog.database.snapshot()?, id?)?;
        show(blog, &Form::changed_reply(&reply, &comment, comes_from_explained(&headers)))
    })
    .await
}

async fn edit_reply(State(blog): Shared, id: Id, uri: Uri, sent: SentEntry) -> Response {
    answer(blog, move |blog| {
        let Sent(entry) = sent?;
        let (reply, comment) = reply(&*blog.database.snapshot()?, id?)?;
        let form = Form::changed_reply(&reply, &comment, is_explained(&uri));
        let back = form.back.clone();
        submit(blog, form, entry, |entry| Ok(blog.database.edit_reply(reply.id, entry).map(|()| back)?))
    })
    .await
}

async fn not_found(State(blog): Shared) -> Response {
    answer(blog, |_| Err(Problem::not_found())).await
}

async fn not_allowed(State(blog): Shared) -> Response {
    let text = "This page cannot be used in this way.".to_owned();
    answer(blog, |_| Err(Problem::Told { status: StatusCode::METHOD_NOT_ALLOWED, text })).await
}

/// Does the work of a request on a thread that may wait for the database, and shows a page about what goes wrong.
async fn answer(blog: Arc<Blog>, work: impl FnOnce(&Blog) -> Result<Response, Problem> + Send + 'static) -> Response {
    let shared = Arc::clone(&blog);
    let done = spawn_blocking(move || work(&shared)).await.unwrap_or_else(|panic| Err(panic.into()));
    done.unwrap_or_else(|problem| {
        let (status, text) = match problem {
            Problem::Early(early) => return early.into_response(),
            Problem::Told { status, text } => (status, text),
        };
        let title = status.canonical_reason().unwrap_or("Error");
        // The template itself may be what is broken.
        let page =
            blog.pages.problem(title, &text).map_or_else(|_| text.into_response(), |page| Html(page).into_response());
        (status, page).into_response()
    })
}

fn comment(snapshot: &Snapshot, Path(id): Path<i64>) -> Result<Comment, Problem> {
    snapshot.comment(id)?.ok_or_else(Problem::not_found)
}

fn reply(snapshot: &Snapshot, Path(id): Path<i64>) -> Result<(Reply, Comment), Problem> {
    let reply = snapshot.reply(id)?.ok_or_else(Problem::not_found)?;
    let comment = comment(snapshot, Path(reply.comment_id))?;
    Ok((reply, comment))
}

fn show(blog: &Blog, form: &Form) -> Result<Response, Problem> {
    Ok(Html(blog.pages.form(form)?).into_response())
}

/// Saves what was sent and leads to where it is shown, or shows the form again.
fn submit(
    blog: &Blog,
    form: Form,
    entry: Entry,
    save: impl FnOnce(&Entry) -> Result<String, Problem>,
) -> Result<Response, Problem> {
    let entry = entry.tidy();
    let mistakes = entry.mistakes();
    if mistakes.is_empty() {
        return Ok(Redirect::to(&save(&entry)?).into_response());
    }
    Ok((StatusCode::BAD_REQUEST, show(blog, &Form { entry, mistakes, ..form })?).into_response())
}

fn is_explained(uri: &Uri) -> bool {
    uri.query().is_some_and(|query| query.split('&').any(|part| part == "explain" || part.starts_with("explain=")))
}

/// Whether the link was on a page with `?explain`. The links inside fragments cannot say so, because a fragment is the same
/// on all pages.
fn comes_from_explained(headers: &HeaderMap) -> bool {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    referer.and_then(|referer| referer.parse().ok()).is_some_and(|uri| is_explained(&uri))
}
