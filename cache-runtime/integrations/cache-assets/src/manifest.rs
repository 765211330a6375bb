//! All assets at one moment, by their names and by their fingerprinted names; and their form in a file.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Component, Path};
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::encoding::Encoding;
use crate::error::{Error, most_similar};
use crate::fingerprint::Hasher;
use crate::name;
use crate::source::{DiskFile, Source};

/// The name of the file in a folder that a build has written.
pub(crate) const FILE: &str = "manifest.json";

/// What is served under a name and under its fingerprinted name.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    pub(crate) name: String,
    pub(crate) fingerprinted: String,
    pub(crate) fingerprint: String,
    pub(crate) source: Source,
    pub(crate) modified: SystemTime,
    pub(crate) variants: Vec<(Encoding, DiskFile)>,
}

impl Asset {
    pub(crate) fn new(name: &str, fingerprint: String, source: Source, modified: SystemTime) -> Self {
        let fingerprinted = name::with_fingerprint(name, &fingerprint);
        Asset { name: name.to_owned(), fingerprinted, fingerprint, source, modified, variants: Vec::new() }
    }
}

/// By which name an asset was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// With the fingerprint of its content: what is behind this name never changes.
    Fingerprinted,
    /// Without a fingerprint, or with that of another build.
    Other,
}

#[derive(Debug, Default)]
pub(crate) struct Manifest {
    assets: BTreeMap<String, Arc<Asset>>,
    /// Names by fingerprinted names.
    fingerprinted: HashMap<String, String>,
    digest: String,
}

impl Manifest {
    pub(crate) fn new(assets: BTreeMap<String, Asset>) -> Self {
        let assets: BTreeMap<_, _> = assets.into_iter().map(|(name, asset)| (name, Arc::new(asset))).collect();
        let fingerprinted = assets.values().map(|asset| (asset.fingerprinted.clone(), asset.name.clone())).collect();
        let digest =
            assets.values().fold(Hasher::default(), |hasher, asset| hasher.part(&asset.fingerprinted)).finish();
        Manifest { assets, fingerprinted, digest }
    }

    pub(crate) fn assets(&self) -> &BTreeMap<String, Arc<Asset>> {
        &self.assets
    }

    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    pub(crate) fn get(&self, name: &str) -> Result<&Asset, Error> {
        self.assets.get(name).map(|asset| &**asset).ok_or_else(|| Error::Unknown {
            name: name.to_owned(),
            suggestion: most_similar(name, self.assets.keys().map(String::as_str)),
        })
    }

    /// Finds what a request asks for. Only what is listed is ever found, whatever the path looks like.
    pub(crate) fn find(&self, path: &str) -> Option<(Arc<Asset>, Asked)> {
        if let Some(name) = self.fingerprinted.get(path) {
            return Some((Arc::clone(self.assets.get(name)?), Asked::Fingerprinted));
        }
        let current = || self.assets.get(&name::without_fingerprint(path)?.0);
        Some((Arc::clone(self.assets.get(path).or_else(current)?), Asked::Other))
    }

    pub(crate) fn load(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        let stored: Stored = serde_json::from_str(&text)
            .map_err(|error| Error::Manifest { path: path.clone(), reason: error.to_string() })?;
        let assets = stored.assets.into_iter().map(|(name, entry)| match entry.asset(&name, folder)? {
            Some(asset) => Ok((name, asset)),
            None => {
                Err(Error::Manifest { path: path.clone(), reason: format!("`{}` is no file of `{name}`", entry.file) })
            }
        });
        Ok(Manifest::new(assets.collect::<Result<_, Error>>()?))
    }

    pub(crate) fn to_json(&self, mut variants: impl FnMut(&Asset) -> Vec<Encoding>) -> String {
        let mut entry = |asset: &Asset| Entry { file: asset.fingerprinted.clone(), variants: variants(asset) };
        let assets = self.assets.values().map(|asset| (asset.name.clone(), entry(asset))).collect();
        serde_json::to_string_pretty(&Stored { assets }).expect("names are strings")
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    assets: BTreeMap<String, Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    file: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    variants: Vec<Encoding>,
}

impl Entry {
    /// `None` if the file's name is not that of the asset, with a fingerprint.
    fn asset(&self, name: &str, folder: &Path) -> Result<Option<Asset>, Error> {
        let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        let Some((plain, fingerprint)) = name::without_fingerprint(&self.file) else { return Ok(None) };
        if !is_inside || plain != name {
            return Ok(None);
        }
        let look_at = |suffix: &str| {
            let path = folder.join(format!("{}{suffix}", self.file));
            DiskFile::look_at(&path).map_err(Error::io("read", &path))
        };
        let file = look_at("")?;
        let modified = file.stamp.modified;
        let mut asset = Asset::new(name, fingerprint.to_owned(), Source::Disk(file), modified);
        for encoding in &self.variants {
            asset.variants.push((*encoding, look_at(encoding.suffix())?));
        }
        Ok(Some(asset))
    }
}
