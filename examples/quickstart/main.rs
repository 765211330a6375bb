//! Finds texts that are nearly the same, and remembers what it learnt. Run: `cargo run`, or `cargo run -- FOLDER`
//!
//! Sketching a text costs some milliseconds, so sketches are kept, in `storage/quickstart.sqlite3` of the current
//! folder. The second pass finds them there, and so does the next run of the program. Delete the file to forget them.

mod files;
mod sketch;

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cache_runtime::{Config, counter};

use crate::sketch::Sketch;

const STORE: &str = "storage/quickstart.sqlite3";

#[counter(key = "quickstart:runs", expires_in = never)]
fn runs();

fn main() -> ExitCode {
    let folder = env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    match run(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path) -> Result<(), Box<dyn Error>> {
    cache_runtime::init(Config::from_address(&format!("sqlite://{STORE}"))?)?;
    let files = files::in_folder(folder)?;

    let first = Pass::over(&files);
    let second = Pass::over(&files);

    let skipped = files.len() - first.sketches.len();
    println!("{} texts in {}; files skipped: {skipped}\n", first.sketches.len(), folder.display());
    println!("{:<12} {:>9} {:>9} {:>12} {:>12}", "", "computed", "reused", "time", "work saved");
    println!("{}", first.row("first pass"));
    println!("{}\n", second.row("second pass"));
    println!("{}\n", first.verdict());
    print_most_alike(folder, &first.sketches);
    println!("{}", times_run());
    Ok(())
}

/// One look at every file.
struct Pass<'a> {
    sketches: Vec<(&'a Path, Sketch)>,
    computed: usize,
    time: Duration,
    saved: Duration,
}

impl<'a> Pass<'a> {
    fn over(files: &'a [PathBuf]) -> Self {
        let start = Instant::now();
        let mut pass = Pass { sketches: Vec::new(), computed: 0, time: Duration::ZERO, saved: Duration::ZERO };
        for file in files {
            if let Some(text) = files::text(file) {
                pass.look_at(file, &text);
            }
        }
        pass.time = start.elapsed();
        pass
    }

    fn look_at(&mut self, file: &'a Path, text: &str) {
        let before = sketch::computed();
        let sketch = sketch::of(&sketch::digest(text), text);
        let computed = sketch::computed() - before;
        if computed == 0 {
            self.saved += sketch.cost();
        }
        self.computed += computed;
        self.sketches.push((file, sketch));
    }

    fn reused(&self) -> usize {
        self.sketches.len() - self.computed
    }

    fn row(&self, name: &str) -> String {
        let (time, saved) = (millis(self.time), millis(self.saved));
        format!("{name:<12} {:>9} {:>9} {time:>12} {saved:>12}", self.computed, self.reused())
    }

    fn verdict(&self) -> String {
        match (self.computed, self.reused()) {
            (_, 0) => "Nothing was known yet. Run it again: the first pass will be as fast as the second.".to_owned(),
            (0, _) => format!("Everything was known from an earlier run, which saved {} of work.", millis(self.saved)),
            (_, known) => format!("Of these texts {known} were known already; the others are new or have changed."),
        }
    }
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn print_most_alike(folder: &Path, sketches: &[(&Path, Sketch)]) {
    let mut pairs = Vec::new();
    for (at, (one, sketch)) in sketches.iter().enumerate() {
        pairs.extend(sketches[at + 1..].iter().map(|(other, theirs)| (sketch.likeness(theirs), one, other)));
    }
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    let shown = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    println!("Most alike:");
    for (likeness, one, other) in pairs.into_iter().take(3) {
        println!("{:>6.0} %  {}  {}", likeness * 100.0, shown(one), shown(other));
    }
    println!();
}

/// A counter called by hand tells of the store's failure; the sketches above do without the store then.
fn times_run() -> String {
    match runs().increment() {
        Ok(1) => format!("Run once with this cache, {STORE}."),
        Ok(count) => format!("Run {count} times with this cache, {STORE}."),
        Err(error) => format!("There was no cache: {error}"),
    }
}
