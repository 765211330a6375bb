//! The build step: writes fingerprinted files, compressed ones beside them, and the manifest.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;

use crate::compress;
use crate::encoding::Encoding;
use crate::error::Error;
use crate::fingerprint;
use crate::manifest::{self, Asset, Manifest};
use crate::source::Source;

/// The next build would take the output for input.
pub(crate) fn refuse_inside(output: &Path, folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(output).map_err(Error::io("create", output))?;
    let real = |path: &Path| fs::canonicalize(path).map_err(Error::io("read", path));
    if real(output)?.starts_with(real(folder)?) {
        return Err(Error::OutputInside { output: output.to_owned(), folder: folder.to_owned() });
    }
    Ok(())
}

pub(crate) fn write(manifest: &Manifest, output: &Path) -> Result<(), Error> {
    let mut variants = HashMap::new();
    for asset in manifest.assets().values() {
        variants.insert(&*asset.name, write_asset(asset, output)?);
    }
    let json = manifest.to_json(|asset| variants.remove(&*asset.name).unwrap_or_default());
    // At the end, so that it never lists what is not there yet.
    replace(&output.join(manifest::FILE), json.as_bytes())
}

/// Returns the encodings that are beside it.
fn write_asset(asset: &Asset, output: &Path) -> Result<Vec<Encoding>, Error> {
    let content = content(asset)?;
    let path = output.join(&asset.fingerprinted);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    write_new(&path, &content)?;
    let mut encodings = Vec::new();
    for (encoding, file) in &asset.variants {
        write_new(&with_suffix(&path, encoding.suffix()), &content_of(&file.path)?)?;
        encodings.push(*encoding);
    }
    if encodings.is_empty() {
        for (encoding, compressed) in compress::variants(&asset.name, &content) {
            write_new(&with_suffix(&path, encoding.suffix()), &compressed)?;
            encodings.push(encoding);
        }
    }
    Ok(encodings)
}

fn content(asset: &Asset) -> Result<Vec<u8>, Error> {
    match &asset.source {
        Source::Memory(content) => Ok(content.to_vec()),
        Source::Disk(file) => {
            let content = content_of(&file.path)?;
            // Under a name that is not its own, it would be kept for a year.
            if fingerprint::of_bytes(&content) != asset.fingerprint {
                return Err(Error::io("build", &file.path)(io::Error::other("it has changed meanwhile")));
            }
            Ok(content)
        }
    }
}

fn content_of(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::io("read", path))
}

/// What is there has the same content, because its name is of that. So it keeps the time of its change.
fn write_new(path: &Path, content: &[u8]) -> Result<(), Error> {
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() == content.len() as u64) {
        return Ok(());
    }
    replace(path, content)
}

/// Never leaves half a file behind, also if two builds write at the same time.
fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    let temporary = with_suffix(path, &format!(".{}.tmp", process::id()));
    fs::write(&temporary, content).map_err(Error::io("write", &temporary))?;
    fs::rename(&temporary, path).map_err(Error::io("write", path))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = OsString::from(path);
    path.push(suffix);
    path.into()
}
