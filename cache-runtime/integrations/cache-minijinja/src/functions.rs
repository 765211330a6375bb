//! The functions that rewritten tags call.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use cache_runtime::{Cache, Fragment, FragmentLookup};
use cache_templates::explain::{Explainer, FragmentEvent, Outcome};
use cache_templates::fragment::{Fragments, Source};
use cache_templates::frames::{self, Active, Render, Work};
use cache_templates::key_conflicts::KeyConflicts;
use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, Value};

use crate::digest::{Digests, TemplateFacts};
use crate::key::key_parts;
use crate::options::Options;
use crate::page_digest;
use crate::statements::{BEGIN, EACH, END};

/// What all tags of an environment share.
pub(crate) struct Tags {
    pub(crate) cache: Cache,
    pub(crate) digests: Digests,
    pub(crate) explainer: Explainer,
    pub(crate) skips_digest: bool,
    pub(crate) conflicts: KeyConflicts,
}

/// A tag of a template.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    number: usize,
    line: usize,
    /// Of the template's source.
    hash: u64,
}

/// The line and the number of a tag as one number, since a function takes few arguments.
pub(crate) fn packed(line: usize, number: usize) -> u64 {
    ((line as u64) << 16) | (number as u64 & 0xffff)
}

impl Place {
    fn new(packed: u64, hash: u64) -> Self {
        let (line, number) = Self::unpacked(packed);
        Place { number, line, hash }
    }

    pub(crate) fn unpacked(packed: u64) -> (usize, usize) {
        ((packed >> 16) as usize, (packed & 0xffff) as usize)
    }
}

pub(crate) fn install(env: &mut Environment<'_>, tags: Tags) {
    let tags = Arc::new(tags);
    page_digest::install(env, Arc::clone(&tags));
    let begin = Arc::clone(&tags);
    env.add_function(BEGIN, move |state: &mut State<'_, '_>, place: u64, hash: u64, key: Value, options: Kwargs| {
        begin.begin(state, Place::new(place, hash), &key, &options)
    });
    let each = Arc::clone(&tags);
    env.add_function(EACH, move |state: &mut State<'_, '_>, place: u64, hash: u64, list: Value, options: Kwargs| {
        each.each(state, Place::new(place, hash), &list, &options)
    });
    env.add_function(END, move |state: &mut State<'_, '_>, value: Value, body: Value| tags.end(state, &value, body));
    env.add_function("caching", frames::is_any_active);
    env.add_function("uncacheable", || -> Result<Value, Error> {
        if frames::is_any_active() {
            return Err(failure("`uncacheable()` is inside a `cache` tag: what it stands for must not be stored"));
        }
        Ok(Value::from(""))
    });
}

/// What the render has begun, which its state ends.
fn frames<'a>(state: &'a mut State<'_, '_>) -> &'a Render {
    state.get_or_insert_extension_with(Render::default)
}

