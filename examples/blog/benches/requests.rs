//! Requests a second on this machine: the page with more than a hundred comments, with and without fragments, ETags and a
//! response cache. Run:
//! `cargo bench -p blog --bench requests`
//!
//! The clients are threads of this process, and share its processors with the server: compare the cases, and not
//! other machines. The cases take turns, so that what slows the machine down meanwhile meets all of them.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response as Sent;
use blog::{Blog, Database, Pages, Weather, router};
use cache_assets::Assets;
use cache_runtime::Cache;
use cache_runtime::http::ResponseCache;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_secs(1);
const CONNECTIONS: usize = 8;
const PAGE: &str = "/posts/1";

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

struct Case {
    name: &'static str,
    server: SocketAddr,
    etag: Option<String>,
    /// Requests in a second, of each round.
    rates: Vec<f64>,
}

fn main() -> Result<()> {
    let (folder, runtime) = (tempfile::tempdir()?, Runtime::new()?);
    let file = Cache::open(&format!("sqlite://{}", folder.path().join("cache.sqlite3").display()))?;
    let rendering = serve(&runtime, site(folder.path(), &Cache::none())?)?;
    let fragments = serve(&runtime, site(folder.path(), &file)?)?;
    let responses = serve(&runtime, behind_response_cache(site(folder.path(), &Cache::none())?, &file))?;
    let [rendered, stored] = [rendering, fragments].map(|server| Connection::open(server)?.get(None));
    let (rendered, stored) = (rendered?, stored?);
    let etags = (rendered.etag, stored.etag);
    println!("{PAGE}, {} KB, {CONNECTIONS} connections", rendered.body_len / 1000);

    let case = |name, server, etag| Case { name, server, etag, rates: Vec::new() };
    let mut cases = [
        case("rendered for each request", rendering, None),
        case("the same, not modified", rendering, etags.0),
        case("fragments in a file", fragments, None),
        case("the same, not modified", fragments, etags.1),
        case("behind a response cache in a file", responses, None),
    ];
    for case in &cases {
        let expected = if case.etag.is_some() { 304 } else { 200 };
        assert_eq!(Connection::open(case.server)?.get(case.etag.as_deref())?.status, expected, "{}", case.name);
    }
    for _ in 0..ROUNDS {
        for case in &mut cases {
            case.rates.push(rate(case.server, case.etag.as_deref())?);
        }
    }
    report(&mut cases);
    Ok(())
}

fn report(cases: &mut [Case]) {
    let medians: Vec<f64> = cases.iter_mut().map(|case| median(&mut case.rates)).collect();
    for (case, median) in cases.iter().zip(&medians) {
        println!("{median:>9.0} requests/s  {:>6.1} ×  {}", median / medians[0], case.name);
    }
}

fn site(folder: &Path, cache: &Cache) -> Result<Router> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let assets = Assets::scan(package.join("static"))?;
    let pages = Pages::new(package.join("templates"), &assets, cache, false);
    let (responses, weather) = (ResponseCache::new(cache), Weather::new("http://localhost/", cache));
    Ok(router(Blog { database: Database::open(folder)?, pages, assets, responses, weather, cache: cache.clone() }))
}

/// The blog lets its pages be asked for each time; here they may be stored for a minute, by everybody.
fn behind_response_cache(site: Router, cache: &Cache) -> Router {
    let may_be_stored = |mut response: Sent| async {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
        response
    };
    site.layer(map_response(may_be_stored)).layer(ResponseCache::new(cache))
}

fn serve(runtime: &Runtime, router: Router) -> Result<SocketAddr> {
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let address = listener.local_addr()?;
    runtime.spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Requests in a second, by all connections at once.
fn rate(server: SocketAddr, etag: Option<&str>) -> Result<f64> {
    let begun = Instant::now();
    let counts = thread::scope(|scope| {
        let one = || -> Result<usize> {
            let (mut connection, mut count) = (Connection::open(server)?, 0);
            while begun.elapsed() < ROUND {
                connection.get(etag)?;
                count += 1;
            }
            Ok(count)
        };
        let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(one)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no client panics")).collect::<Result<Vec<_>>>()
    })?;
    Ok(counts.iter().sum::<usize>() as f64 / begun.elapsed().as_secs_f64())
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

struct Response {
    status: u16,
    etag: Option<String>,
    body_len: usize,
}

/// A client that does as little as it can, to leave the processors to the server.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        Ok(Connection(BufReader::with_capacity(256 * 1024, stream)))
    }

    fn get(&mut self, etag: Option<&str>) -> Result<Response> {
        let condition = etag.map(|etag| format!("If-None-Match: {etag}\r\n")).unwrap_or_default();
        self.0.get_mut().write_all(format!("GET {PAGE} HTTP/1.1\r\nHost: localhost\r\n{condition}\r\n").as_bytes())?;
        let status = self.line()?.split(' ').nth(1).ok_or("there is no status")?.parse()?;
        let mut response = Response { status, etag: None, body_len: 0 };
        loop {
            let line = self.line()?;
            match line.split_once(": ") {
                Some(("etag", value)) => response.etag = Some(value.to_owned()),
                Some(("content-length", value)) => response.body_len = value.parse()?,
                Some(_) => {}
                None => break,
            }
        }
        self.0.read_exact(&mut vec![0; response.body_len])?;
        Ok(response)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}
