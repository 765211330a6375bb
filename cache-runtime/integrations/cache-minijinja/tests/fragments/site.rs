//! Templates that a test can edit, with a function that counts how often bodies run.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cache_minijinja::{CacheTag, model, models, serialize_models};
use cache_runtime::Cache;
use cache_runtime::model::Cacheable;
use minijinja::{Environment, Error, Value};
use serde::Serialize;

pub(crate) struct Site {
    pub(crate) cache: Cache,
    pub(crate) env: Environment<'static>,
    files: Arc<Mutex<HashMap<String, String>>>,
    bodies: Arc<AtomicUsize>,
}

impl Site {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self::on(Cache::memory(), files)
    }

    pub(crate) fn on(cache: Cache, files: &[(&str, &str)]) -> Self {
        let tag = CacheTag::new(&cache);
        Self::with(cache, tag, files)
    }

    pub(crate) fn with(cache: Cache, tag: CacheTag, files: &[(&str, &str)]) -> Self {
        let own = |(name, source): &(&str, &str)| ((*name).to_owned(), (*source).to_owned());
        let files: Arc<Mutex<HashMap<String, String>>> = Arc::new(Mutex::new(files.iter().map(own).collect()));
        let mut env = Environment::new();
        let loaded = Arc::clone(&files);
        tag.install(&mut env, move |name: &str| Ok(loaded.lock().unwrap().get(name).cloned()));
        let bodies = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&bodies);
        env.add_function("body", move || {
            counted.fetch_add(1, Ordering::SeqCst);
            "!"
        });
        Site { cache, env, files, bodies }
    }

    pub(crate) fn edit(&self, name: &str, source: &str) {
        self.files.lock().unwrap().insert(name.to_owned(), source.to_owned());
    }

    pub(crate) fn try_render(&self, name: &str, context: impl Into<Value>) -> Result<String, Error> {
        self.env.get_template(name)?.render(context)
    }

    #[track_caller]
    pub(crate) fn render(&self, name: &str, context: impl Into<Value>) -> String {
        self.try_render(name, context).unwrap_or_else(|error| panic!("{}", cache_minijinja::explain(&error)))
    }

    /// What was rendered, and how many bodies ran for it.
    #[track_caller]
    pub(crate) fn show(&self, name: &str, context: impl Into<Value>) -> (String, usize) {
        let html = self.render(name, context);
        (html, self.bodies())
    }

    /// How many bodies have run since the last call.
    pub(crate) fn bodies(&self) -> usize {
        self.bodies.swap(0, Ordering::SeqCst)
    }

    /// The kind, the message and the place of an error.
    #[track_caller]
    pub(crate) fn error(&self, name: &str, context: impl Into<Value>) -> String {
        self.try_render(name, context).expect_err("it is wrong").to_string()
    }
}

pub(crate) fn moment(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[derive(Cacheable, Clone, Serialize)]
pub(crate) struct Card {
    pub(crate) id: u32,
    pub(crate) title: String,
    #[serde(skip)]
    pub(crate) updated_at: SystemTime,
}

pub(crate) fn card(id: u32, seconds: u64) -> Card {
    Card { id, title: format!("card {id}"), updated_at: moment(seconds) }
}

pub(crate) fn card_value(id: u32, seconds: u64) -> Value {
    model(&card(id, seconds))
}

pub(crate) fn card_values(cards: &[(u32, u64)]) -> Value {
    models(&cards.iter().map(|(id, seconds)| card(*id, *seconds)).collect::<Vec<_>>())
}

#[derive(Cacheable, Clone, Serialize)]
pub(crate) struct Post {
    pub(crate) id: u32,
    #[serde(skip)]
    pub(crate) updated_at: SystemTime,
    #[serde(serialize_with = "serialize_models")]
    pub(crate) comments: Vec<Comment>,
}

#[derive(Cacheable, Clone, Serialize)]
pub(crate) struct Comment {
    pub(crate) id: u32,
    pub(crate) text: String,
    #[serde(skip)]
    pub(crate) updated_at: SystemTime,
    #[serde(serialize_with = "serialize_models")]
    pub(crate) replies: Vec<Reply>,
}

#[derive(Cacheable, Clone, Serialize)]
pub(crate) struct Reply {
    pub(crate) id: u32,
    pub(crate) text: String,
    #[serde(skip)]
    pub(crate) updated_at: SystemTime,
}

/// A post with comments, each of which has a reply.
pub(crate) fn post(comments: u32) -> Post {
    let reply = |id| Reply { id, text: "reply".to_owned(), updated_at: moment(1) };
    let comment = |id| Comment { id, text: format!("no. {id}"), updated_at: moment(1), replies: vec![reply(id)] };
    Post { id: 1, updated_at: moment(1), comments: (0..comments).map(comment).collect() }
}
