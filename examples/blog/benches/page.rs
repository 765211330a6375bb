//! What fragments save on the page of a post with more than a hundred comments. Run:
//! `cargo bench -p blog --bench page`
//!
//! Everything but HTTP, in one run, in turns: medians of a page that is warm, of one of which a reply has changed, of one
//! without a cache, and of one whose templates have no `cache` tags at all.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use blog::{Comment, Database, Pages, Post, Reply, Snapshot, comments_of, replies_of};
use cache_assets::Assets;
use cache_minijinja::{model, shared_models};
use cache_runtime::Cache;
use minijinja::{Value, context};
use rusqlite::Connection;

const ROUNDS: usize = 300;
const POST: i64 = 1;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = Database::open(folder.path())?;
    let writer = Connection::open(folder.path().join("blog.sqlite3"))?;
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (templates, assets) = (package.join("templates"), Assets::scan(package.join("static"))?);
    let untagged = without_tags(&templates, folder.path().join("untagged"))?;
    let cache = Cache::open(&format!("sqlite://{}", folder.path().join("cache.sqlite3").display()))?;
    let loaded = Loaded::of(&*database.snapshot()?)?;

    let in_file = Pages::new(&templates, &assets, &cache, false);
    let in_memory = Pages::new(&templates, &assets, &Cache::memory(), false);
    let uncached = Pages::new(&templates, &assets, &Cache::none(), false);
    let plain = Pages::new(&untagged, &assets, &Cache::none(), false);
    let read = |pages: &Pages| page(pages, &database).map(drop);
    let render = |pages: &Pages| pages.render("post.html", loaded.context(), false).map(drop).map_err(Into::into);
    let nothing = || Ok(());
    let edit = || Ok(writer.execute("UPDATE replies SET author = author WHERE id = 2", ()).map(drop)?);

    assert_eq!(page(&in_file, &database)?, page(&uncached, &database)?, "a fragment is what would have been rendered");
    println!("post with {} comments and {} replies", loaded.comments.len(), loaded.count_of_replies());
    compare(
        "with its rows read from the database",
        &nothing,
        &mut [
            ("warm, cache in a file", &mut || read(&in_file)),
            ("warm, cache in memory", &mut || read(&in_memory)),
            ("NoCache", &mut || read(&uncached)),
            ("templates without the tags", &mut || read(&plain)),
            ("only the post read, nothing rendered", &mut || Ok(database.snapshot()?.post(POST).map(drop)?)),
            ("all rows read, nothing rendered", &mut || Loaded::of(&*database.snapshot()?).map(drop)),
        ],
    )?;
    compare(
        "rendered from rows that are there",
        &nothing,
        &mut [
            ("warm, cache in a file", &mut || render(&in_file)),
            ("warm, cache in memory", &mut || render(&in_memory)),
            ("NoCache", &mut || render(&uncached)),
            ("templates without the tags", &mut || render(&plain)),
        ],
    )?;
    compare(
        "after an edit of a reply, with rows",
        &edit,
        &mut [
            ("cache in a file", &mut || read(&in_file)),
            ("cache in memory", &mut || read(&in_memory)),
            ("NoCache", &mut || read(&uncached)),
            ("templates without the tags", &mut || read(&plain)),
        ],
    )?;
    Ok(())
}

/// What a request does, without HTTP.
fn page(pages: &Pages, database: &Arc<Database>) -> Result<String> {
    let snapshot = database.snapshot()?;
    let post = snapshot.post(POST)?.ok_or("the post is there")?;
    let functions = context! { comments_of => comments_of(&snapshot), replies_of => replies_of(&snapshot) };
    Ok(pages.render("post.html", context! { post => model(&post), form => form(), ..functions }, false)?)
}

/// The empty form at the end of the page.
fn form() -> Value {
    let entry = context! { author => "", body => "" };
    context! { title => "Write a comment", action => "/posts/1", button => "Send the comment", entry }
}

/// All rows of the page.
struct Loaded {
    post: Post,
    comments: Arc<Vec<Comment>>,
    /// By the ids of comments, which are 1, 2, 3 and so on.
    replies: Arc<Vec<Arc<Vec<Reply>>>>,
}

impl Loaded {
    fn of(snapshot: &Snapshot) -> Result<Self> {
        let post = snapshot.post(POST)?.ok_or("the post is there")?;
        let comments = Arc::new(snapshot.comments_of(POST)?);
        let replies = comments
            .iter()
            .map(|comment| snapshot.replies_of(comment.id).map(Arc::new))
            .collect::<rusqlite::Result<_>>()?;
        Ok(Loaded { post, comments, replies: Arc::new(replies) })
    }

    fn count_of_replies(&self) -> usize {
        self.replies.iter().map(|replies| replies.len()).sum()
    }

    fn context(&self) -> Value {
        let (comments, replies) = (Arc::clone(&self.comments), Arc::clone(&self.replies));
        context! {
            post => model(&self.post),
            comments_of => Value::from_function(move |_: i64| shared_models(&comments)),
            replies_of => Value::from_function(move |comment: usize| shared_models(&replies[comment - 1])),
            form => form(),
        }
    }
}

/// Copies templates, with loops in place of the tags.
fn without_tags(from: &Path, to: PathBuf) -> Result<PathBuf> {
    fs::create_dir(&to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let mut source = fs::read_to_string(entry.path())?;
        for (tag, instead) in [
            ("{% cache post %}", ""),
            ("{% endcache %}", ""),
            ("{% cache_each ", "{% for "),
            ("{% endcache_each %}", "{% endfor %}"),
        ] {
            source = source.replace(tag, instead);
        }
        fs::write(to.join(entry.file_name()), source)?;
    }
    Ok(to)
}

type Case<'a> = (&'a str, &'a mut dyn FnMut() -> Result<()>);

/// Takes them in turns, so that what slows the machine down meanwhile meets all of them. What is done before each is not timed.
fn compare(title: &str, before: &dyn Fn() -> Result<()>, cases: &mut [Case<'_>]) -> Result<()> {
    let mut times = vec![Vec::new(); cases.len()];
    for round in 0..ROUNDS + 10 {
        for (at, (_, case)) in cases.iter_mut().enumerate() {
            // So that no case pays for the processor's caches, which another one has filled.
            case()?;
            before()?;
            let time = timed(case)?;
            // The first ones fill caches of all kinds.
            if round >= 10 {
                times[at].push(time);
            }
        }
    }
    println!("\n{title}");
    let medians: Vec<_> = times.into_iter().map(|times| micros(median(times))).collect();
    for ((name, _), median) in cases.iter().zip(&medians) {
        println!("  {median:>9.1} µs  {:>6.1} ×  {name}", median / medians[0]);
    }
    Ok(())
}

fn timed(case: &mut dyn FnMut() -> Result<()>) -> Result<Duration> {
    let begun = Instant::now();
    case()?;
    Ok(begun.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
