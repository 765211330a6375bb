//! `background`: the stale value at once, and a new one from a task that outlives the call.

use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use cache_runtime::{cached, testing};

use crate::common::empty;

/// After this time a test that hangs fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Lets a test decide when a body ends and what it returns.
#[derive(Clone)]
struct Source(Arc<Mutex<Inner>>);

struct Inner {
    begun: Sender<(ThreadId, u32)>,
    go_on: Option<Receiver<Result<u32, &'static str>>>,
    runs: u32,
}

/// The test's side of a source.
struct Control {
    begun: Receiver<(ThreadId, u32)>,
    answer: Sender<Result<u32, &'static str>>,
}

impl Source {
    fn new() -> (Self, Control) {
        let (begun_in, begun) = channel();
        let (answer, answers) = channel();
        let inner = Inner { begun: begun_in, go_on: Some(answers), runs: 0 };
        (Source(Arc::new(Mutex::new(inner))), Control { begun, answer })
    }

    /// Tells the test that a body runs, and waits for what it is to give.
    fn give(&self) -> Result<u32, &'static str> {
        let answers = {
            let mut inner = self.0.lock().unwrap();
            inner.runs += 1;
            let run = (thread::current().id(), inner.runs);
            inner.begun.send(run).unwrap();
            inner.go_on.take().expect("one body at a time")
        };
        let answer = answers.recv_timeout(PATIENCE).expect("the test answers");
        self.0.lock().unwrap().go_on = Some(answers);
        if answer == Err("panic") {
            panic!("on purpose");
        }
        answer
    }
}

impl Control {
    /// The next body gives this.
    fn will_give(&self, answer: Result<u32, &'static str>) {
        self.answer.send(answer).unwrap();
    }

    /// Waits until a body runs; where, and the how manieth it is.
    fn begun(&self) -> (ThreadId, u32) {
        self.begun.recv_timeout(PATIENCE).expect("a body begins")
    }

    fn nothing_begins(&self) -> bool {
        self.begun.try_recv().is_err()
    }
}

#[cached(key = "plain:{id}", expires_in = 60, race_ttl = 600, background, skip(source))]
fn plain(id: &str, source: &Source) -> Result<u32, &'static str> {
    assert!(!id.is_empty());
    source.give()
}

#[cached(key = "plain:{id}", expires_in = 60, race_ttl = 600, background, skip(source))]
async fn waited(id: &str, source: &Source) -> Result<u32, &'static str> {
    smol::future::yield_now().await;
    assert!(!id.is_empty());
    source.give()
}

/// The same with a `Cache` by hand.
fn by_hand(source: &Source) -> Result<u32, &'static str> {
    let (view, source) = (cache_runtime::cache().expires_in(60).race_ttl(600), source.clone());
    view.background().try_get_or_set("plain:a", move || source.give())
}

async fn waited_by_hand(source: &Source) -> Result<u32, &'static str> {
    let (view, source) = (cache_runtime::async_cache().expires_in(60).race_ttl(600), source.clone());
    view.background().try_get_or_set("plain:a", async move || source.give()).await
}

