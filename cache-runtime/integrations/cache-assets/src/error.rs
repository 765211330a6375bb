//! What can go wrong before anything is served.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why assets cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was attempted, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Style sheets refer to files that are not there.
    #[error("{}. `Builder::warn_on_missing` makes warnings of it", list(.0))]
    MissingReferences(Vec<MissingReference>),
    /// A style sheet has more levels of blocks than can be read.
    #[error("{file}: its blocks are nested too deeply to find its references")]
    TooDeep {
        /// The name of the style sheet.
        file: String,
    },
    /// No asset has this name.
    #[error("there is no asset `{name}`{}", did_you_mean(.suggestion.as_deref()))]
    Unknown {
        /// What was asked for.
        name: String,
        /// An asset whose name is similar.
        suggestion: Option<String>,
    },
    /// The prefix is not the start of a URL.
    #[error(
        "`{0}` cannot be the prefix of a URL: write a path such as `/assets`, or an address such as `https://cdn.example.com`"
    )]
    Prefix(String),
    /// The output would be found as input by the next build.
    #[error("{} is inside of {}: write the files to another folder", output.display(), folder.display())]
    OutputInside {
        /// The folder to write to.
        output: PathBuf,
        /// The folder that is read.
        folder: PathBuf,
    },
    /// A file `manifest.json` is not what a build has written.
    #[error("{}: {reason}. Build the assets again", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Io { action, path, source }
    }
}

/// A reference in a style sheet to a file that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingReference {
    /// The name of the style sheet.
    pub file: String,
    /// The line of the reference, from 1 on.
    pub line: usize,
    /// The reference as it is written, without escapes.
    pub reference: String,
    /// An asset whose name is similar.
    pub suggestion: Option<String>,
}

impl fmt::Display for MissingReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suggestion = did_you_mean(self.suggestion.as_deref());
        write!(f, "{}:{}: `{}` is not there{suggestion}", self.file, self.line, self.reference)
    }
}

fn list(missing: &[MissingReference]) -> String {
    missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!(": did you mean `{name}`?")).unwrap_or_default()
}

/// The name that is most similar to another one, if it is similar at all.
pub(crate) fn most_similar<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    let rated = names.map(|other| (strsim::jaro_winkler(name, other), other));
    let (likeness, best) = rated.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (likeness > 0.8).then(|| best.to_owned())
}
