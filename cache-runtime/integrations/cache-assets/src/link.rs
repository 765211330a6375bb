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
    let sheets: BTreeMap<&str, Sheet<'_>> = files
        .iter()
        .filter_map(|(name, read)| {
            Some((&**name, Sheet::new(name, read.style_sheet.as_deref()?, files, root, &mut missing)))
        })
        .filter(|(_, sheet)| !sheet.targets.is_empty())
        .collect();
    let plain = files.iter().filter(|(name, _)| !sheets.contains_key(&***name));
    let mut done = plain.map(|(name, read)| (name.clone(), on_disk(name, read))).collect::<BTreeMap<_, _>>();
    let mut pending: BTreeSet<&str> = sheets.keys().copied().collect();
    while let Some(group) = next_group(&pending, &sheets) {
        for name in &group {
            pending.remove(name);
        }
        done.extend(rewrite(&group, &sheets, &done, files));
    }
    (done, missing)
}

/// A style sheet that refers to assets.
struct Sheet<'f> {
    text: &'f str,
    targets: Vec<(&'f Reference, Target)>,
}

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

/// The next style sheets that refer to nothing that is pending but each other: mostly one, and more if they are a circle.
fn next_group<'n>(pending: &BTreeSet<&'n str>, sheets: &BTreeMap<&'n str, Sheet<'n>>) -> Option<Vec<&'n str>> {
    let referred = |name: &str| sheets[name].names().filter_map(|name| pending.get(name).copied()).collect::<Vec<_>>();
    if let Some(name) = pending.iter().find(|name| referred(name).is_empty()) {
        return Some(vec![name]);
    }
    let reached = |from: &str| {
        let (mut reached, mut open) = (BTreeSet::new(), referred(from));
        while let Some(name) = open.pop() {
            if reached.insert(name) {
                open.extend(referred(name));
            }
        }
        reached
    };
    // What reaches the least reaches nothing but its own circle.
    let smallest = pending.iter().map(|name| reached(name)).min_by_key(BTreeSet::len)?;
    Some(smallest.into_iter().collect())
}

/// A circle has no first one whose fingerprint could be taken. So its fingerprints are of the names and texts of all of them, in
/// which the references among them are as they were written.
fn rewrite(
    group: &[&str],
    sheets: &BTreeMap<&str, Sheet<'_>>,
    done: &BTreeMap<String, Asset>,
    files: &Reads,
) -> Vec<(String, Asset)> {
    let outside = |name: &str| done.get(name).map(|asset| asset.fingerprinted.clone());
    let texts: Vec<String> = group.iter().map(|name| sheets[name].with_names(outside)).collect();
    let refers_inside = group.iter().any(|name| sheets[name].names().any(|name| group.contains(&name)));
    let fingerprint_of = |at: usize| {
        if !refers_inside {
            return of_bytes(texts[at].as_bytes());
        }
        let all = group.iter().zip(&texts).fold(Hasher::default(), |hasher, (name, text)| hasher.part(name).part(text));
        all.part(group[at]).finish()
    };
    let fingerprints: Vec<String> = (0..group.len()).map(fingerprint_of).collect();
    let inside = |name: &str| {
        let at = group.iter().position(|other| *other == name)?;
        Some(name::with_fingerprint(name, &fingerprints[at]))
    };
    let finish = |(name, fingerprint): (&&str, &String)| {
        let text = sheets[name].with_names(|name| outside(name).or_else(|| inside(name)));
        let modified = newest(name, group, sheets, done, files);
        ((*name).to_owned(), Asset::new(name, fingerprint.clone(), Source::Memory(Bytes::from(text)), modified))
    };
    group.iter().zip(&fingerprints).map(finish).collect()
}

/// When a style sheet has changed, or what it refers to, as its text has the fingerprints of that.
fn newest(
    name: &str,
    group: &[&str],
    sheets: &BTreeMap<&str, Sheet<'_>>,
    done: &BTreeMap<String, Asset>,
    files: &Reads,
) -> SystemTime {
    let own = group.iter().map(|name| files[*name].found.file.stamp.modified);
    let referred = group.iter().flat_map(|name| sheets[name].names()).filter_map(|name| Some(done.get(name)?.modified));
    own.chain(referred).max().unwrap_or(files[name].found.file.stamp.modified)
}

fn on_disk(name: &str, read: &Read) -> Asset {
    let Found { file, variants } = &read.found;
    let modified = file.stamp.modified;
    let mut asset = Asset::new(name, read.fingerprint.clone(), Source::Disk(file.clone()), modified);
    asset.variants = variants.clone();
    asset
}