/// The log lines of all tests.
fn log() -> Receiver<String> {
    struct Line(Sender<String>);
    impl Write for Line {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            // Other tests may log after the one that listens has ended.
            let _ = self.0.send(String::from_utf8_lossy(line).into_owned());
            Ok(line.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (lines, log) = channel();
    tracing_subscriber::fmt().with_ansi(false).with_writer(move || Line(lines.clone())).init();
    log
}

type Call = fn(&Source) -> Result<u32, &'static str>;

/// Compiles only if a runtime can spawn the future.
fn send<F: Future + Send>(future: F) -> F {
    future
}

/// Runs a test on both kinds of functions and both faces, the async ones on tokio too.
fn each_way(test: impl Fn(Call)) {
    test(|source| plain("a", source));
    test(by_hand);
    test(|source| smol::block_on(send(waited("a", source))));
    test(|source| smol::block_on(send(waited_by_hand(source))));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let _entered = runtime.enter();
    test(|source| smol::block_on(waited("a", source)));
    test(|source| smol::block_on(waited_by_hand(source)));
}

/// Waits until the background task has stored a value.
fn until_stored(value: u32) {
    let stored = || cache_runtime::cache().get::<u32>("plain:a").unwrap() == Some(value);
    for _ in 0..10_000_000 {
        if stored() {
            return;
        }
        thread::yield_now();
    }
    panic!("{value} is not stored");
}

#[test]
fn the_stale_value_is_returned_at_once_and_a_background_task_recomputes() {
    each_way(|call| {
        let (_cache, _scope) = empty();
        let (source, control) = Source::new();
        control.will_give(Ok(1));
        assert_eq!(call(&source), Ok(1));
        assert_eq!(control.begun(), (thread::current().id(), 1), "without an old value in place");

        testing::advance(Duration::from_secs(61));
        assert_eq!(call(&source), Ok(1), "though no body has ended");
        let (place, run) = control.begun();
        assert!(place != thread::current().id() && run == 2);
        assert_eq!((call(&source), call(&source)), (Ok(1), Ok(1)));
        assert!(control.nothing_begins(), "one at a time");

        control.will_give(Ok(2));
        until_stored(2);
        assert_eq!(call(&source), Ok(2));
        assert!(control.nothing_begins());
    });
}

#[test]
fn among_many_callers_one_task_computes_and_nobody_waits() {
    let (cache, _scope) = empty();
    let view = cache.expires_in(60).race_ttl(600).background();
    let source = Source::new();
    let (source, control) = (&source.0, &source.1);
    assert_eq!(view.get_or_set("many", || 1), 1);
    testing::advance(Duration::from_secs(61));
    thread::scope(|scope| {
        for _ in 0..100 {
            let (view, source) = (view.clone(), source.clone());
            // No body has ended when the last of them has its value.
            scope.spawn(move || assert_eq!(view.get_or_set("many", move || source.give().unwrap()), 1));
        }
    });
    control.begun();
    assert!(control.nothing_begins());
    control.will_give(Ok(2));
}

#[test]
fn without_a_window_background_has_no_effect() {
    let (cache, _scope) = empty();
    let (blocking, waiting) = (cache.expires_in(60).background(), cache.to_async().expires_in(60).background());
    for (round, value) in [1_u32, 2].into_iter().enumerate() {
        let here = thread::current().id();
        let compute = move || (value, thread::current().id() == here);
        assert_eq!(blocking.get_or_set("k", compute), (value, true));
        assert_eq!(smol::block_on(waiting.get_or_set("w", async move || compute())), (value, true));
        assert_eq!(blocking.get_or_set("k", || (0, false)), (value, true), "round {round}: it is kept");
        testing::advance(Duration::from_secs(61));
    }
}

#[test]
fn after_the_window_callers_wait_again() {
    each_way(|call| {
        let (_cache, _scope) = empty();
        let (source, control) = Source::new();
        control.will_give(Ok(1));
        call(&source).unwrap();
        control.begun();
        testing::advance(Duration::from_secs(660));
        control.will_give(Ok(2));
        assert_eq!(call(&source), Ok(2));
        assert_eq!(control.begun().0, thread::current().id());
    });
}

#[test]
fn a_failure_in_the_background_reaches_no_caller_and_does_not_extend_the_stale_value() {
    for failure in ["down", "panic"] {
        each_way(|call| {
            let (_cache, _scope) = empty();
            let (source, control) = Source::new();
            control.will_give(Ok(1));
            call(&source).unwrap();
            control.begun();
            testing::advance(Duration::from_secs(61));
            control.will_give(Err(failure));
            assert_eq!(call(&source), Ok(1));
            control.begun();
            for _ in 0..3 {
                assert_eq!(call(&source), Ok(1));
            }
            assert!(control.nothing_begins(), "the next attempt waits");
            testing::advance(Duration::from_secs(600));
            control.will_give(Err("down"));
            assert_eq!(call(&source), Err("down"), "the window is over");
        });
    }
}

#[cached(key = "told:{failure}", expires_in = 60, race_ttl = 600, background, skip(source))]
fn told(failure: &str, source: &Source) -> Result<u32, &'static str> {
    source.give()
}

#[test]
fn a_failure_in_the_background_is_logged_once() {
    let log = log();
    for (failure, words) in [("down", "returned an `Err`"), ("panic", "panicked: on purpose")] {
        let (_cache, _scope) = empty();
        let (source, control) = Source::new();
        control.will_give(Ok(1));
        told(failure, &source).unwrap();
        testing::advance(Duration::from_secs(61));
        control.will_give(Err(failure));
        assert_eq!(told(failure, &source), Ok(1));
        let key = format!("`told:{failure}`");
        let next = || log.recv_timeout(PATIENCE).expect("a line of log");
        let line = std::iter::repeat_with(next).find(|line| line.contains(&key)).expect("there is no end of lines");
        assert!(line.contains("in the background") && line.contains(words), "{line}");
        (0..100).for_each(|_| assert_eq!(told(failure, &source), Ok(1)));
        assert!(log.try_iter().all(|line| !line.contains(&key)));
    }
}

#[test]
fn shutting_down_the_runtime_does_not_hang_and_frees_the_key() {
    a_runtime_shuts_down(|runtime, source| runtime.block_on(waited("a", source)));
    a_runtime_shuts_down(|runtime, source| runtime.block_on(waited_by_hand(source)));
}

fn a_runtime_shuts_down(call: fn(&tokio::runtime::Runtime, &Source) -> Result<u32, &'static str>) {
    let (_cache, _scope) = empty();
    let (source, control) = Source::new();
    let on_a_runtime_that_ends = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        call(&runtime, &source)
    };
    control.will_give(Ok(1));
    assert_eq!(on_a_runtime_that_ends(), Ok(1));
    control.begun();
    testing::advance(Duration::from_secs(61));
    // Nobody polls the task before the runtime is gone.
    assert_eq!(on_a_runtime_that_ends(), Ok(1));
    assert!(control.nothing_begins());
    // So the next caller's task is free to compute.
    assert_eq!(plain("a", &source), Ok(1));
    control.begun();
    control.will_give(Ok(2));
    until_stored(2);
}

