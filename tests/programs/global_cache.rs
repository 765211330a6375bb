//! A program that uses the global cache: it runs the actions in its arguments, and prints the result of each.
//!
//! It logs warnings and errors to standard error, without the time.

use std::fmt::Display;
use std::io::{Write, stdout};
use std::sync::atomic::{AtomicU32, Ordering};

use cache_runtime::store::NoCache;
use cache_runtime::{
    Cache, Config, Error, ErrorKind, Expiry, Options, Result, cache, cached, counter, named, register,
};

static RUNS: AtomicU32 = AtomicU32::new(0);

fn main() {
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(std::io::stderr);
    let log = log.with_ansi(false).with_target(false).without_time();
    if std::env::var_os("LOG_CALLS").is_some() {
        log.with_writer(|| CallingWriter).init();
    } else {
        log.init();
    }
    for argument in std::env::args().skip(1) {
        let done = act(&argument).unwrap_or_else(|error| format!("{:?}: {error}", error.kind()));
        say(format_args!("{argument}: {done}"));
    }
}

/// A log that calls an annotated function for each line.
struct CallingWriter;

impl Write for CallingWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        square(7);
        std::io::stderr().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs one action. Its parameter follows after `=`.
fn act(argument: &str) -> Result<String> {
    let (action, with) = argument.split_once('=').unwrap_or((argument, ""));
    Ok(match action {
        "init" => done(cache_runtime::init(Config::load()?))?,
        "init-checked" => done(cache_runtime::init(Config::load()?.checked()))?,
        "init-with" => done(cache_runtime::init(Config::from_address(with)?))?,
        "init-from-code" => done(cache_runtime::init(from_code(with)?))?,
        "call" => runs(|| square(7), 49),
        "call-sessions" => runs(|| session(7), 7),
        "count-unknown" => hits().increment()?.to_string(),
        "call-unknown" => runs(|| unknown(7), 7),
        "call-other-unknown" => runs(|| other_unknown(7), 7),
        "count" => cache().increment("count", 1)?.to_string(),
        "set" => done(cache().set("k", with))?,
        "get" => cache().get::<String>("k")?.unwrap_or_default(),
        "expiration" => expiration(&cache())?,
        "named-set" => done(named(with)?.set("k", with))?,
        "named-get" => named(with)?.get::<String>("k")?.unwrap_or_default(),
        "open" => format!("{:?}", Cache::open(with)?),
        "go" => {
            done(std::env::set_current_dir(with).map_err(|error| Error::new(ErrorKind::Config, error.to_string())))?
        }
        "show" => format!("{:?}", cache()),
        "config" => format!("{:?}", Config::load()?),
        "register-calling" => {
            register("calling", |_: &Options| {
                square(7);
                Ok(NoCache)
            })?;
            done(Ok(()))?
        }
        "register" => {
            register("picky", picky)?;
            done(Ok(()))?
        }
        _ => return Err(Error::new(ErrorKind::Config, "no action of this program")),
    })
}

/// A default cache, and a namespace of it as a named one.
fn from_code(address: &str) -> Result<Config> {
    let cache = Cache::open(address)?;
    let sessions = cache.namespace("sessions").expires_in(60);
    Ok(Config::builder().default(cache).named("sessions", sessions))
}

fn done(result: Result<()>) -> Result<String> {
    result.map(|()| "done".to_owned())
}

/// Calls a function three times, and returns how often its body ran.
fn runs(call: impl Fn() -> u64, expected: u64) -> String {
    RUNS.store(0, Ordering::Relaxed);
    let right = (0..3).all(|_| call() == expected);
    let count = RUNS.load(Ordering::Relaxed);
    if right { format!("{count} runs") } else { "a wrong answer".to_owned() }
}

#[cached(key = "square:{number}")]
fn square(number: u64) -> u64 {
    RUNS.fetch_add(1, Ordering::Relaxed);
    number * number
}

#[cached(key = "session:{number}", cache = "sessions")]
fn session(number: u64) -> u64 {
    RUNS.fetch_add(1, Ordering::Relaxed);
    number
}

#[cached(key = "unknown:{number}", cache = "nobody_configured_this")]
fn unknown(number: u64) -> u64 {
    RUNS.fetch_add(1, Ordering::Relaxed);
    number
}

#[cached(key = "other_unknown:{number}", cache = "nobody_configured_this")]
fn other_unknown(number: u64) -> u64 {
    RUNS.fetch_add(1, Ordering::Relaxed);
    number
}

#[counter(key = "hits", cache = "nobody_configured_this")]
fn hits();

/// The lifetime of an entry, in minutes.
fn expiration(cache: &Cache) -> Result<String> {
    cache.set("expiration", "v")?;
    let Some(Expiry::At(moment)) = cache.expiry("expiration")? else { return Ok("for ever".to_owned()) };
    let left = moment.duration_since(std::time::SystemTime::now()).unwrap_or_default();
    Ok(format!("{} minutes", left.as_secs().div_ceil(60)))
}

/// A custom store, which requires an option and refuses a value of another.
fn picky(options: &Options) -> Result<NoCache> {
    let url: String = options.get("url")?;
    match options.find::<String>("mood")?.as_deref() {
        Some("bad") => Err(options.error("mood", "it must be a good one")),
        _ if url.is_empty() => Err(options.error("url", "is empty")),
        _ => Ok(NoCache),
    }
}

fn say(line: impl Display) {
    writeln!(stdout(), "{line}").expect("the test reads it");
}
