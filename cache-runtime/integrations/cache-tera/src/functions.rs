//! The functions that rewritten tags call.

use std::collections::HashMap;

use cache_runtime::{Cache, Fragment, FragmentLookup};
use cache_templates::fragment::{Options, Source, fragment, item};
use cache_templates::frames::{self, Work};
use cache_templates::key::Part;
use cache_templates::shared_texts::SharedTexts;
use tera::{Error, Kwargs, Map, State, Tera, TeraResult, Value};

use crate::digest::Digests;
use crate::key::key_parts;
use crate::options::{options, value};
use crate::renders;
use crate::statements::{BEGIN, EACH, END};

/// What the tags of a set of templates share.
pub(crate) struct Tags {
    pub(crate) cache: Cache,
    pub(crate) skips_digest: bool,
    pub(crate) digests: Digests,
    pub(crate) texts: SharedTexts,
}

pub(crate) fn install(tera: &mut Tera) {
    tera.register_function(BEGIN, |all: Kwargs, state: &State<'_>| with_tags(|tags| tags.begin(&all, state)));
    tera.register_function(EACH, |all: Kwargs, state: &State<'_>| with_tags(|tags| tags.each(&all, state)));
    tera.register_function(END, |all: Kwargs, _: &State<'_>| end(&all));
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
        let fragment = fragment(&self.cache, &self.source(&tag, state), &tag.parts(&key)?, &tag.options);
        let slot = match fragment.begin() {
            FragmentLookup::Hit(html) => slot(Some(&html), 0, 0, None),
            FragmentLookup::Miss(rendering) => {
                if key.is_string() && !tag.options.skips_digest {
                    self.texts.note(fragment.key(), &tag.template, tag.line);
                }
                slot(None, renders::begin(Work::One(rendering)), 0, None)
            }
        };
        Ok(Value::from(vec![slot]))
    }

    fn each(&self, all: &Kwargs, state: &State<'_>) -> TeraResult<Value> {
        let tag = self.tag(all)?;
        let list = all.must_get::<Value>("list")?;
        let Some(items) = list.as_array() else {
            return Err(Error::message(format!("`cache_each` takes a list, and this is a {}", list.name())));
        };
        let source = self.source(&tag, state);
        let fragments = items.iter().map(|value| Ok(item(&self.cache, &source, &tag.parts(value)?, &tag.options)));
        let fragments = fragments.collect::<TeraResult<Vec<_>>>()?;
        let lookup = Fragment::begin_all(&fragments);
        let found: HashMap<usize, String> =
            (0..items.len()).filter_map(|at| Some((at, lookup.html(at)?.to_owned()))).collect();
        let missing = items.len() - found.len();
        let work = (missing > 0).then(|| renders::begin(Work::Many { lookup, rendered: Vec::new(), missing }));
        let slots = items.iter().enumerate().map(|(at, item)| {
            slot(found.get(&at).map(String::as_str), work.unwrap_or_default(), at, Some(item.clone()))
        });
        Ok(Value::from(slots.collect::<Vec<_>>()))
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
    fn source<'a>(&self, tag: &'a Tag, state: &State<'_>) -> Source<'a> {
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

/// A tag as its template sees it.
fn slot(html: Option<&str>, slot: u64, at: usize, item: Option<Value>) -> Value {
    let mut fields = Map::new();
    fields.insert("hit".into(), Value::from(html.is_some()));
    fields.insert("html".into(), html.map_or_else(Value::none, Value::safe_string));
    fields.insert("slot".into(), Value::from(slot));
    fields.insert("at".into(), Value::from(at as u64));
    fields.insert("item".into(), item.unwrap_or_else(Value::none));
    Value::from(fields)
}

fn end(all: &Kwargs) -> TeraResult<Value> {
    let body = all.must_get::<&str>("body")?;
    renders::finish(all.must_get("slot")?, all.must_get("at")?, body);
    Ok(Value::safe_string(body))
}
