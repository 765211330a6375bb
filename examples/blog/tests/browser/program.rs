//! The blog as its user starts it, with an empty folder.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use tempfile::TempDir;

pub(crate) struct Program {
    process: Child,
    address: String,
    log: Receiver<String>,
    _data: TempDir,
}

impl Program {
    pub(crate) fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_blog"));
        command.env("PORT", "0").env("BLOG_DATA", data.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let (lines, log) = channel();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        // To its end, or the program would wait for somebody who reads.
        thread::spawn(move || stderr.lines().map_while(Result::ok).for_each(|line| drop(lines.send(line))));
        Program { process, address: address.trim().to_owned(), log, _data: data }
    }

    /// The templates that were rendered since it was asked the last time, up to this one.
    pub(crate) fn rendered_up_to(&self, last: &str) -> Vec<String> {
        let mut rendered = Vec::new();
        while rendered.last().is_none_or(|name| name != last) {
            let line = self.log.recv().expect("the program runs");
            rendered.extend(line.split_once("rendering ").map(|(_, name)| name.to_owned()));
        }
        rendered
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
