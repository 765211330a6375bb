//! Pages from templates. Rendering is synchronous: async code calls it by `spawn_blocking`.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use cache_assets::Assets;
use cache_minijinja::{CacheTag, model, models, shared_models, template_digest};
use cache_runtime::Cache;
use cache_runtime::http::FreshWhen;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Value, context};

use crate::database::Snapshot;
use crate::explain;
use crate::forms::Form;
use crate::models::Post;

pub struct Pages {
    plain: Environment<'static>,
    /// The same templates and the same fragments, with comments around them.
    explained: Environment<'static>,
    assets: Assets,
}

impl Pages {
    /// With `reload`, templates are read again when they have changed, and with them the fragments that show them.
    pub fn new(templates: impl AsRef<Path>, assets: &Assets, cache: &Cache, reload: bool) -> Self {
        let environment = |explains: bool| {
            let mut env = Environment::new();
            CacheTag::new(cache).explain(explains).install_folder(&mut env, &templates);
            env.set_auto_reload(reload);
            env.set_auto_escape_callback(|_| AutoEscape::Html);
            env.add_filter("date", date);
            cache_assets::minijinja::install(&mut env, assets);
            env
        };
        Pages { plain: environment(false), explained: environment(true), assets: assets.clone() }
    }

    pub fn posts(&self, snapshot: &Arc<Snapshot>, explains: bool) -> Result<String, Error> {
        let posts = snapshot.posts().map_err(failure)?;
        self.render("posts.html", context! { posts => models(&posts), comments_of => comments_of(snapshot) }, explains)
    }

    /// What the page of a post depends on: the post, which a change of its comments and replies changes, the templates, and
    /// the names of the assets that it links. It is the same for everybody.
    pub fn post_state(&self, post: &Post) -> Result<FreshWhen, Error> {
        let templates = template_digest(&self.plain, "post.html")?;
        let assets = self.assets.digest();
        Ok(FreshWhen::of(post).template(format_args!("{templates}/{assets}")).public())
    }

    /// Only the post is read here. If its fragment is stored, nothing else is.
    pub fn post(&self, snapshot: &Arc<Snapshot>, post: &Post, form: &Form, explains: bool) -> Result<String, Error> {
        let context = context! {
            post => model(post),
            comments_of => comments_of(snapshot),
            replies_of => replies_of(snapshot),
            form => Serde(form),
        };
        self.render("post.html", context, explains)
    }

    pub fn form(&self, form: &Form) -> Result<String, Error> {
        self.render("write.html", context! { form => Serde(form) }, false)
    }

    pub fn problem(&self, title: &str, text: &str) -> Result<String, Error> {
        self.render("problem.html", context! { title, text }, false)
    }

    pub fn render(&self, name: &str, context: Value, explains: bool) -> Result<String, Error> {
        tracing::info!("rendering {name}");
        let env = if explains { &self.explained } else { &self.plain };
        let html = env.get_template(name)?.render(context! { explains, ..context })?;
        if explains { explain::outlined(&html, &self.plain) } else { Ok(html) }
    }
}

/// A function for templates. It runs when a template calls it, so comments are read only if something has to be rendered.
pub fn comments_of(snapshot: &Arc<Snapshot>) -> Value {
    let snapshot = Arc::clone(snapshot);
    Value::from_function(move |post_id: i64| {
        snapshot.comments_of(post_id).map(|all| shared_models(&Arc::new(all))).map_err(failure)
    })
}

/// The same for the replies of a comment.
pub fn replies_of(snapshot: &Arc<Snapshot>) -> Value {
    let snapshot = Arc::clone(snapshot);
    Value::from_function(move |comment_id: i64| {
        snapshot.replies_of(comment_id).map(|all| shared_models(&Arc::new(all))).map_err(failure)
    })
}

fn failure(error: impl Display) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("the database cannot be read: {error}"))
}

/// `2026-03-05T09:30:00Z` as `5 March 2026`. A fragment must not say "two hours ago": it would go on saying so.
fn date(moment: &str) -> Result<String, Error> {
    let moment: jiff::Timestamp = moment.parse().map_err(failure)?;
    Ok(moment.strftime("%-d %B %Y").to_string())
}
