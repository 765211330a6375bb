//! The content codings of precompressed files.

use serde::{Deserialize, Serialize};

/// How a file beside another one is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encoding {
    Br,
    Gzip,
    Zstd,
}

impl Encoding {
    pub(crate) const ALL: [Encoding; 3] = [Encoding::Br, Encoding::Gzip, Encoding::Zstd];

    /// What `ServeDir` looks for, with its dot.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Encoding::Br => ".br",
            Encoding::Gzip => ".gz",
            Encoding::Zstd => ".zst",
        }
    }
}
