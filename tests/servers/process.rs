//! A server's process, which does not outlive this one.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::own_name;

/// A server and the shell that keeps it.
///
/// The shell reads words from this process. When there are no more, because the value was dropped or the process has
/// ended, be it by a signal, it kills the server and removes its folder.
#[derive(Debug)]
pub(crate) struct Process {
    guard: Child,
    words: Option<Mutex<Words>>,
    folder: PathBuf,
}

#[derive(Debug)]
struct Words {
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Process {
    /// A server that [`start`](Process::start) will start, in a folder that is empty.
    pub(crate) fn new(folder: PathBuf, program: &str, arguments: &[String]) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", include_str!("guard.sh"), "guard"]).arg(&folder).arg(program).args(arguments);
        command.current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own: what is sent to the group of the tests, as by Ctrl-C, would end the guard first.
        let mut guard = command.process_group(0).spawn().expect("there is a shell");
        let to = guard.stdin.take().expect("it is piped");
        let from = BufReader::new(guard.stdout.take().expect("it is piped"));
        Process { guard, words: Some(Mutex::new(Words { to, from })), folder }
    }

    /// Starts the server, and returns its number among the system's processes.
    pub(crate) fn start(&self) -> u32 {
        self.tell("start")
    }

    pub(crate) fn stop(&self) {
        self.tell("stop");
    }

    pub(crate) fn freeze(&self) {
        self.tell("freeze");
    }

    pub(crate) fn thaw(&self) {
        self.tell("thaw");
    }

    fn tell(&self, word: &str) -> u32 {
        let words = self.words.as_ref().expect("it is there until the end");
        let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(words.to, "{word}").expect("the guard listens");
        let mut answer = String::new();
        words.from.read_line(&mut answer).expect("the guard answers");
        answer.trim().parse().expect("a server was started")
    }

    /// What the server has written.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// When this is over the server is gone, and so is its folder.
impl Drop for Process {
    fn drop(&mut self) {
        self.words = None;
        let _ = self.guard.wait();
    }
}

/// A new folder, which the guard removes.
pub(crate) fn folder() -> PathBuf {
    // Short: the path of a unix socket has some hundred bytes at most.
    let folder = std::env::temp_dir().join(format!("cache-server-{}", own_name()));
    fs::create_dir_all(&folder).expect("a folder for the server");
    folder
}