pub(crate) fn failure(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

impl Tags {
    fn begin(&self, state: &mut State<'_, '_>, place: Place, key: &Value, options: &Kwargs) -> Result<Value, Error> {
        let options = self.options(options)?;
        let facts = self.facts(state, place, &options)?;
        let parts = key_parts(key, options.vary.as_ref()).map_err(failure)?;
        let fragment = Fragments::new(&self.cache, source(state, place, &facts), &options.common).one(&parts);
        let report = Report { place, key: self.explainer.is_on().then(|| fragment.key()) };
        let value = match fragment.begin() {
            FragmentLookup::Hit(html) => {
                let commented = match self.hit(state, &report, &html) {
                    Cow::Owned(commented) => Some(commented),
                    Cow::Borrowed(_) => None,
                };
                TagValue::hit(shown_html(state, commented.unwrap_or(html)))
            }
            FragmentLookup::Miss(rendering) => {
                if key.as_str().is_some() && !options.common.skips_digest {
                    self.conflicts.note(fragment.key(), state.name(), place.line);
                }
                TagValue { active: Some(Arc::new(frames(state).begin(Work::One(rendering)))), ..TagValue::new(report) }
            }
        };
        Ok(Value::from_object(value))
    }

    fn each(&self, state: &mut State<'_, '_>, place: Place, list: &Value, options: &Kwargs) -> Result<Value, Error> {
        let options = self.options(options)?;
        let facts = self.facts(state, place, &options)?;
        let items: Vec<Value> = list
            .try_iter()
            .map_err(|_| failure(format!("`cache_each` takes a list, and this is {}", list.kind())))?
            .collect();
        let source = Fragments::new(&self.cache, source(state, place, &facts), &options.common);
        let fragment = |item| Ok(source.item(&key_parts(item, options.vary.as_ref()).map_err(failure)?));
        let fragments = items.iter().map(fragment).collect::<Result<Vec<_>, Error>>()?;
        let lookup = Fragment::begin_all(&fragments);
        let missing = (0..items.len()).filter(|at| lookup.html(*at).is_none()).count();
        // Hits in a row are shown in one round of the loop, unless a body needs to know which round its own is.
        let joins = missing == 0 || facts.tags.ignores_loop.contains(&place.number);
        let mut rounds: Vec<Round> = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            let report = Report { place, key: self.explainer.is_on().then(|| fragments[at].key()) };
            match (lookup.html(at), rounds.last_mut()) {
                (None, _) => rounds.push(Round::Missing(TagValue { item, at, ..TagValue::new(report) })),
                (Some(html), Some(Round::Hits { html: before, .. })) if joins => {
                    before.push_str(&self.hit(state, &report, html));
                }
                (Some(html), _) => {
                    rounds.push(Round::Hits { item, html: self.hit(state, &report, html).into_owned() });
                }
            }
        }
        let active = (missing > 0).then(|| {
            let rendered = Vec::with_capacity(missing);
            Arc::new(frames(state).begin(Work::Many { lookup, rendered, missing }))
        });
        let value = |round| match round {
            Round::Hits { item, html } => TagValue { item, ..TagValue::hit(shown_html(state, html)) },
            Round::Missing(value) => TagValue { active: active.clone(), ..value },
        };
        Ok(rounds.into_iter().map(value).map(Value::from_object).collect())
    }

    fn end(&self, state: &mut State<'_, '_>, value: &Value, body: Value) -> Result<Value, Error> {
        let value = value.downcast_object_ref::<TagValue>().ok_or_else(|| failure("this is no `cache` tag"))?;
        let html = body.as_str().unwrap_or_default();
        if let Some(active) = &value.active {
            active.finish(value.at, self.explainer.stored(html));
        }
        let event = value.report.as_ref().and_then(|report| report.event(state.name(), Outcome::Rendered));
        let Some(event) = event else { return Ok(body) };
        Ok(match self.explainer.shown(html, &event, is_html(state), &self.cache) {
            Cow::Owned(commented) => Value::from_safe_string(commented),
            Cow::Borrowed(_) => body,
        })
    }

    /// Reports a hit, and puts comments around it if they are wanted.
    fn hit<'h>(&self, state: &State<'_, '_>, report: &Report, html: &'h str) -> Cow<'h, str> {
        match report.event(state.name(), Outcome::Hit) {
            Some(event) => self.explainer.shown(html, &event, is_html(state), &self.cache),
            None => html.into(),
        }
    }

    fn facts(&self, state: &mut State<'_, '_>, place: Place, options: &Options) -> Result<Arc<TemplateFacts>, Error> {
        let facts = self.digests.facts(state, place.hash);
        match facts.tags.problems.get(&place.number) {
            Some(problem) if !options.common.is_public => Err(failure(problem.clone())),
            _ => Ok(facts),
        }
    }

    fn options(&self, options: &Kwargs) -> Result<Options, Error> {
        let mut options = Options::read(options)?;
        options.common.skips_digest |= self.skips_digest;
        Ok(options)
    }
}

fn is_html(state: &State<'_, '_>) -> bool {
    *state.auto_escape() == AutoEscape::Html
}

/// The html of a hit as a value, escaped as little as it was when it was rendered.
fn shown_html(state: &State<'_, '_>, html: String) -> Value {
    if *state.auto_escape() == AutoEscape::None { Value::from(html) } else { Value::from_safe_string(html) }
}

/// Where a tag stands, for its fragment.
fn source<'a>(state: &'a State<'_, '_>, place: Place, facts: &'a TemplateFacts) -> Source<'a> {
    let escape = escape(state.auto_escape());
    Source { template: state.name(), digest: &facts.digest, number: place.number, escape }
}

/// How the text of a fragment is escaped: a page of another kind must not show it.
fn escape(mode: &AutoEscape) -> &str {
    match mode {
        AutoEscape::Html => "",
        AutoEscape::None => "+text",
        AutoEscape::Custom(name) => name,
        _ => "+other",
    }
}

/// What events and comments tell.
struct Report {
    place: Place,
    /// `None` if nobody looks.
    key: Option<String>,
}

impl Report {
    fn event<'a>(&'a self, template: &'a str, outcome: Outcome) -> Option<FragmentEvent<'a>> {
        Some(FragmentEvent::new(template, self.place.line, self.key.as_deref()?, outcome))
    }
}

/// A tag, as the template sees it.
struct TagValue {
    item: Value,
    at: usize,
    /// `None` if the body has to be rendered.
    html: Option<Value>,
    /// Held until the body is rendered, or has failed.
    active: Option<Arc<Active>>,
    /// `None` for hits, which have been reported.
    report: Option<Report>,
}

/// A round of the loop that a `cache_each` tag is.
enum Round {
    /// Of hits, which are not rendered.
    Hits { item: Value, html: String },
    /// Of an item that has to be rendered.
    Missing(TagValue),
}

impl TagValue {
    fn new(report: Report) -> Self {
        TagValue { item: Value::UNDEFINED, at: 0, html: None, active: None, report: Some(report) }
    }

    fn hit(html: Value) -> Self {
        TagValue { item: Value::UNDEFINED, at: 0, html: Some(html), active: None, report: None }
    }
}

impl Object for TagValue {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, name: &Value) -> Option<Value> {
        match name.as_str()? {
            "hit" => Some(self.html.is_some().into()),
            "html" => self.html.clone(),
            "item" => Some(self.item.clone()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}

impl fmt::Debug for TagValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TagValue").field("is_hit", &self.html.is_some()).finish_non_exhaustive()
    }
}
