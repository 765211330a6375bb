//! The tables of the caches: those of an environment override the common ones.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::environment::Environment;
use super::options::Setting;
use super::origin::Origin;
use crate::Result;

/// One table of options.
pub(super) struct Table {
    pub(super) origin: Origin,
    pub(super) settings: BTreeMap<String, Setting>,
}

/// A `[cache]` or `[prod.cache]` table with the tables of named caches in it.
#[derive(Default)]
pub(super) struct Caches {
    /// The table's own options, if it has any.
    pub(super) default: Option<Table>,
    pub(super) named: BTreeMap<String, Table>,
}

impl Caches {
    /// Adds the tables of an environment, whose options override these.
    pub(super) fn lay_over(&mut self, over: Caches, environment: &Environment<'_>) {
        if let Some(table) = over.default {
            match &mut self.default {
                Some(base) => base.lay_over(table, environment),
                None => self.default = Some(table),
            }
        }
        for (name, table) in over.named {
            match self.named.entry(name) {
                Entry::Occupied(mut base) => base.get_mut().lay_over(table, environment),
                Entry::Vacant(vacant) => drop(vacant.insert(table)),
            }
        }
    }
}

impl Table {
    /// Overrides options key by key. The options of another type of store mean nothing here, so they are dropped first.
    fn lay_over(&mut self, over: Table, environment: &Environment<'_>) {
        if self.is_of_another_type(&over, environment) {
            self.settings.clear();
        }
        for (key, setting) in over.settings {
            match self.settings.entry(key) {
                Entry::Occupied(mut base) => base.get_mut().lay_over(setting),
                Entry::Vacant(vacant) => drop(vacant.insert(setting)),
            }
        }
        self.origin = over.origin;
    }

    /// The options, with their variables expanded.
    pub(super) fn expand(self, environment: &Environment<'_>) -> Result<BTreeMap<String, Setting>> {
        let expand = |(key, Setting { value, origin }): (String, Setting)| match value.expand(environment) {
            Ok(value) => Ok((key, Setting { value, origin })),
            Err(error) => Err(error.context(format_args!("{origin} {key}"))),
        };
        self.settings.into_iter().map(expand).collect()
    }

    fn is_of_another_type(&self, over: &Table, environment: &Environment<'_>) -> bool {
        match (self.settings.get("type"), over.settings.get("type")) {
            (Some(base), Some(over)) => base.text(environment) != over.text(environment),
            _ => false,
        }
    }
}

impl Setting {
    fn lay_over(&mut self, over: Setting) {
        self.value.lay_over(over.value);
        self.origin = over.origin;
    }

    /// Its text with variables expanded, if it is one.
    fn text(&self, environment: &Environment<'_>) -> Option<String> {
        self.value.clone().expand(environment).ok()?.as_text()
    }
}
