//! Templates, with a function that counts how often bodies run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use cache_runtime::Cache;
use cache_runtime::model::Cacheable;
use cache_tera::{Templates, model, models, serialize_models};
use serde::Serialize;
use tera::{Context, Kwargs, State, TeraResult, Value};

pub(crate) struct Site {
    pub(crate) cache: Cache,
    pub(crate) templates: Templates,
    bodies: Arc<AtomicUsize>,
}

impl Site {
    #[track_caller]
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self::on(Cache::memory(), files)
    }

    #[track_caller]
    pub(crate) fn on(cache: Cache, files: &[(&str, &str)]) -> Self {
        let mut templates = Templates::new(&cache);
        let bodies = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&bodies);
        templates.tera_mut().register_function("body", move |_: Kwargs, _: &State<'_>| {
            counted.fetch_add(1, Ordering::SeqCst);
            "!"
        });
        templates.add_all(files.iter().copied()).unwrap_or_else(|error| panic!("{error}"));
        Site { cache, templates, bodies }
    }

    #[track_caller]
    pub(crate) fn edit(&mut self, name: &str, source: &str) {
        self.templates.add(name, source).unwrap_or_else(|error| panic!("{error}"));
    }

    pub(crate) fn try_render(&self, name: &str, values: &[(&'static str, Value)]) -> TeraResult<String> {
        let mut context = Context::new();
        for (name, value) in values {
            context.insert_value(*name, value.clone());
        }
        self.templates.render(name, &context)
    }

    #[track_caller]
    pub(crate) fn render(&self, name: &str, values: &[(&'static str, Value)]) -> String {
        self.try_render(name, values).unwrap_or_else(|error| panic!("{error}"))
    }

    /// What was rendered, and how many bodies ran for it.
    #[track_caller]
    pub(crate) fn show(&self, name: &str, values: &[(&'static str, Value)]) -> (String, usize) {
        self.bodies();
        let html = self.render(name, values);
        (html, self.bodies())
    }

    /// How many bodies have run since the last call.
    pub(crate) fn bodies(&self) -> usize {
        self.bodies.swap(0, Ordering::SeqCst)
    }

    #[track_caller]
    pub(crate) fn error(&self, name: &str, values: &[(&'static str, Value)]) -> String {
        self.try_render(name, values).expect_err("it is wrong").to_string()
    }
}

/// Why a source is refused.
#[track_caller]
pub(crate) fn refused(files: &[(&str, &str)]) -> String {
    let mut templates = Templates::new(&Cache::memory());
    templates.add_all(files.iter().copied()).expect_err("it is refused").to_string()
}

pub(crate) fn moment(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[derive(Cacheable, Serialize)]
pub(crate) struct Card {
    pub(crate) id: u32,
    pub(crate) title: String,
    #[serde(skip)]
    pub(crate) updated_at: SystemTime,
}

fn new_card(id: u32, seconds: u64) -> Card {
    Card { id, title: format!("<{id}>"), updated_at: moment(seconds) }
}

pub(crate) fn card(id: u32, seconds: u64) -> Value {
    model(&new_card(id, seconds))
}

pub(crate) fn cards(all: &[(u32, u64)]) -> Value {
    models(&all.iter().map(|(id, seconds)| new_card(*id, *seconds)).collect::<Vec<_>>())
}

#[derive(Cacheable, Serialize)]
pub(crate) struct Post {
    pub(crate) id: u32,
    #[serde(skip)]
    pub(crate) updated_at: SystemTime,
    #[serde(serialize_with = "serialize_models")]
    pub(crate) comments: Vec<Comment>,
}

#[derive(Cacheable, Serialize)]
pub(crate) struct Comment {
    pub(crate) id: u32,
    pub(crate) text: String,
    #[serde(skip)]
    pub(crate) updated_at: SystemTime,
}

pub(crate) fn post(comments: u32) -> Post {
    let comment = |id| Comment { id, text: format!("no. {id}"), updated_at: moment(1) };
    Post { id: 1, updated_at: moment(1), comments: (0..comments).map(comment).collect() }
}