static PLACES: AtomicU32 = AtomicU32::new(0);

#[derive(Clone)]
struct Shop {
    id: u32,
    source: Source,
}

trait Catalogue {
    fn title(&self, id: u32) -> u32;
}

impl Catalogue for Shop {
    #[cached(key = "plain:a", expires_in = 60, race_ttl = 600, background, skip(self, id), companions = false)]
    fn title(&self, id: u32) -> u32 {
        use std::fmt::{self, Write};
        /// Its `self` is another one.
        struct Shown(String);
        impl Shown {
            fn text(&self) -> Result<String, fmt::Error> {
                let mut text = String::new();
                write!(text, "{}", self.0)?;
                Ok(text)
            }
        }
        PLACES.fetch_add(1, Ordering::Relaxed);
        let shown = Shown(format!("{}", self.id)).text().unwrap();
        shown.parse::<u32>().unwrap() + id + self.source.give().unwrap()
    }
}

impl Shop {
    #[cached(key = "plain:a", expires_in = 60, race_ttl = 600, background, skip(self))]
    async fn owned(mut self) -> u32 {
        self.id += 1;
        self.id + self.source.give().unwrap()
    }

    #[cached(key = "plain:a", expires_in = 60, race_ttl = 600, background, skip(self))]
    fn shared(self: Arc<Self>) -> u32 {
        self.id + self.source.give().unwrap()
    }

    #[cached(key = "plain:a", expires_in = 60, race_ttl = 600, background, skip(shop), companions = false)]
    fn of(shop: &Shop) -> u32 {
        shop.id + shop.source.give().unwrap()
    }
}

#[test]
fn a_background_method_works_on_a_clone_of_self() {
    let ways: [fn(Shop) -> u32; 4] = [
        |shop| shop.title(1),
        |shop| smol::block_on(shop.owned()),
        |shop| 1 + Arc::new(shop).shared(),
        |shop| 1 + Shop::of(&shop),
    ];
    for (at, call) in ways.into_iter().enumerate() {
        let (_cache, _scope) = empty();
        let (source, control) = Source::new();
        let shop = Shop { id: 10, source };
        control.will_give(Ok(100));
        assert_eq!(call(shop.clone()), 111);
        control.begun();
        testing::advance(Duration::from_secs(61));
        // `shared` and `of` store one less than their callers add.
        let added = u32::from(at > 1);
        assert_eq!(call(shop), 111);
        control.begun();
        control.will_give(Ok(200));
        until_stored(211 - added);
    }
}

#[cached(
    key = "borrows:{name}:{mine}",
    expires_in = 60,
    race_ttl = 600,
    background,
    skip(rest, path, pair, left, then, done)
)]
fn borrows<T: Clone + Send + 'static + AsRef<str>>(
    mut name: &str,
    mut mine: u8,
    rest: &[T],
    path: &Path,
    pair @ (left, _): (u8, &'static str),
    then: impl Fn(usize) -> usize + Send + 'static,
    done: Sender<usize>,
) -> usize {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    mine += left;
    name = name.trim();
    let path = path.as_os_str().len();
    let sum = name.len() + usize::from(mine) + rest.iter().map(|text| text.as_ref().len()).sum::<usize>() + path;
    let runs = RUNS.fetch_add(1, Ordering::Relaxed) as usize;
    let sum = then(sum + pair.1.len() + runs);
    let _ = done.send(sum);
    sum
}

#[test]
fn arguments_can_be_borrowed_moved_and_called_in_the_background() {
    let (_cache, _scope) = empty();
    let (done, all) = channel();
    let call = || {
        let rest = ["abc".to_owned()];
        borrows(" b ", 1, &rest, Path::new("/"), (2, "two"), |sum| sum * 100, done.clone())
    };
    let first = call();
    assert_eq!(first, 1100);
    testing::advance(Duration::from_secs(61));
    assert_eq!(call(), first);
    let both = [all.recv_timeout(PATIENCE), all.recv_timeout(PATIENCE)];
    assert_eq!(both, [Ok(1100), Ok(1200)], "a static of the body is one");
}

#[cached(key = "inner", expires_in = 60)]
fn inner() -> u32 {
    7
}

#[cached(key = "plain:a", expires_in = 60, race_ttl = 600, background, skip(source))]
async fn outer(source: Source) -> u32 {
    inner() + source.give().unwrap()
}

#[test]
fn a_background_task_runs_in_the_scope_of_its_test() {
    let (cache, _scope) = empty();
    let (source, control) = Source::new();
    control.will_give(Ok(1));
    assert_eq!(smol::block_on(outer(source.clone())), 8);
    control.begun();
    testing::advance(Duration::from_secs(61));
    assert!(!cache.exists("inner").unwrap());
    assert_eq!(smol::block_on(outer(source)), 8);
    control.begun();
    control.will_give(Ok(2));
    until_stored(9);
    assert!(cache.exists("inner").unwrap(), "the function within used the same cache");
}
