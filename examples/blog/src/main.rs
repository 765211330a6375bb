//! A blog whose pages are put together from cached fragments. Run: `cargo run -p blog`
//!
//! `PORT` is the port, 3000 if it is not set and any free one if it is 0. `BLOG_DATA` is the folder of the two databases: the
//! blog's own and that of the cache. `WEATHER_URL` is where the weather is asked for: without it the program answers itself.

use std::env;
use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use blog::{Blog, Database, Pages, Weather, router, stand_in};
use cache_assets::Assets;
use cache_runtime::Config;
use cache_runtime::http::ResponseCache;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// So many pages are rendered at the same time, each on a thread and with a connection of its own.
const THREADS: usize = 32;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    Builder::new_multi_thread().enable_all().max_blocking_threads(THREADS).build()?.block_on(serve())
}

async fn serve() -> Result<(), Box<dyn Error + Send + Sync>> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    cache_runtime::init(Config::from_file(package.join("storage.toml"))?)?;

    let data = env::var("BLOG_DATA").unwrap_or_else(|_| "storage".to_owned());
    let cache = cache_runtime::cache();
    let database = Database::open(Path::new(&data))?;
    // While you develop, an edited template or style sheet shows at once; in production they never change.
    let reload = cfg!(debug_assertions);
    let files = package.join("static");
    let assets = if reload { Assets::development(files)? } else { Assets::scan(files)? };
    let pages = Pages::new(package.join("templates"), &assets, &cache, reload);

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse()).map_err(|_| "PORT is not a port")?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let own = format!("http://{}", listener.local_addr()?);
    let weather = env::var("WEATHER_URL").unwrap_or_else(|_| format!("{own}/stand-in/weather"));
    // Whoever reloads the feed does not have it rendered.
    let responses = ResponseCache::new(&cache).name("blog").ignore_requests();
    let weather = Weather::new(weather, &cache);
    println!("{own}");
    let router = router(Blog { database, pages, assets, responses, weather, cache }).merge(stand_in());
    // The limits ask who has connected.
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
