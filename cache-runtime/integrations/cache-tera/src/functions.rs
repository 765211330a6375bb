//! The functions that rewritten tags call.

use std::borrow::Cow;

use cache_runtime::{Cache, Fragment, FragmentLookup};
use cache_templates::explain::{Explainer, FragmentEvent, Outcome};
use cache_templates::fragment::{Fragments, Options, Source};
use cache_templates::frames::{self, Work};
use cache_templates::key::Part;
use cache_templates::key_conflicts::KeyConflicts;
use tera::value::Key;
use tera::{Error, Kwargs, Map, State, Tera, TeraResult, Value};

use crate::digest::Digests;
use crate::key::key_parts;
use crate::options::{options, value};
use crate::renders;
use crate::statements::{BEGIN, EACH, END};

/// What the tags of a set of templates share.
pub(crate) struct Tags {
    pub(crate) cache: Cache,
    pub(crate) explainer: Explainer,
    pub(crate) skips_digest: bool,
    pub(crate) digests: Digests,
    pub(crate) conflicts: KeyConflicts,
}

pub(crate) fn install(tera: &mut Tera) {
    tera.register_function(BEGIN, |all: Kwargs, state: &State<'_>| with_tags(|tags| tags.begin(&all, state)));
    tera.register_function(EACH, |all: Kwargs, state: &State<'_>| with_tags(|tags| tags.each(&all, state)));
    tera.register_function(END, |all: Kwargs, state: &State<'_>| with_tags(|tags| tags.end(&all, state)));
    tera.register_function("caching", |_: Kwargs, _: &State<'_>| frames::is_any_active());
    tera.register_function("uncacheable", |_: Kwargs, _: &State<'_>| match frames::is_any_active() {
        true => Err(Error::message("`uncacheable()` is inside a `cache` tag: what it stands for must not be stored")),
        false => Ok(Value::safe_string("")),
    });
}

fn with_tags(function: impl FnOnce(&Tags) -> TeraResult<Value>) -> TeraResult<Value> {
    let tags = renders::tags().ok_or_else(|| {
        Error::message(
            "a template with `cache` tags is rendered by `cache_tera::Templates::render`, or in the function of its `inside`",
        )
    });
    function(&*tags?)
}

/// A tag, and what it was given.
struct Tag {
    template: String,
    number: usize,
    line: usize,
    options: Options,
    vary: Option<Value>,
    is_tuple: bool,
}

impl Tags {
    fn begin(&self, all: &Kwargs, state: &State<'_>) -> TeraResult<Value> {
        let tag = self.tag(all)?;
        let key = all.must_get::<Value>("key")?;
        let fragment = Fragments::new(&self.cache, self.source(&tag, state), &tag.options).one(&tag.parts(&key)?);
        let report = self.report(&tag, &fragment);
        let value = match fragment.begin() {
            FragmentLookup::Hit(html) => TagValue::hit(&self.hit(state, report, &html)),
            FragmentLookup::Miss(rendering) => {
                if key.is_string() && !tag.options.skips_digest {
                    self.conflicts.note(fragment.key(), &tag.template, tag.line);
                }
                TagValue { work: renders::begin(Work::One(rendering)), report, ..TagValue::default() }
            }
        };
        Ok(Value::from(vec![value.into_value()]))
    }

    fn each(&self, all: &Kwargs, state: &State<'_>) -> TeraResult<Value> {
        let tag = self.tag(all)?;
        let list = all.must_get::<Value>("list")?;
        let Some(items) = list.as_array() else {
            return Err(Error::message(format!("`cache_each` takes a list, and this is a {}", list.name())));
        };
        let source = Fragments::new(&self.cache, self.source(&tag, state), &tag.options);
        let fragments = items.iter().map(|value| Ok(source.item(&tag.parts(value)?)));
        let fragments = fragments.collect::<TeraResult<Vec<_>>>()?;
        let lookup = Fragment::begin_all(&fragments);
        let missing = (0..items.len()).filter(|at| lookup.html(*at).is_none()).count();
        if missing == 0 {
            // One round of the loop shows all.
            let hits = fragments.iter().enumerate().map(|(at, fragment)| {
                self.hit(state, self.report(&tag, fragment), lookup.html(at).unwrap_or_default()).into_owned()
            });
            let hits = TagValue { item: items.first().cloned(), ..TagValue::hit(&hits.collect::<String>()) };
            return Ok(Value::from(if items.is_empty() { Vec::new() } else { vec![hits.into_value()] }));
        }
        let mut slots: Vec<TagValue> = Vec::with_capacity(items.len());
        for (at, (item, fragment)) in items.iter().zip(&fragments).enumerate() {
            let report = self.report(&tag, fragment);
            let value = match lookup.html(at) {
                Some(html) => TagValue::hit(&self.hit(state, report, html)),
                None => TagValue { at, report, ..TagValue::default() },
            };
            slots.push(TagValue { item: Some(item.clone()), ..value });
        }
        let work = renders::begin(Work::Many { lookup, rendered: Vec::with_capacity(missing), missing });
        Ok(Value::from(slots.into_iter().map(|value| TagValue { work, ..value }.into_value()).collect::<Vec<_>>()))
    }

    fn end(&self, all: &Kwargs, state: &State<'_>) -> TeraResult<Value> {
        let (tag, body) = (all.must_get::<Value>("tag")?, all.must_get::<&str>("body")?);
        let Some(value) = TagValue::read(&tag) else { return Err(Error::message("this is no `cache` tag")) };
        renders::finish(value.work, value.at, self.explainer.stored(body));
        let Some(report) = value.report else { return Ok(Value::safe_string(body)) };
        let event = report.event(Outcome::Rendered);
        let is_html = state.autoescaping_enabled();
        Ok(Value::safe_string(&self.explainer.shown(body, &event, is_html, &self.cache)))
    }

    /// What observers and comments tell of a fragment, if anybody looks.
    fn report(&self, tag: &Tag, fragment: &Fragment) -> Option<Report> {
        let report = || Report { template: tag.template.clone(), line: tag.line, key: fragment.key() };
        self.explainer.is_on().then(report)
    }

    /// Reports a hit, and puts comments around it if they are wanted.
    fn hit<'h>(&self, state: &State<'_>, report: Option<Report>, html: &'h str) -> Cow<'h, str> {
        let Some(report) = report else { return html.into() };
        self.explainer.shown(html, &report.event(Outcome::Hit), state.autoescaping_enabled(), &self.cache)
    }

    fn tag(&self, all: &Kwargs) -> TeraResult<Tag> {
        let mut options = options(all)?;
        options.skips_digest |= self.skips_digest;
        Ok(Tag {
            template: all.must_get::<String>("template")?,
            number: all.must_get("number")?,
            line: all.must_get("line")?,
            options,
            vary: value(all, "vary")?,
            is_tuple: all.get("is_tuple")?.unwrap_or(false),
        })
    }

    /// Where a tag stands, for its fragment.
    fn source<'a>(&'a self, tag: &'a Tag, state: &State<'_>) -> Source<'a> {
        Source {
            template: &tag.template,
            digest: self.digests.of(&tag.template),
            number: tag.number,
            escape: if state.autoescaping_enabled() { "" } else { "+text" },
        }
    }
}

impl Tag {
    fn parts(&self, key: &Value) -> TeraResult<Vec<Part>> {
        key_parts(key, self.is_tuple, self.vary.as_ref()).map_err(Error::message)
    }
}

/// What observers and comments tell.
struct Report {
    template: String,
    line: usize,
    key: String,
}

impl Report {
    fn event(&self, outcome: Outcome) -> FragmentEvent<'_> {
        FragmentEvent::new(&self.template, self.line, &self.key, outcome)
    }
}

