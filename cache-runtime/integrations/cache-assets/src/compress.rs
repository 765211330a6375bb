//! Compresses what a build writes.

use crate::encoding::Encoding;
use crate::name;

/// Formats that are not compressed themselves.
const COMPRESSIBLE: [&str; 20] = [
    "bmp",
    "css",
    "csv",
    "eot",
    "htm",
    "html",
    "ico",
    "js",
    "json",
    "map",
    "md",
    "mjs",
    "otf",
    "svg",
    "ttf",
    "txt",
    "wasm",
    "webmanifest",
    "xhtml",
    "xml",
];

/// The compressed forms of a file that are smaller than it is.
pub(crate) fn variants(name: &str, content: &[u8]) -> Vec<(Encoding, Vec<u8>)> {
    if !COMPRESSIBLE.contains(&&*name::extension(name)) {
        return Vec::new();
    }
    let compressed = Encoding::ALL.into_iter().filter_map(|encoding| Some((encoding, compress(encoding, content)?)));
    compressed.filter(|(_, compressed)| compressed.len() < content.len()).collect()
}

#[cfg(feature = "compress")]
fn compress(encoding: Encoding, content: &[u8]) -> Option<Vec<u8>> {
    use std::io::Write;

    // It is done once, and read many times: at the highest level that browsers can read.
    let done = match encoding {
        Encoding::Br => {
            let mut written = Vec::new();
            let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
            brotli::BrotliCompress(&mut &*content, &mut written, &params).map(|_| written)
        }
        Encoding::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(content).and_then(|()| encoder.finish())
        }
        Encoding::Zstd => zstd::bulk::compress(content, 19),
    };
    Some(done.expect("memory takes everything"))
}

#[cfg(not(feature = "compress"))]
fn compress(_: Encoding, _: &[u8]) -> Option<Vec<u8>> {
    None
}
