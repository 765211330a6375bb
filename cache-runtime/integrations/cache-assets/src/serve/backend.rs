//! What `ServeDir` opens: one asset and its compressed variants, and nothing else.

use std::ffi::OsStr;
use std::io::{self, Cursor, ErrorKind, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::SystemTime;

use bytes::Bytes;
use tokio::fs;
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};
use tower_http::services::fs::{Backend, File, Metadata};

use crate::manifest::Asset;
use crate::name;
use crate::source::{DiskFile, Source, Stamp};

/// A file system for one request.
#[derive(Clone, Debug)]
pub(super) struct OneFile {
    asset: Arc<Asset>,
    has_changed: Arc<AtomicBool>,
}

impl OneFile {
    pub(super) fn new(asset: Arc<Asset>) -> Self {
        OneFile { asset, has_changed: Arc::default() }
    }

    /// Whether a file that was opened is another one than was found.
    pub(super) fn has_changed(&self) -> bool {
        self.has_changed.load(Ordering::Relaxed)
    }

    /// By the file name alone: `ServeDir` has no other one.
    fn source(&self, path: &Path) -> io::Result<Source> {
        let asked = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let file = name::file(&self.asset.name);
        if asked == file {
            return Ok(self.asset.source.clone());
        }
        let is_asked = |suffix: &str| asked.strip_suffix(suffix) == Some(file);
        let variant = self.asset.variants.iter().find(|(encoding, _)| is_asked(encoding.suffix()));
        variant.map(|(_, file)| Source::Disk(file.clone())).ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn stat(&self, file: &DiskFile, stamp: Stamp) -> Stat {
        if stamp == file.stamp {
            return Stat { len: stamp.len, modified: self.asset.modified };
        }
        self.has_changed.store(true, Ordering::Relaxed);
        Stat { len: stamp.len, modified: stamp.modified }
    }
}

impl Backend for OneFile {
    type File = OpenFile;
    type Metadata = Stat;
    type OpenFuture = Pin<Box<dyn Future<Output = io::Result<OpenFile>> + Send>>;
    type MetadataFuture = Pin<Box<dyn Future<Output = io::Result<Stat>> + Send>>;

    fn open(&self, path: PathBuf) -> Self::OpenFuture {
        let this = self.clone();
        Box::pin(async move {
            match this.source(&path)? {
                Source::Memory(content) => {
                    let stat = Stat { len: content.len() as u64, modified: this.asset.modified };
                    Ok(OpenFile { content: Content::Memory(Cursor::new(content)), stat })
                }
                Source::Disk(file) => {
                    let opened = fs::File::open(&file.path).await?;
                    let stat = this.stat(&file, Stamp::of(&opened.metadata().await?)?);
                    Ok(OpenFile { content: Content::Disk(opened), stat })
                }
            }
        })
    }

    fn metadata(&self, path: PathBuf) -> Self::MetadataFuture {
        let this = self.clone();
        Box::pin(async move {
            match this.source(&path)? {
                Source::Memory(content) => Ok(Stat { len: content.len() as u64, modified: this.asset.modified }),
                Source::Disk(file) => Ok(this.stat(&file, Stamp::of(&fs::metadata(&file.path).await?)?)),
            }
        })
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Stat {
    len: u64,
    modified: SystemTime,
}

impl Metadata for Stat {
    fn is_dir(&self) -> bool {
        false
    }

    /// No server may tell a date of the future, and without one there is no `Last-Modified`.
    fn modified(&self) -> io::Result<SystemTime> {
        if self.modified <= SystemTime::now() { Ok(self.modified) } else { Err(ErrorKind::Unsupported.into()) }
    }

    fn len(&self) -> u64 {
        self.len
    }
}

#[derive(Debug)]
pub(super) struct OpenFile {
    content: Content,
    stat: Stat,
}

#[derive(Debug)]
enum Content {
    Memory(Cursor<Bytes>),
    Disk(fs::File),
}

impl File for OpenFile {
    type Metadata = Stat;
    type MetadataFuture<'a> = std::future::Ready<io::Result<Stat>>;

    fn metadata(&self) -> Self::MetadataFuture<'_> {
        std::future::ready(Ok(self.stat))
    }
}

impl AsyncRead for OpenFile {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().content {
            Content::Memory(content) => Pin::new(content).poll_read(cx, buf),
            Content::Disk(file) => Pin::new(file).poll_read(cx, buf),
        }
    }
}

impl AsyncSeek for OpenFile {
    fn start_seek(self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        match &mut self.get_mut().content {
            Content::Memory(content) => Pin::new(content).start_seek(position),
            Content::Disk(file) => Pin::new(file).start_seek(position),
        }
    }

    fn poll_complete(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        match &mut self.get_mut().content {
            Content::Memory(content) => Pin::new(content).poll_complete(cx),
            Content::Disk(file) => Pin::new(file).poll_complete(cx),
        }
    }
}