/// A tag as its template sees it.
#[derive(Default)]
struct TagValue {
    /// `None` if the body has to be rendered.
    html: Option<Value>,
    /// The number of the work that its end finishes.
    work: u64,
    /// The position of the item.
    at: usize,
    item: Option<Value>,
    /// `None` for a hit, which has been reported, and if nobody looks.
    report: Option<Report>,
}

impl TagValue {
    fn hit(html: &str) -> Self {
        TagValue { html: Some(Value::safe_string(html)), ..TagValue::default() }
    }

    fn into_value(self) -> Value {
        let mut fields = Map::new();
        fields.insert("hit".into(), Value::from(self.html.is_some()));
        fields.insert("html".into(), self.html.unwrap_or_else(Value::none));
        fields.insert("work".into(), Value::from(self.work));
        fields.insert("at".into(), Value::from(self.at as u64));
        fields.insert("item".into(), self.item.unwrap_or_else(Value::none));
        if let Some(Report { template, line, key }) = self.report {
            fields.insert("template".into(), Value::from(template));
            fields.insert("line".into(), Value::from(line as u64));
            fields.insert("key".into(), Value::from(key));
        }
        Value::from(fields)
    }

    /// What the end of a tag needs.
    fn read(value: &Value) -> Option<Self> {
        let fields = value.as_map()?;
        let number = |name| fields.get(&Key::Str(name))?.as_u64();
        let text = |name| Some(fields.get(&Key::Str(name))?.as_str()?.to_owned());
        let report = || Some(Report { template: text("template")?, line: number("line")? as usize, key: text("key")? });
        Some(TagValue { work: number("work")?, at: number("at")? as usize, report: report(), ..TagValue::default() })
    }
}
