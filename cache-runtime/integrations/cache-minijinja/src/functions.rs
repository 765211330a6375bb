//! The functions that rewritten tags call.

use std::fmt;
use std::sync::Arc;

use cache_runtime::{Cache, Fragment, FragmentLookup};
use cache_templates::fragment::{self, Source};
use cache_templates::frames::{self, Active, Render, Work};
use cache_templates::shared_texts::SharedTexts;
use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, Value};

use crate::comments::{commented, without_comments};
use crate::digest::{Digests, Facts};
use crate::event::{FragmentEvent, Outcome};
use crate::key::key_parts;
use crate::options::Options;
use crate::page_digest;
use crate::statements::{BEGIN, EACH, END};

pub(crate) type Observer = Arc<dyn Fn(&FragmentEvent<'_>) + Send + Sync>;

/// What all tags of an environment share.
pub(crate) struct Tags {
    pub(crate) cache: Cache,
    pub(crate) digests: Digests,
    pub(crate) observers: Vec<Observer>,
    pub(crate) explains: bool,
    pub(crate) skips_digest: bool,
    pub(crate) texts: SharedTexts,
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
    env.add_function(END, move |state: &mut State<'_, '_>, slot: Value, body: Value| tags.end(state, &slot, body));
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
        let fragment = fragment::fragment(&self.cache, &source(state, place, &facts), &parts, &options.common);
        let shown = Shown { place, key: self.is_shown().then(|| fragment.key()) };
        let slot = match fragment.begin() {
            FragmentLookup::Hit(html) => Slot { html: Some(self.hit(state, &shown, html)), ..Slot::new(shown) },
            FragmentLookup::Miss(rendering) => {
                if key.as_str().is_some() && !options.common.skips_digest {
                    self.texts.note(fragment.key(), state.name(), place.line);
                }
                Slot { active: Some(Arc::new(frames(state).begin(Work::One(rendering)))), ..Slot::new(shown) }
            }
        };
        Ok(Value::from_object(slot))
    }

    fn each(&self, state: &mut State<'_, '_>, place: Place, list: &Value, options: &Kwargs) -> Result<Value, Error> {
        let options = self.options(options)?;
        let facts = self.facts(state, place, &options)?;
        let items: Vec<Value> = list
            .try_iter()
            .map_err(|_| failure(format!("`cache_each` takes a list, and this is {}", list.kind())))?
            .collect();
        let fragments = items.iter().map(|item| {
            let parts = key_parts(item, options.vary.as_ref()).map_err(failure)?;
            Ok(fragment::item(&self.cache, &source(state, place, &facts), &parts, &options.common))
        });
        let fragments = fragments.collect::<Result<Vec<_>, Error>>()?;
        let lookup = Fragment::begin_all(&fragments);
        let mut slots: Vec<Slot> = Vec::with_capacity(items.len());
        for (at, item) in items.into_iter().enumerate() {
            let shown = Shown { place, key: self.is_shown().then(|| fragments[at].key()) };
            let html = lookup.html(at).map(|html| self.hit(state, &shown, html.to_owned()));
            slots.push(Slot { item, at, html, ..Slot::new(shown) });
        }
        let missing = slots.iter().filter(|slot| slot.html.is_none()).count();
        if missing > 0 {
            let rendered = Vec::with_capacity(missing);
            let active = Arc::new(frames(state).begin(Work::Many { lookup, rendered, missing }));
            let rendered = slots.iter_mut().filter(|slot| slot.html.is_none());
            rendered.for_each(|slot| slot.active = Some(Arc::clone(&active)));
        }
        Ok(slots.into_iter().map(Value::from_object).collect())
    }

    fn end(&self, state: &mut State<'_, '_>, slot: &Value, body: Value) -> Result<Value, Error> {
        let slot = slot.downcast_object_ref::<Slot>().ok_or_else(|| failure("this is no `cache` tag"))?;
        let html = body.as_str().unwrap_or_default();
        let stored = if self.explains { without_comments(html) } else { html.to_owned() };
        if let Some(active) = &slot.active {
            active.finish(slot.at, stored);
        }
        let Some(event) = slot.shown.event(state.name(), Outcome::Rendered) else { return Ok(body) };
        self.observers.iter().for_each(|observer| observer(&event));
        let explained = self.explains && *state.auto_escape() == AutoEscape::Html;
        Ok(if explained { Value::from_safe_string(commented(html, &event, &self.cache)) } else { body })
    }

    /// The html of a hit as a value, escaped as little as it was when it was rendered.
    fn hit(&self, state: &State<'_, '_>, shown: &Shown, mut html: String) -> Value {
        let is_html = *state.auto_escape() == AutoEscape::Html;
        if let Some(event) = shown.event(state.name(), Outcome::Hit) {
            self.observers.iter().for_each(|observer| observer(&event));
            if self.explains && is_html {
                html = commented(&html, &event, &self.cache);
            }
        }
        if *state.auto_escape() == AutoEscape::None { Value::from(html) } else { Value::from_safe_string(html) }
    }

    fn is_shown(&self) -> bool {
        self.explains || !self.observers.is_empty()
    }

    fn facts(&self, state: &mut State<'_, '_>, place: Place, options: &Options) -> Result<Arc<Facts>, Error> {
        let facts = self.digests.facts(state, place.hash);
        match facts.problems.get(&place.number) {
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

/// Where a tag stands, for its fragment.
fn source<'a>(state: &'a State<'_, '_>, place: Place, facts: &Facts) -> Source<'a> {
    let escape = escape(state.auto_escape());
    Source { template: state.name(), digest: facts.digest, number: place.number, escape }
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
struct Shown {
    place: Place,
    /// `None` if nobody looks.
    key: Option<String>,
}

impl Shown {
    fn event<'a>(&'a self, template: &'a str, outcome: Outcome) -> Option<FragmentEvent<'a>> {
        Some(FragmentEvent { template, line: self.place.line, key: self.key.as_deref()?, outcome })
    }
}

/// A tag, as the template sees it.
struct Slot {
    item: Value,
    at: usize,
    /// `None` if the body has to be rendered.
    html: Option<Value>,
    /// Held until the body is rendered, or has failed.
    active: Option<Arc<Active>>,
    shown: Shown,
}

impl Slot {
    fn new(shown: Shown) -> Self {
        Slot { item: Value::UNDEFINED, at: 0, html: None, active: None, shown }
    }
}

impl Object for Slot {
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

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("is_hit", &self.html.is_some()).finish_non_exhaustive()
    }
}
