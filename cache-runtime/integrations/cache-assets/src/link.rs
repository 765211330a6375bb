//! Links files to assets: rewrites the references in style sheets, and takes the fingerprints of what comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use bytes::Bytes;

use crate::css::{self, Reference};
use crate::error::{MissingReference, most_similar};
use crate::fingerprint::{Hasher, of_bytes};
use crate::manifest::Asset;
use crate::name;
use crate::read::{Read, Reads, StyleSheet};
use crate::reference::Target;
use crate::scan::Found;
use crate::source::Source;

/// Returns the assets by name, and the references that lead nowhere.
pub(crate) fn link(files: &Reads, root: &str) -> (BTreeMap<String, Asset>, Vec<MissingReference>) {
    let mut missing = Vec::new();
    let mut sheets = Sheets::new();
    for (name, read) in files {
        let Some(style_sheet) = &read.style_sheet else { continue };
        let sheet = Sheet::new(name, style_sheet, files, root, &mut missing);
        if !sheet.targets.is_empty() {
            sheets.insert(name, sheet);
        }
    }
    let plain = files.iter().filter(|(name, _)| !sheets.contains_key(&***name));
    let done = plain.map(|(name, read)| (name.clone(), on_disk(name, read))).collect();
    let pending = sheets.keys().copied().collect();
    (Linking { files, sheets, pending, done }.finish(), missing)
}

fn on_disk(name: &str, read: &Read) -> Asset {
    let Found { file, variants } = &read.found;
    let source = Source::Disk(file.clone());
    Asset { variants: variants.clone(), ..Asset::new(name, read.fingerprint.clone(), source, file.stamp.modified) }
}

/// A style sheet that refers to assets.
struct Sheet<'f> {
    text: &'f str,
    targets: Vec<(&'f Reference, Target)>,
}

type Sheets<'f> = BTreeMap<&'f str, Sheet<'f>>;

impl<'f> Sheet<'f> {
    fn new(name: &str, sheet: &'f StyleSheet, files: &Reads, root: &str, missing: &mut Vec<MissingReference>) -> Self {
        let mut targets = Vec::new();
        for reference in &sheet.references {
            match Target::of(&reference.value, name, root) {
                Some(target) if files.contains_key(&target.name) => targets.push((reference, target)),
                Some(target) => missing.push(MissingReference {
                    file: name.to_owned(),
                    line: reference.line(&sheet.text),
                    reference: reference.value.clone(),
                    suggestion: most_similar(&target.name, files.keys().map(String::as_str)),
                }),
                None => {}
            }
        }
        Sheet { text: &sheet.text, targets }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(|(_, target)| &*target.name)
    }

    /// The text, with the new names of those that have one.
    fn with_names(&self, new_name: impl Fn(&str) -> Option<String>) -> String {
        let values = self.targets.iter().filter_map(|(reference, target)| {
            Some((*reference, target.renamed(&reference.value, &new_name(&target.name)?)))
        });
        css::replace(self.text, values)
    }
}

/// Style sheets are finished after what they refer to, because its fingerprint is a part of their texts.
struct Linking<'f> {
    files: &'f Reads,
    sheets: Sheets<'f>,
    pending: BTreeSet<&'f str>,
    done: BTreeMap<String, Asset>,
}

impl<'f> Linking<'f> {
    fn finish(mut self) -> BTreeMap<String, Asset> {
        while let Some(group) = self.next_group() {
            let finished = self.rewritten(&group);
            self.pending.retain(|name| !group.contains(name));
            self.done.extend(finished);
        }
        self.done
    }

    /// The next style sheets that refer to nothing that is pending but each other: mostly one, and more if they are a
    /// circle.
    fn next_group(&self) -> Option<Vec<&'f str>> {
        if let Some(name) = self.pending.iter().find(|name| self.pending_targets(name).next().is_none()) {
            return Some(vec![name]);
        }
        // What reaches the least reaches nothing but its own circle.
        let smallest = self.pending.iter().map(|name| self.reached_from(name)).min_by_key(BTreeSet::len)?;
        Some(smallest.into_iter().collect())
    }

    fn pending_targets(&self, name: &str) -> impl Iterator<Item = &'f str> {
        self.sheets[name].names().filter_map(|name| self.pending.get(name).copied())
    }

    fn reached_from(&self, name: &str) -> BTreeSet<&'f str> {
        let (mut reached, mut open) = (BTreeSet::new(), self.pending_targets(name).collect::<Vec<_>>());
        while let Some(name) = open.pop() {
            if reached.insert(name) {
                open.extend(self.pending_targets(name));
            }
        }
        reached
    }

    fn rewritten(&self, group: &[&str]) -> Vec<(String, Asset)> {
        let outside = |name: &str| Some(self.done.get(name)?.fingerprinted.clone());
        let texts: Vec<String> = group.iter().map(|name| self.sheets[name].with_names(outside)).collect();
        let is_circle = self.pending_targets(group[0]).next().is_some();
        let fingerprint = if is_circle { of_circle(group, &texts) } else { of_bytes(texts[0].as_bytes()) };
        let inside = |name: &str| group.contains(&name).then(|| name::with_fingerprint(name, &fingerprint));
        let modified = self.newest(group);
        let asset = |name: &&str| {
            let text = self.sheets[name].with_names(|name| outside(name).or_else(|| inside(name)));
            ((*name).to_owned(), Asset::new(name, fingerprint.clone(), Source::Memory(Bytes::from(text)), modified))
        };
        group.iter().map(asset).collect()
    }

    /// When one of them has changed, or what they refer to, as its fingerprints are in their texts.
    fn newest(&self, group: &[&str]) -> SystemTime {
        let own = group.iter().map(|name| self.files[*name].found.file.stamp.modified);
        let targets = group.iter().flat_map(|name| self.sheets[name].names());
        own.chain(targets.filter_map(|name| Some(self.done.get(name)?.modified))).max().expect("a group has a member")
    }
}

/// A circle has no first one whose fingerprint could be taken. So all have one, of the names and texts of all of
/// them, in which the references among them are as they were written.
fn of_circle(group: &[&str], texts: &[String]) -> String {
    group.iter().zip(texts).fold(Hasher::default(), |hasher, (name, text)| hasher.part(name).part(text)).finish()
}
