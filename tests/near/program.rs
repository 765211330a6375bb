//! Processes that write and delete entries of a cache, some of them killed, while this one reads the entries through near.
//! Arguments: the address of a cache, for how many seconds, and how many writers to kill meanwhile.
//!
//! A writer notes each version in a file after its change has returned. A read that began after that and finds an older
//! version is an error. It prints its figures.
#![expect(clippy::print_stdout, reason = "figures for a person")]

#[path = "../shared/random.rs"]
mod random;

use std::error::Error;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, ExitCode};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::Cache;

use self::random::Random;

const KEYS: u64 = 16;
const READERS: u64 = 2;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", address, notes, seed] => write_for_ever(address, Path::new(notes), seed.parse()?),
        [address, seconds, kills] => run(address, Duration::from_secs(seconds.parse()?), kills.parse()?),
        _ => Err("usage: near-load ADDRESS SECONDS KILLS".into()),
    }
}

fn key(number: u64) -> String {
    format!("key:{number}")
}

/// The last version of each key whose change has returned.
struct Notes(File);

impl Notes {
    fn open(path: &Path) -> std::io::Result<Self> {
        File::options().read(true).write(true).open(path).map(Notes)
    }

    fn read(&self, key: u64) -> std::io::Result<u64> {
        let mut bytes = [0; 8];
        self.0.read_exact_at(&mut bytes, key * 8)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn write(&self, key: u64, version: u64) -> std::io::Result<()> {
        self.0.write_all_at(&version.to_le_bytes(), key * 8)
    }
}

/// Changes the keys in turn. There is one writer at a time, so a version may only have been written without a note.
fn write_for_ever(address: &str, notes: &Path, seed: u64) -> Result<ExitCode, Box<dyn Error>> {
    let (cache, notes, mut random) = (Cache::open(address)?, Notes::open(notes)?, Random(seed));
    loop {
        let number = random.below(KEYS);
        let stored = cache.near(0).get::<u64>(&key(number))?.unwrap_or_default();
        let version = stored.max(notes.read(number)?) + 1;
        if random.below(8) == 0 {
            cache.delete(&key(number))?;
        } else {
            cache.set(&key(number), &version)?;
        }
        notes.write(number, version)?;
        thread::sleep(Duration::from_micros(random.below(300)));
    }
}

fn start_writer(address: &str, notes: &Path, seed: u64) -> std::io::Result<Child> {
    let program = std::env::current_exe()?;
    Command::new(program).args(["write", address]).arg(notes).arg(seed.to_string()).spawn()
}

/// What the readers have seen.
#[derive(Default)]
struct Seen {
    reads: AtomicU64,
    late: AtomicU64,
    is_over: AtomicBool,
}

fn read_on(cache: &Cache, notes: &Notes, seen: &Seen) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut reads = 0;
    while !seen.is_over.load(Relaxed) {
        for number in 0..KEYS {
            let noted = notes.read(number)?;
            let found = cache.get::<u64>(&key(number))?;
            if found.is_some_and(|version| version < noted) {
                seen.late.fetch_add(1, Relaxed);
            }
            reads += 1;
        }
    }
    seen.reads.fetch_add(reads, Relaxed);
    Ok(())
}

fn run(address: &str, length: Duration, kills: u64) -> Result<ExitCode, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("notes");
    std::fs::write(&path, [0; KEYS as usize * 8])?;
    let (cache, seen, mut killed) = (Cache::open(address)?, Seen::default(), 0);
    thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let mut readers = Vec::new();
        for _ in 0..READERS {
            let notes = Notes::open(&path)?;
            let (cache, seen) = (&cache, &seen);
            readers.push(scope.spawn(move || read_on(cache, &notes, seen)));
        }
        killed = write_and_kill(address, &path, length, kills)?;
        seen.is_over.store(true, Relaxed);
        for reader in readers {
            reader.join().expect("it does not panic").map_err(|error| error.to_string())?;
        }
        Ok(())
    })?;
    let (reads, late) = (seen.reads.load(Relaxed), seen.late.load(Relaxed));
    println!("{reads} reads, {killed} writers killed, {late} reads of what was changed before");
    Ok(if late == 0 && reads > 1_000 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Lets writers write, and kills each but the last at a random moment.
fn write_and_kill(address: &str, notes: &Path, length: Duration, kills: u64) -> Result<u64, Box<dyn Error>> {
    let (start, mut random) = (Instant::now(), Random(0x9e37_79b9));
    let each = length / u32::try_from(kills + 1)?;
    for killed in 0..=kills {
        let mut writer = start_writer(address, notes, killed + 1)?;
        let lives = if killed == kills {
            length.saturating_sub(start.elapsed())
        } else {
            each / 2 + Duration::from_micros(random.below(u64::try_from(each.as_micros())?))
        };
        thread::sleep(lives);
        if let Some(status) = writer.try_wait()? {
            return Err(format!("a writer ended by itself: {status}").into());
        }
        writer.kill()?;
        writer.wait()?;
    }
    Ok(kills)
}
