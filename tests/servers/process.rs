//! A server's process, which does not outlive the test process.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::own_name;

/// A server and the shell that guards it.
///
/// The shell reads commands from this process. At the end of its input, because the value was dropped or this process
/// has ended, even by a signal, it kills the server and removes its folder.
#[derive(Debug)]
pub(crate) struct Process {
    guard: Child,
    commands: Option<Mutex<Commands>>,
    folder: PathBuf,
}

#[derive(Debug)]
struct Commands {
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Process {
    /// Prepares a server in an empty folder; [`start`](Process::start) starts it.
    pub(crate) fn new(folder: PathBuf, program: &str, arguments: &[String]) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", include_str!("guard.sh"), "guard"]).arg(&folder).arg(program).args(arguments);
        command.current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Its own process group: a signal to the tests' group, as by Ctrl-C, would end the guard first.
        let mut guard = command.process_group(0).spawn().expect("a shell is installed");
        let to = guard.stdin.take().expect("it is piped");
        let from = BufReader::new(guard.stdout.take().expect("it is piped"));
        Process { guard, commands: Some(Mutex::new(Commands { to, from })), folder }
    }

    /// Starts the server, and returns its process id.
    pub(crate) fn start(&self) -> u32 {
        self.send("start")
    }

    pub(crate) fn stop(&self) {
        self.send("stop");
    }

    pub(crate) fn freeze(&self) {
        self.send("freeze");
    }

    pub(crate) fn thaw(&self) {
        self.send("thaw");
    }

    fn send(&self, command: &str) -> u32 {
        let commands = self.commands.as_ref().expect("it exists until the drop");
        let mut commands = commands.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(commands.to, "{command}").expect("the guard listens");
        let mut answer = String::new();
        commands.from.read_line(&mut answer).expect("the guard answers");
        answer.trim().parse().expect("a server was started")
    }

    /// The server's output.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Waits until the server has ended and its folder is removed.
impl Drop for Process {
    fn drop(&mut self) {
        self.commands = None;
        let _ = self.guard.wait();
    }
}

/// A new folder, which the guard removes.
pub(crate) fn folder() -> PathBuf {
    // A short path, because that of a unix socket is limited to about a hundred bytes.
    let folder = std::env::temp_dir().join(format!("cache-server-{}", own_name()));
    fs::create_dir_all(&folder).expect("a folder for the server");
    folder
}
