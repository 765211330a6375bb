//! Import maps: JavaScript modules find each other by their fingerprinted names.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Default, Serialize)]
pub(crate) struct ImportMap {
    imports: BTreeMap<String, String>,
}

impl ImportMap {
    pub(crate) fn add(&mut self, specifier: impl Into<String>, url: String) {
        self.imports.insert(specifier.into(), url);
    }

    /// As the content of a `script` element, which no text in it may end.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("names are strings").replace('<', "\\u003c")
    }
}
