//! A folder of assets, a server for it, and requests as they go over the wire.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, SystemTime};

use axum::Router;
use cache_assets::Assets;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) const IMMUTABLE: &str = "max-age=31536000, public, immutable";
pub(crate) const REVALIDATED: &str = "max-age=0, public, must-revalidate";

/// A new folder with these files.
pub(crate) fn folder<C: AsRef<[u8]>>(files: impl IntoIterator<Item = (&'static str, C)>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        write(&folder, name, content);
    }
    folder
}

pub(crate) fn write(folder: impl AsRef<Path>, name: &str, content: impl AsRef<[u8]>) {
    let path = folder.as_ref().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Sets when a file was changed, in seconds before now.
pub(crate) fn set_age(folder: impl AsRef<Path>, name: &str, seconds: u64) {
    set_modified(folder, name, SystemTime::now() - Duration::from_secs(seconds));
}

pub(crate) fn set_modified(folder: impl AsRef<Path>, name: &str, moment: SystemTime) {
    File::options().write(true).open(folder.as_ref().join(name)).unwrap().set_modified(moment).unwrap();
}

/// A server that ends with this.
pub(crate) struct Site {
    address: SocketAddr,
    _runtime: Runtime,
}

impl Site {
    /// Serves them below `/assets`.
    pub(crate) fn of(assets: &Assets) -> Self {
        Self::at("/assets", assets)
    }

    pub(crate) fn at(path: &str, assets: &Assets) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().nest_service(path, assets.service());
        runtime.spawn(async move { axum::serve(listener, router).await });
        Site { address, _runtime: runtime }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[])
    }

    pub(crate) fn get_with(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("GET", path, fields)
    }

    /// Sends the path as it is, whatever a client would make of it.
    pub(crate) fn send(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n").unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        Answer::read(&received)
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    fields: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn read(received: &[u8]) -> Self {
        let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("it is an answer");
        let head = std::str::from_utf8(&received[..end]).unwrap();
        let (line, fields) = head.split_once("\r\n").unwrap();
        let field = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        };
        Answer {
            status: line.split(' ').nth(1).unwrap().parse().unwrap(),
            fields: fields.split("\r\n").map(field).collect(),
            body: received[end + 4..].to_vec(),
        }
    }

    /// The value of a field, empty without one.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    pub(crate) fn cache_control(&self) -> &str {
        self.field("cache-control")
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}
